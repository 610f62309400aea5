//! What went wrong in SQLite, and what it means to whoever waits.

use std::fmt;

use retell_store::{AppendError, ReadError, RecordError};
use rusqlite::ErrorCode;

/// What stopped a piece of work.
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The stored data are not what this engine writes.
    Damaged(String),
    /// The operating system refused, past SQLite.
    System(String),
    /// The program's own side failed: no thread to read with, or a panic.
    Program(String),
}

/// What a fault means for the work that ran into it and for what comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Another connection holds the lock: try again later.
    Busy,
    /// No space left: mend it, then try again.
    Full,
    /// The file cannot be written to.
    ReadOnly,
    /// Reading or writing the file failed, or what it holds is broken.
    Broken,
    /// Nothing known about the file: this piece of work cannot be done.
    Refused,
}

impl Fault {
    pub(crate) fn class(&self) -> Class {
        let error = match self {
            Self::Sqlite(error) => error,
            Self::Damaged(_) | Self::System(_) => return Class::Broken,
            Self::Program(_) => return Class::Refused,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Class::Busy,
            Some(ErrorCode::DiskFull) => Class::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Class::ReadOnly,
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed,
            ) => Class::Broken,
            _ => Class::Refused,
        }
    }

    /// The error of an append that stored nothing.
    pub(crate) fn not_stored(&self) -> AppendError {
        match self.class() {
            Class::Busy => AppendError::TooBusy { reason: BUSY.to_owned() },
            Class::Full => AppendError::Unavailable { reason: FULL.to_owned() },
            Class::ReadOnly => AppendError::Unavailable { reason: format!("{READ_ONLY} ({self})") },
            Class::Broken => AppendError::Stopped { reason: self.to_string() },
            Class::Refused => AppendError::Unavailable { reason: self.to_string() },
        }
    }

    /// The error of a read.
    pub(crate) fn unread(&self) -> ReadError {
        match self {
            Self::Damaged(detail) => ReadError::Damaged { detail: detail.clone() },
            Self::Program(reason) | Self::System(reason) => ReadError::Unavailable { reason: reason.clone() },
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    ReadError::Damaged { detail: self.to_string() }
                }
                Some(_) => ReadError::Unavailable { reason: self.to_string() },
                // Not SQLite's error: a column holds what it never should.
                None => ReadError::Damaged { detail: self.to_string() },
            },
        }
    }

    /// The error of a record that was not read or not changed.
    pub(crate) fn unchanged(&self) -> RecordError {
        match self.class() {
            Class::Busy => RecordError::Unavailable { reason: BUSY.to_owned() },
            Class::Full => RecordError::Unavailable { reason: FULL.to_owned() },
            Class::ReadOnly => RecordError::Unavailable { reason: format!("{READ_ONLY} ({self})") },
            Class::Broken | Class::Refused => RecordError::Unavailable { reason: self.to_string() },
        }
    }
}

const BUSY: &str = "another connection held the lock of the database for the whole busy timeout";
const FULL: &str = "the disk is full: free space, then try again";
const READ_ONLY: &str = "the database cannot be written to: look at its permissions and its file system";

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::System(error.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => match error.sqlite_error() {
                Some(code) => write!(f, "{error} (SQLite error {})", code.extended_code),
                None => error.fmt(f),
            },
            Self::Damaged(reason) | Self::Program(reason) | Self::System(reason) => f.write_str(reason),
        }
    }
}

/// The error of whatever is asked of a store that was closed.
pub(crate) const CLOSED: &str = "the store was closed";
