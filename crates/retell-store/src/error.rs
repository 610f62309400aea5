//! What can go wrong, and what to do next.

use thiserror::Error;

use crate::{CommitId, Conflict, InvalidCommit};

/// Why an append did not store its commit, or may not have.
///
/// Each variant says what to do next; match on it.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum AppendError {
    /// An expectation or the condition no longer holds. **Decide again** on
    /// the competing events. Nothing was stored.
    #[error("conflict: {0}")]
    Conflict(Box<Conflict>),
    /// The commit cannot be stored, whatever the store holds. **Change the
    /// input.** Nothing was stored.
    #[error("invalid commit: {0}")]
    Invalid(#[from] InvalidCommit),
    /// More commits are waiting than the store takes in, or another process
    /// holds its lock for too long. **Try again later**, with a pause. Nothing
    /// was stored.
    #[error("the store is too busy: {reason}; try again later")]
    TooBusy {
        /// What is occupied.
        reason: String,
    },
    /// The commit may be stored or not. **Look the commit id up**, or append
    /// the same commit again: the id makes sure that it is stored once.
    #[error("it is unknown whether commit {commit} was stored: {reason}; look the id up or append it again")]
    OutcomeUnknown {
        /// The id to look up.
        commit: CommitId,
        /// What happened.
        reason: String,
    },
    /// The store cannot be written to for now: disk full, connection lost,
    /// opened read-only. **Mend the cause, then try again.** Nothing was stored.
    #[error("the store cannot take the commit: {reason}")]
    Unavailable {
        /// The cause, and what to do about it where that is known.
        reason: String,
    },
    /// This handle was closed, or stopped after an error while making a commit
    /// durable. **Open the store again**, and look up the commits whose
    /// outcome is unknown. Nothing was stored.
    #[error("the store has stopped: {reason}")]
    Stopped {
        /// Why it stopped.
        reason: String,
    },
}

/// Why a read gave nothing.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store cannot be read for now. Try again, or mend the cause.
    #[error("the store cannot be read: {reason}")]
    Unavailable {
        /// The cause.
        reason: String,
    },
    /// The stored data are not what the store writes. Restore a copy that
    /// verifies, and keep the broken one for inspection.
    #[error("the store is damaged: {detail}")]
    Damaged {
        /// What was found where.
        detail: String,
    },
    /// This handle was closed. Open the store again.
    #[error("the store has stopped: {reason}")]
    Stopped {
        /// Why it stopped.
        reason: String,
    },
    /// The request itself makes no sense. Change it.
    #[error("invalid request: {0}")]
    Invalid(String),
}
