//! What came of a command.

use retell_store::{AppendError, Committed, Conflict, NameError, ReadError, Version};
use thiserror::Error;

use crate::{Aggregate, DecodeError, EncodeError};

/// A command that was carried out.
#[derive(Debug, Clone)]
pub struct Done<A: Aggregate> {
    /// The version of the aggregate after it.
    pub version: Version,
    /// The events that were stored; none when there was nothing to do.
    pub events: Vec<A::Event>,
    /// The state after it.
    pub state: A,
    /// How often it was decided or appended; 1 when nobody interfered.
    pub attempts: u32,
    /// The stored commit; nothing when no event was stored.
    /// [`Committed::last`] is the position to wait for in a read model.
    pub commit: Option<Committed>,
}

impl<A: Aggregate> Done<A> {
    /// Whether an earlier call with the same command id had stored it.
    #[must_use]
    pub fn was_done_before(&self) -> bool {
        self.commit.as_ref().is_some_and(|commit| commit.already_stored)
    }
}

/// An aggregate as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<A> {
    /// Its state.
    pub state: A,
    /// The version of the last event folded into it; zero when there is none.
    pub version: Version,
}

impl<A> Loaded<A> {
    /// Whether there is any event: whether it exists, at that moment.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > Version::NONE
    }
}

/// Why an aggregate could not be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored event is not what this program knows.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Why a command was not carried out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExecuteError<R> {
    /// The rule refused. Tell the user why; nothing was stored.
    #[error("refused: {0}")]
    Refused(R),
    /// Others were faster as often as it was tried. Nothing was stored; try
    /// again later, or look at who writes this stream all the time.
    #[error("others were faster {attempts} times; the last time: {conflict}")]
    Contended {
        /// How often it was tried.
        attempts: u32,
        /// The last conflict.
        conflict: Box<Conflict>,
    },
    /// The store did not take it, or may not have: the error says what to do.
    #[error(transparent)]
    Store(#[from] AppendError),
    /// The aggregate could not be loaded. Nothing was stored.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An event cannot be stored as it is. Nothing was stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The actor is none. Nothing was stored.
    #[error(transparent)]
    Actor(#[from] NameError),
}

impl<R> ExecuteError<R> {
    /// The reason of the domain, where the rule refused.
    pub fn refusal(&self) -> Option<&R> {
        match self {
            Self::Refused(reason) => Some(reason),
            _ => None,
        }
    }
}
