//! The ticket desk's domain: plain values and rules, which know no store, no
//! clock and no service.
//!
//! | to learn about | read |
//! |---|---|
//! | how urgent a ticket is, and the response time | `priority.rs` |
//! | where it stands, and whom it waits for | `status.rs` |
//! | the response clock | `clock.rs` |
//! | what can happen | `event.rs` |
//! | what is true now | `ticket.rs` |
//! | how events change it | `fold.rs` |
//! | what may happen: the rules | `rules.rs` |
//! | why not | `refusal.rs` |
//! | the rules as commands | `command.rs` |
//! | a ticket as it is shown | `view.rs` |

pub mod clock;
pub mod command;
pub mod event;
mod fold;
pub mod priority;
pub mod refusal;
pub mod rules;
pub mod status;
pub mod ticket;
pub mod view;

#[cfg(test)]
mod clock_tests;
#[cfg(test)]
mod fold_tests;
#[cfg(test)]
mod rules_tests;

pub use clock::ResponseClock;
pub use event::{Correction, Link, TicketEvent};
pub use priority::Priority;
pub use refusal::TicketRefusal;
pub use status::{Hold, Status};
pub use ticket::{Details, Ticket};
pub use view::TicketView;

/// The id of a ticket: a number of the desk, or the incident number of an imported log.
pub type TicketId = retell::Id<Ticket>;
