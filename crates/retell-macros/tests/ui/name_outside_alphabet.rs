//! Stored names follow the alphabet of the store.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("")]
    Opened,
    #[event(" escalated")]
    Escalated,
    #[event("closed\n")]
    Closed,
    #[event("re\u{200B}opened")]
    Reopened,
    #[event("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
             01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    Merged,
    #[event("split", also = ["cut\tin two"])]
    Split,
}

fn main() {}
