//! The fields of a payload have names.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    Opened(String, u8),
    #[event("closed")]
    Closed(),
}

fn main() {}
