//! A field that may be left out must be readable when it is.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        labels: Vec<String>,
        #[serde(skip_serializing)]
        cache: u8,
        // These are fine.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        watchers: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(skip)]
        shown: bool,
    },
}

fn main() {}
