//! Stored events are read back as one concrete type.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum Typed<Customer> {
    #[event("opened")]
    Opened { customer: Customer },
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum Borrowed<'a> {
    #[event("opened")]
    Opened { customer: &'a str },
}

fn main() {}
