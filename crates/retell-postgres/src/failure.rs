//! What went wrong in PostgreSQL, and what it means to whoever waits.

use std::error::Error as _;
use std::fmt;

use retell_store::{AppendError, ReadError, RecordError};
use tokio_postgres::error::{Severity, SqlState};

pub(crate) const CLOSED: &str = "the store was closed";
pub(crate) const RUNTIME_GONE: &str = "the runtime that opened the store has ended";

/// What stopped a piece of work.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The server refused, or the connection to it was lost.
    Postgres(tokio_postgres::Error),
    /// The server did not answer in time.
    Silent,
    /// There is no connection to be had.
    Connect(String),
    /// The stored data are not what this engine writes.
    Damaged(String),
    /// The program's own side: what was asked cannot be done.
    Program(String),
    /// The store was closed.
    Closed,
}

/// What a fault means for the work that ran into it and for what comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Someone else holds a lock, or the server has too much to do.
    Busy,
    /// The connection is gone.
    Lost,
    /// The server takes no writes now: disk full, a standby.
    Unwritable,
    /// What is stored is not what it should be.
    Broken,
    /// This piece of work cannot be done.
    Refused,
}

impl Fault {
    pub(crate) fn class(&self) -> Class {
        let error = match self {
            Self::Postgres(error) => error,
            Self::Silent | Self::Connect(_) | Self::Closed => return Class::Lost,
            Self::Damaged(_) => return Class::Broken,
            Self::Program(_) => return Class::Refused,
        };
        let Some(state) = error.code() else {
            // Not the server's answer: the connection, or a value that does not fit.
            return if error.is_closed() || is_io(error) { Class::Lost } else { Class::Refused };
        };
        match state.code() {
            "55P03" | "57014" | "40001" | "40P01" | "53300" | "55006" => Class::Busy,
            "53100" | "53200" | "53000" | "53400" | "25006" => Class::Unwritable,
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25P04" => Class::Lost,
            "XX001" | "XX002" => Class::Broken,
            code if code.starts_with("08") => Class::Lost,
            code if code.starts_with("58") => Class::Unwritable,
            _ if self.ends_the_session() => Class::Lost,
            _ => Class::Refused,
        }
    }

    /// Whether the server ended the session with its answer.
    pub(crate) fn ends_the_session(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        let severity = error.as_db_error().and_then(|error| error.parsed_severity());
        matches!(severity, Some(Severity::Fatal | Severity::Panic))
    }

    /// Whether this is the server's own answer, and not the lack of one.
    pub(crate) fn is_an_answer(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.as_db_error().is_some())
    }

    pub(crate) fn is_state(&self, state: &SqlState) -> bool {
        matches!(self, Self::Postgres(error) if error.code() == Some(state))
    }

    /// The error of an append that stored nothing.
    pub(crate) fn not_stored(&self) -> AppendError {
        match (self, self.class()) {
            (Self::Closed, _) => AppendError::Stopped { reason: CLOSED.to_owned() },
            (_, Class::Busy) => AppendError::TooBusy { reason: self.to_string() },
            _ => AppendError::Unavailable { reason: self.to_string() },
        }
    }

    /// The error of a read.
    pub(crate) fn unread(&self) -> ReadError {
        match self {
            Self::Closed => ReadError::Stopped { reason: CLOSED.to_owned() },
            Self::Damaged(detail) => ReadError::Damaged { detail: detail.clone() },
            _ if self.class() == Class::Broken => ReadError::Damaged { detail: self.to_string() },
            _ => ReadError::Unavailable { reason: self.to_string() },
        }
    }

    /// The error of a record that was not read or not changed.
    pub(crate) fn unchanged(&self) -> RecordError {
        match self {
            Self::Closed => RecordError::Stopped { reason: CLOSED.to_owned() },
            _ => RecordError::Unavailable { reason: self.to_string() },
        }
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// What to do about an error, where the server's own words do not say it.
fn advice(state: &str) -> Option<&'static str> {
    Some(match state {
        "55P03" => "another writer held the end of the log for the whole lock timeout",
        "57014" => "the server did not finish within the statement timeout",
        "40P01" => "it was in a deadlock with another transaction: lock your own rows in one order",
        "53300" => "the server has no connection left: raise max_connections or use smaller pools",
        "53100" => "the server's disk is full: free space, then try again",
        "25006" => "the server is read-only: connect to the primary",
        "25P03" => "the transaction was held open for too long without a statement",
        "42501" => "the role lacks a privilege: docs/roles.md has the grants",
        "42P01" | "3F000" => "the schema of the store is gone or incomplete",
        "57P03" => "the server is starting or stopping: try again",
        _ => return None,
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(error) => match error.as_db_error() {
                Some(answer) => {
                    let code = answer.code().code();
                    write!(f, "{} (SQLSTATE {code})", answer.message())?;
                    advice(code).map_or(Ok(()), |advice| write!(f, ": {advice}"))
                }
                None => match error.source() {
                    Some(source) => write!(f, "{error}: {source}"),
                    None => write!(f, "{error}"),
                },
            },
            Self::Silent => f.write_str("the server did not answer in time"),
            Self::Connect(reason) | Self::Program(reason) => f.write_str(reason),
            Self::Damaged(detail) => write!(f, "the store is damaged: {detail}"),
            Self::Closed => f.write_str(CLOSED),
        }
    }
}
