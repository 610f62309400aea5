//! No event is lost on the way to the store or back.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    #[serde(skip)]
    Opened,
    #[event("escalated")]
    #[serde(skip_serializing)]
    Escalated,
    #[event("assigned")]
    #[serde(rename = "handed over", skip_deserializing)]
    Assigned,
    #[event("unknown")]
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum Fallback {
    #[event("opened")]
    Opened,
    #[event("anything")]
    #[serde(untagged)]
    Anything { customer: String },
}

fn main() {}
