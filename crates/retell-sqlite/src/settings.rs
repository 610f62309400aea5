//! The settings of a connection: set, then read back, because SQLite ignores
//! what it does not know or cannot do.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::failure::Fault;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes; there is one in a handle.
    Writer,
    /// Reads.
    Reader,
    /// Reads a file that nobody writes, without locks.
    Still,
}

/// A setting that SQLite did not take.
#[derive(Debug)]
pub(crate) struct NotTaken {
    pub(crate) setting: &'static str,
    pub(crate) wanted: String,
    pub(crate) found: String,
}

/// Why a connection could not be set up.
#[derive(Debug)]
pub(crate) enum SetupError {
    Fault(Fault),
    NotTaken(NotTaken),
}

impl<E: Into<Fault>> From<E> for SetupError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Kibibytes of cache of a writer and of a reader; negative is how SQLite
/// tells kibibytes from pages.
const WRITER_CACHE: &str = "-32768";
const READER_CACHE: &str = "-4096";

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// Sets a connection up for its role.
pub(crate) fn apply(connection: &Connection, role: Role, patience: Duration) -> Result<(), SetupError> {
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A plan depends on the statement alone. Without this SQLite compiles a
    // statement again whenever another value is bound to a range of an index,
    // which costs more than a short read.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    match role {
        Role::Writer => set(connection, "journal_mode", "wal")?,
        Role::Reader => expect(connection, "journal_mode", "wal")?,
        // It reads the file as if it had no log.
        Role::Still => {}
    }
    // An acknowledged commit is on the disk: the WAL is synced at every commit.
    set(connection, "synchronous", "2")?;
    if cfg!(target_os = "macos") {
        set(connection, "fullfsync", "1")?;
        set(connection, "checkpoint_fullfsync", "1")?;
    }
    // Nothing is ever deleted, so a reference cannot dangle; no look-up at each insert.
    set(connection, "foreign_keys", "0")?;
    // A mapped file turns a failed read into the death of the process.
    set(connection, "mmap_size", "0")?;
    // The file may come from elsewhere: its schema may call no dangerous function.
    set(connection, "trusted_schema", "0")?;
    set(connection, "cell_size_check", "1")?;
    set(connection, "temp_store", "2")?;
    match role {
        Role::Writer => {
            set(connection, "cache_size", WRITER_CACHE)?;
            // Checkpoints are the writer's: see `checkpoint`.
            set(connection, "wal_autocheckpoint", "0")?;
            set(connection, "journal_size_limit", "67108864")?;
        }
        Role::Reader | Role::Still => {
            set(connection, "cache_size", READER_CACHE)?;
            set(connection, "query_only", "1")?;
        }
    }
    Ok(())
}

fn set(connection: &Connection, setting: &'static str, wanted: &str) -> Result<(), SetupError> {
    connection.pragma_update(None, setting, wanted)?;
    expect(connection, setting, wanted)
}

fn expect(connection: &Connection, setting: &'static str, wanted: &str) -> Result<(), SetupError> {
    let found = connection.query_row(&format!("PRAGMA {setting}"), [], |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str()?.to_owned(),
        })
    });
    let found = match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => "unknown to this SQLite".to_owned(),
        other => other?,
    };
    if found == wanted {
        return Ok(());
    }
    Err(SetupError::NotTaken(NotTaken { setting, wanted: wanted.to_owned(), found }))
}
