//! What one append stores, all or nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{Metadata, NewEvent, Position, Query, StreamName, Timestamp, Version};

/// How much one commit may hold. Every engine refuses more, with the same error.
pub mod limits {
    /// The largest payload of one event, in bytes.
    pub const PAYLOAD_BYTES: usize = 1 << 20;
    /// The most tags of one event.
    pub const TAGS: usize = 32;
    /// The most events of one commit, over all its streams.
    pub const EVENTS: usize = 10_000;
    /// The most streams of one commit.
    pub const STREAMS: usize = 1_000;
    /// The largest commit: payloads, tags and metadata together, in bytes.
    pub const COMMIT_BYTES: usize = 16 << 20;
    /// The largest metadata, as JSON, in bytes.
    pub const METADATA_BYTES: usize = 64 << 10;
    /// The most competing events that a conflict carries; the rest is read page by page.
    pub const COMPETING_EVENTS: usize = 1_000;
    /// The most bytes of competing events that a conflict carries.
    pub const COMPETING_BYTES: usize = 1 << 20;
}

/// The identity of a commit, chosen by the caller before the append.
///
/// An append that is repeated with the same id and the same content returns
/// the commit that is stored already; so an append whose outcome is unknown
/// is repeated, not guessed. New ids are time-ordered (UUID version 7), which
/// keeps the index small and fast.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitId(Uuid);

impl CommitId {
    /// A new id that no other commit has.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "two defaults would differ")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id that stands for this name in this realm: the same name always
    /// gives the same id (UUID version 5). For an idempotency key, or a line
    /// of a file that is imported again.
    #[must_use]
    pub fn named(realm: &str, name: &str) -> Self {
        let realm = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("retell:{realm}").as_bytes());
        Self(Uuid::new_v5(&realm, name.as_bytes()))
    }

    /// The id as 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id of these 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CommitId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// What a stream must be like for the commit to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything: the events go to the end of the stream.
    Any,
    /// The stream has no events yet.
    Absent,
    /// The stream has exactly this version.
    Exact(Version),
}

impl Expected {
    /// The version after which events compete, or nothing where none can.
    #[must_use]
    pub const fn base(self) -> Option<Version> {
        match self {
            Self::Any => None,
            Self::Absent => Some(Version::NONE),
            Self::Exact(version) => Some(version),
        }
    }

    /// Whether a stream of this version is as expected.
    #[must_use]
    pub fn holds(self, actual: Version) -> bool {
        self.base().is_none_or(|base| base == actual)
    }
}

/// The part of a commit that goes to one stream.
///
/// It may have no events: then the commit only asks that the stream is as
/// expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamWrite {
    /// The stream.
    pub stream: StreamName,
    /// What the stream must be like.
    pub expected: Expected,
    /// The events, in order.
    pub events: Vec<NewEvent>,
}

/// Append only if no event that matches the query stands after this position.
///
/// The condition is judged under the same lock as the insert, on engines whose
/// [`Capabilities`](crate::Capabilities) say so; the others refuse the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Which events would break the condition.
    pub query: Query,
    /// The position up to which the caller has seen the log.
    pub after: Position,
}

/// What one append stores, all or nothing: events, their streams and what
/// those must be like, and the metadata.
///
/// ```
/// use retell_store::{Commit, EventType, Expected, NewEvent, Payload, StreamName};
///
/// let opened = NewEvent::new(EventType::new("opened")?, Payload::parse(r#"{"priority":"high"}"#)?);
/// let commit = Commit::new()
///     .write(StreamName::new("ticket", "42")?, Expected::Absent, vec![opened]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The identity of the commit.
    pub id: CommitId,
    /// What goes to which stream; each stream at most once.
    pub writes: Vec<StreamWrite>,
    /// A further condition over the whole log.
    pub condition: Option<Condition>,
    /// Who, through what, because of what, why.
    pub metadata: Metadata,
}

impl Commit {
    /// An empty commit with a new id; an empty commit is refused by every store.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it draws a new id")]
    pub fn new() -> Self {
        Self::with_id(CommitId::new())
    }

    /// An empty commit with this id.
    #[must_use]
    pub fn with_id(id: CommitId) -> Self {
        Self { id, writes: Vec::new(), condition: None, metadata: Metadata::default() }
    }

    /// Adds events for a stream.
    #[must_use]
    pub fn write(mut self, stream: StreamName, expected: Expected, events: Vec<NewEvent>) -> Self {
        self.writes.push(StreamWrite { stream, expected, events });
        self
    }

    /// Adds a condition over the log.
    #[must_use]
    pub fn unless(mut self, query: Query, after: Position) -> Self {
        self.condition = Some(Condition { query, after });
        self
    }

    /// Sets the metadata.
    #[must_use]
    pub fn metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// Checks what can be checked without a store: every engine calls this
    /// first and works with the proof.
    ///
    /// # Errors
    /// [`InvalidCommit`] says what is wrong; nothing was stored.
    pub fn checked(self) -> Result<CheckedCommit, InvalidCommit> {
        CheckedCommit::new(self)
    }
}

/// Why a commit cannot be stored, whatever the store holds. Change the input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidCommit {
    /// There is no event in it.
    #[error("the commit has no events: append at least one")]
    Empty,
    /// A stream is named twice.
    #[error("the commit names the stream {0} twice: put its events into one write")]
    StreamTwice(StreamName),
    /// Something is larger than [`limits`] allow.
    #[error("{what} is {actual}: at most {limit} are allowed")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        actual: usize,
        /// How large it may be.
        limit: usize,
    },
    /// A schema version of zero; the first is 1.
    #[error("an event of type {0} has schema version 0: the first version is 1")]
    SchemaZero(crate::EventType),
    /// The commit id is stored already, with other content.
    #[error("the commit id {0} is stored already, with other events: use a new id for new events")]
    IdTaken(CommitId),
    /// A position or time that this engine cannot hold.
    #[error("{0}")]
    OutOfRange(&'static str),
    /// The engine cannot do what the commit asks for; its capabilities say so.
    #[error("this engine cannot do it: {0}")]
    Unsupported(&'static str),
    /// The metadata cannot be written as JSON.
    #[error("the metadata cannot be written as JSON: {0}")]
    Metadata(String),
}

/// A commit that passed every check that needs no store, with its metadata as
/// JSON text. Only [`Commit::checked`] makes one.
#[derive(Debug, Clone)]
pub struct CheckedCommit {
    commit: Commit,
    metadata: String,
    bytes: usize,
    events: usize,
}

impl CheckedCommit {
    fn new(commit: Commit) -> Result<Self, InvalidCommit> {
        let at_most = |what, actual, limit| match actual > limit {
            true => Err(InvalidCommit::TooLarge { what, actual, limit }),
            false => Ok(()),
        };
        let events = commit.writes.iter().map(|write| write.events.len()).sum();
        if events == 0 {
            return Err(InvalidCommit::Empty);
        }
        at_most("the number of events in the commit", events, limits::EVENTS)?;
        at_most("the number of streams in the commit", commit.writes.len(), limits::STREAMS)?;
        for (index, write) in commit.writes.iter().enumerate() {
            if commit.writes[..index].iter().any(|earlier| earlier.stream == write.stream) {
                return Err(InvalidCommit::StreamTwice(write.stream.clone()));
            }
        }
        let metadata = serde_json::to_string(&commit.metadata)
            .map_err(|error| InvalidCommit::Metadata(error.to_string()))?;
        at_most("the size of the metadata in bytes", metadata.len(), limits::METADATA_BYTES)?;
        let mut bytes = metadata.len();
        for event in commit.writes.iter().flat_map(|write| &write.events) {
            let payload = event.payload.as_str().len();
            at_most("the size of a payload in bytes", payload, limits::PAYLOAD_BYTES)?;
            at_most("the number of tags of an event", event.tags.len(), limits::TAGS)?;
            if event.schema == 0 {
                return Err(InvalidCommit::SchemaZero(event.event_type.clone()));
            }
            bytes += payload + event.tags.iter().map(|tag| tag.as_str().len() + 1).sum::<usize>();
        }
        at_most("the size of the commit in bytes", bytes, limits::COMMIT_BYTES)?;
        Ok(Self { commit, metadata, bytes, events })
    }

    /// The identity of the commit.
    #[must_use]
    pub fn id(&self) -> CommitId {
        self.commit.id
    }

    /// What goes to which stream.
    #[must_use]
    pub fn writes(&self) -> &[StreamWrite] {
        &self.commit.writes
    }

    /// The condition over the log.
    #[must_use]
    pub fn condition(&self) -> Option<&Condition> {
        self.commit.condition.as_ref()
    }

    /// The metadata as JSON text.
    #[must_use]
    pub fn metadata_json(&self) -> &str {
        &self.metadata
    }

    /// How many events it has; at least one.
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.events
    }

    /// Payloads, tags and metadata together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// A stored commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The identity of the commit.
    pub id: CommitId,
    /// The position of its first event.
    pub first: Position,
    /// The position of its last event: wait for this one to read what was written.
    pub last: Position,
    /// When the store recorded it; never earlier than the commit before it.
    pub recorded_at: Timestamp,
    /// The version of each stream after the commit, in the order of its writes
    /// (writes without events are left out).
    pub streams: Vec<(StreamName, Version)>,
    /// Whether it had been stored by an earlier append with the same id.
    pub already_stored: bool,
}

impl Committed {
    /// The version of a stream after the commit.
    #[must_use]
    pub fn version_of(&self, stream: &StreamName) -> Option<Version> {
        self.streams.iter().find(|(name, _)| name == stream).map(|(_, version)| *version)
    }
}
