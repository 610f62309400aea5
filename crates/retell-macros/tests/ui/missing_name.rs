//! Every variant says under which name it is stored.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    Opened { customer: String },
    PriorityRaised { reason: String },
    SLABreached,
    #[serde(rename = "closed")]
    Closed,
}

fn main() {
    // No second error says that the enum is no event.
    TicketEvent::SLABreached.kind();
}
