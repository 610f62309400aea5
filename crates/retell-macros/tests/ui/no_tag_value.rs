//! The value of a tag is text that can be searched for.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct CustomerId(u64);

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[tag]
        customer: CustomerId,
    },
}

fn main() {}
