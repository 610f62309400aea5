//! The derives that an event needs beside `Event`.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("closed")]
    Closed,
}

fn main() {}
