//! Keyed values beside the log: snapshots, checkpoints, leases, deadlines.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;
use thiserror::Error;

use crate::name::{self, NameError};
use crate::store::BoxFuture;

/// The key of a record, for example `checkpoint/open-tickets`.
///
/// At most 400 bytes; [`NameError`] describes the alphabet.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey(SmolStr);

impl RecordKey {
    /// The longest key, in bytes of UTF-8.
    pub const MAX: usize = 400;

    /// The key of this name.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long or outside the alphabet.
    pub fn new(name: &str) -> Result<Self, NameError> {
        name::check("record key", name, Self::MAX)?;
        Ok(Self(SmolStr::new(name)))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RecordKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a change to a record. It rises with every change in the
/// whole store and is never used again, not even after a record was deleted:
/// so the revision of a lease is its fencing token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision of this number, as an engine kept it.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its key.
    pub key: RecordKey,
    /// Its value.
    pub value: Vec<u8>,
    /// The change that wrote it.
    pub revision: Revision,
}

/// What a record must be like for the change to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Any,
    /// There is no record of this key.
    Absent,
    /// The record has this revision.
    Revision(Revision),
}

/// Lets a change happen only while another record, a lease, still has the
/// revision that its holder saw: a paused holder that wakes up after its lease
/// has moved on is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The key of the lease.
    pub lease: RecordKey,
    /// The revision that the holder wrote.
    pub revision: Revision,
}

/// Why a record was not read or changed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The record is not as expected. Read it again and decide again.
    #[error("the record {key} is not as expected: {}", match current {
        Some(revision) => format!("it has revision {}", revision.get()),
        None => "there is none".to_owned(),
    })]
    Changed {
        /// The key.
        key: RecordKey,
        /// The revision that it has, or nothing where there is no record.
        current: Option<Revision>,
    },
    /// The lease has moved on. Stop working under it.
    #[error("the lease {lease} has moved on: stop working under it")]
    Fenced {
        /// The key of the lease.
        lease: RecordKey,
    },
    /// The value is too large.
    #[error("the value has {bytes} bytes: at most {limit} are allowed")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The records cannot be read or written for now.
    #[error("the records cannot be reached: {reason}")]
    Unavailable {
        /// The cause.
        reason: String,
    },
    /// The store has stopped. Open it again.
    #[error("the store has stopped: {reason}")]
    Stopped {
        /// Why.
        reason: String,
    },
}

/// Keyed values with compare-and-set, kept by the store beside the log.
///
/// They are not history: they are what can be built again (snapshots,
/// checkpoints) or what is about now (leases, deadlines).
pub trait Records: Send + Sync {
    /// Reads a record.
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>>;

    /// Writes a record if it is as expected and the fence holds; returns the
    /// new revision. Durable when it returns, where the engine is durable.
    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>>;

    /// Deletes a record if it is as expected and the fence holds. Deleting
    /// what is not there succeeds under [`Expect::Any`] and [`Expect::Absent`].
    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>>;

    /// The records whose key begins with the prefix and comes after `after`,
    /// ordered by key; at most `limit`.
    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>>;
}

impl dyn Records + '_ {
    /// The largest value, in bytes.
    pub const MAX_VALUE: usize = 16 << 20;

    /// Refuses a value that is too large; engines call this first.
    ///
    /// # Errors
    /// [`RecordError::TooLarge`].
    pub fn check_size(value: &[u8]) -> Result<(), RecordError> {
        let (bytes, limit) = (value.len(), <dyn Records>::MAX_VALUE);
        if bytes > limit { Err(RecordError::TooLarge { bytes, limit }) } else { Ok(()) }
    }
}
