//! On the enum stands where to find retell, and nothing else.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event("ticket")]
enum Named {
    #[event("opened")]
    Opened,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "not a path")]
enum NoPath {
    #[event("opened")]
    Opened,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "retell", schema = 2)]
enum More {
    #[event("opened")]
    Opened,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "retell")]
#[event(crate = "::retell")]
#[tag]
enum Twice {
    #[event("opened")]
    Opened,
}

fn main() {}
