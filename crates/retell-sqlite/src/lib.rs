//! Retell's default engine: the log in one SQLite file, in the process.
//!
//! [`SqliteStore::open`] opens or creates a store, [`SqliteOptions`] has the
//! choices, [`OpenError`] says what to do when it does not work. How a store
//! is used is told by the contract, [`retell_store`].
//!
//! What it gives, beyond the contract:
//! - One file (and two beside it, `-wal` and `-shm`, while it is open). Copy
//!   it when it is closed, or with SQLite's backup or `VACUUM INTO`.
//! - A commit is on the disk when it is acknowledged; there is no faster,
//!   weaker setting.
//! - Several processes may read and write it at the same time, on one machine
//!   and a local file system.
//! - Ordinary SQL over the log: the view `history`. The format is written down
//!   in `docs/format.md`.
//!
//! Do not point an SQLite older than 3.51.3 (`sqlite3 --version`) at a store
//! that is open: it can lose committed data
//! (<https://sqlite.org/wal.html#the_wal_reset_bug>).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod changes;
mod checkpoint;
mod error;
mod failure;
mod insert;
mod judge;
mod left_log;
mod log;
mod open;
mod options;
mod reader;
mod readers;
mod records;
mod row;
mod schema;
mod select;
mod settings;
mod source;
mod store;
mod streams;
mod summary;
mod transaction;
mod turns;
mod watcher;
mod work;
mod writer;

pub use error::OpenError;
pub use options::SqliteOptions;
pub use store::SqliteStore;
