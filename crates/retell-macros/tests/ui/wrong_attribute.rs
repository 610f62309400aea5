//! What `#[event(…)]` on a variant may say.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event]
    Opened,
    #[event = "escalated"]
    Escalated,
    #[event()]
    Assigned,
    #[event(reassigned)]
    Reassigned,
    #[event(name = "closed")]
    Closed,
    #[event("reopened", version = 2)]
    Reopened,
    #[event("merged", schema = 0)]
    Merged,
    #[event("split", schema = "2")]
    Split,
    #[event("linked", schema = 2, schema = 3)]
    Linked,
    #[event("noted", also = "remarked")]
    Noted,
    #[event("rated")]
    #[event("scored")]
    Rated,
    #[event("paused" "stopped")]
    Paused,
    #[event("resumed")]
    Resumed {
        #[event("by")]
        by: String,
    },
}

fn main() {}
