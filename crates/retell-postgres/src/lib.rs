//! Retell's engine for PostgreSQL: many processes, one history.
//!
//! [`PostgresStore::open`] opens or creates a store, [`PostgresOptions`] has
//! the choices, [`OpenError`] says what to do when it does not work. How a
//! store is used is told by the contract, [`retell_store`].
//!
//! What it gives, beyond the contract:
//! - Positions in the order of commits, by construction: whoever appends locks
//!   one row, the head of the log, until the commit. A reader that has seen a
//!   position has seen everything before it. There is no gap to wait for.
//! - Throughput all the same: all commits that wait in a process are stored in
//!   one transaction of two round trips.
//! - A process that is stopped while it holds the head is cut off by timeouts
//!   that its transaction sets for itself, after 5 seconds if nothing else was
//!   chosen.
//! - A commit together with the caller's own SQL: [`PostgresStore::transaction`].
//! - Ordinary SQL over the log: the view `history`. The format is written down
//!   in `docs/format.md`, roles and grants in `docs/roles.md`.
//! - It works through a pooler in transaction mode: `statements=unnamed`.
//!
//! Features: `tls` encrypts connections with rustls and ring.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod answer;
mod batch;
mod columns;
mod error;
mod failure;
mod judge;
mod link;
mod log;
mod open;
mod options;
mod query;
mod reader;
mod readers;
mod records;
mod row;
mod schema;
mod server;
mod sql;
mod store;
mod summary;
mod tls;
mod transaction;
mod url;
mod watcher;
mod writer;

pub use error::OpenError;
pub use options::PostgresOptions;
pub use store::PostgresStore;
pub use transaction::PostgresTransaction;
