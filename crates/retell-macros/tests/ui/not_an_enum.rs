//! Events are the variants of an enum.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
struct TicketOpened {
    customer: String,
}

#[derive(Clone, Copy, Event)]
union TicketEvent {
    opened: u8,
    closed: u8,
}

fn main() {}
