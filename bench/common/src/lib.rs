//! What all drivers share: the ticket, the callers, and the lines that they print.
//!
//! A driver is a program for one subject: retell, the raw engine, or a peer.
//! It is started anew for every measurement, as
//! `driver prepare|run WORKLOAD --engine … --dir … --callers …`, and prints
//! one line of JSON. `prepare` stores what the workload begins with and prints
//! nothing.
#![forbid(unsafe_code)]

mod callers;
mod errand;
mod latency;
mod memory;
mod row;
mod ticket;

pub use callers::{Callers, Tally, runtime};
pub use errand::{Action, Errand, Workload};
pub use latency::Latencies;
pub use memory::Memory;
pub use row::Row;
pub use ticket::{
    Answer, Assigned, Counts, Escalated, MessageAdded, Opened, Resolved, Ticket, TicketEvent, sample,
};

/// What a driver may fail with; it ends the program with a message.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many events each ticket has before a command comes.
pub const FIRST_EVENTS: u64 = 5;

/// How many events an import stores in one commit.
pub const IMPORT_COMMIT: u64 = 100;

/// Who acts, in every subject's metadata.
pub const ACTOR: &str = "agent/31";

/// The name of the command, in every subject's metadata.
pub const COMMAND: &str = "answer";

/// The id of the ticket of this number.
#[must_use]
pub fn ticket_id(number: u64) -> String {
    format!("t-{number:08}")
}

/// The id of the one long or hot ticket.
pub const ONE_TICKET: &str = "the-one";

/// Numbers from 0 up to `count` in an order that jumps about, the same in every run.
#[must_use]
pub fn scattered(index: u64, count: u64) -> u64 {
    // A step that shares no factor with the count visits each number once.
    const STEPS: [u64; 3] = [2_654_435_761, 2_246_822_519, 3_266_489_917];
    let gcd = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let step = STEPS.into_iter().find(|step| gcd(*step, count) == 1).unwrap_or(1);
    ((u128::from(index) * u128::from(step)) % u128::from(count.max(1))) as u64
}
