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

mod options;
mod error;
mod store;
mod open;
mod schema;
mod settings;
mod source;
mod writer;
mod work;
mod transaction;
mod judge;
mod insert;
mod streams;
mod checkpoint;
mod readers;
mod reader;
mod row;
mod log;
mod select;
mod summary;
mod watcher;
mod records;
mod changes;
mod failure;

pub use error::OpenError;
pub use options::SqliteOptions;
pub use store::SqliteStore;
