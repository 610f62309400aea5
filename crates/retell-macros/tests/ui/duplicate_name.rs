//! A stored name belongs to one variant.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    Opened,
    #[event("opened")]
    Reopened,
    #[event("escalated", also = ["raised"])]
    Escalated,
    #[event("raised")]
    PriorityRaised,
    #[event("closed", also = ["done", "done", "closed"])]
    Closed,
}

fn main() {}
