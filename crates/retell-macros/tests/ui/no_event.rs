//! An enum that does not derive `Event` is told to.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
enum TicketEvent {
    Closed,
}

fn store<E: retell::Event>(_: &E) {}

fn main() {
    store(&TicketEvent::Closed);
}
