//! *Retell rebuilds what is true now from what happened.*
//!
//! You write business rules as plain Rust; retell keeps every event, rebuilds
//! any state at any moment, says who did what and why, and hands the domain
//! the competing events when two writers collide.
//!
//! A service that keeps its truth as events takes four steps for every
//! request: it **loads** the events of one thing (an *aggregate*), **rebuilds**
//! its state, lets a business rule **decide** which events follow, and
//! **stores** them.
//!
//! ```
//! use retell::{Aggregate, Context, Event, Id, Repository};
//! use serde::{Deserialize, Serialize};
//!
//! // what can happen
//! #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! enum TicketEvent {
//!     #[event("opened")]
//!     Opened { subject: String },
//!     #[event("escalated")]
//!     Escalated { reason: String },
//! }
//!
//! // what is true now
//! #[derive(Default, Clone)]
//! struct Ticket {
//!     open: bool,
//!     escalated: bool,
//! }
//!
//! impl Aggregate for Ticket {
//!     const CATEGORY: &'static str = "ticket";
//!     type Event = TicketEvent;
//!
//!     fn apply(&mut self, event: &TicketEvent) {
//!         match event {
//!             TicketEvent::Opened { .. } => self.open = true,
//!             TicketEvent::Escalated { .. } => self.escalated = true,
//!         }
//!     }
//! }
//!
//! // the rules
//! impl Ticket {
//!     fn open(&self, subject: &str) -> Result<Vec<TicketEvent>, &'static str> {
//!         if self.open {
//!             return Err("the ticket is open already");
//!         }
//!         Ok(vec![TicketEvent::Opened { subject: subject.to_owned() }])
//!     }
//!
//!     fn escalate(&self, reason: &str) -> Result<Vec<TicketEvent>, &'static str> {
//!         match (self.open, self.escalated) {
//!             (false, _) => Err("there is no such ticket"),
//!             (_, true) => Err("the ticket is escalated already"),
//!             _ => Ok(vec![TicketEvent::Escalated { reason: reason.to_owned() }]),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = retell::open("memory:").await?; // or "sqlite:helpdesk.db"
//! let tickets = Repository::<Ticket>::new(store);
//! let id = Id::new("42")?;
//!
//! tickets.execute(&id, |t: &Ticket, _: &Context| t.open("no light")).by("customer/7").await?;
//! let done = tickets
//!     .execute(&id, |t: &Ticket, _: &Context| t.escalate("no answer"))
//!     .by("customer/7")
//!     .await?;
//! assert_eq!(done.version.get(), 2);
//!
//! // time travel: the ticket as it was
//! let then = tickets.at(&id, retell::At::Version(retell::Version::new(1))).await?;
//! assert!(!then.state.escalated);
//! # Ok(())
//! # }
//! ```
//!
//! # The tour
//!
//! 1. **Events** are an enum with [`#[derive(Event)]`](derive@Event): each
//!    variant has a stored name that stays when the Rust name changes.
//! 2. An **aggregate** folds its events into a state: [`Aggregate`]. It
//!    decides nothing while it folds.
//! 3. A **command** decides: [`Command`], a struct or a closure. It may know
//!    the state and the [`Context`], nothing else; so a replay decides the same.
//! 4. A **repository** carries commands out: [`Repository`]. When others were
//!    faster it folds what they stored and decides again, or lets the command
//!    [reconcile](Command::reconcile).
//! 5. A **store** keeps the events: [`open`] one by its URL. [`store`] has the
//!    contract that every engine keeps.
//! 6. **Tests** of rules need no store: [`testing::given`].
//!
//! # What this is not
//!
//! Not a broker, not a server, not a framework that runs your service: one
//! crate, one embedded store, no daemon.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod open;

pub use open::{OpenError, OpenOptions, open};

/// Derives [`trait@Event`] for an enum: see there.
pub use retell_macros::Event;
pub use retell_model::{
    Aggregate, At, Command, Conflict, Context, DecodeError, Done, Draft, Either, EncodeError, Event,
    EventKind, Execute, ExecuteAll, ExecuteError, Facts, FactsError, Id, IntoActor, LoadError, Loaded, Model,
    Named, Recorded, Repository, TagValue, Verdict, decode, encode, named, testing,
};
pub use retell_store::{
    Actor, AppendError, Clock, CommitId, Committed, EventStore, Expected, InvalidCommit, ManualClock,
    MemoryStore, Metadata, NameError, Position, ReadError, StreamName, Subscription, SystemClock, Timestamp,
    Version,
};

#[cfg(feature = "sqlite")]
pub use retell_sqlite::OpenError as SqliteOpenError;

/// The contract between the model and the engines: commits, pages, queries,
/// records, and the trait that every engine implements.
pub mod store {
    pub use retell_store::*;
}
