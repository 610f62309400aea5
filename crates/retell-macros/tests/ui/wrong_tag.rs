//! Where `#[tag]` stands, and what it may say.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    #[tag]
    Opened {
        #[tag("customer:id")]
        customer: String,
        #[tag("")]
        agent: String,
        #[tag = "desk"]
        desk: String,
        #[tag(key = "room")]
        room: String,
        #[tag(with = "not a path")]
        floor: String,
        #[tag(7)]
        house: String,
        #[tag]
        #[tag("town")]
        city: String,
    },
    #[event("imported")]
    Imported(#[tag] Imported),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Imported {
    customer: String,
}

fn main() {}
