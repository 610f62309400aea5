//! An event with what is known about it, and which moment of history is asked for.

use retell_store::{CommitId, Metadata, Position, StoredEvent, Timestamp, Version};

use crate::{DecodeError, Event, decode};

/// A typed event, with what the store knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<E> {
    /// The event.
    pub event: E,
    /// Its place in its stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
    /// When the store recorded it.
    pub recorded_at: Timestamp,
    /// When it took effect, where that was said.
    pub effective: Option<Timestamp>,
    /// The commit that it came with.
    pub commit: CommitId,
    /// Who, through what, because of what, why.
    pub metadata: Metadata,
}

impl<E> Recorded<E> {
    /// When it took effect: as it was said, else the time of recording.
    #[must_use]
    pub fn effective_at(&self) -> Timestamp {
        self.effective.unwrap_or(self.recorded_at)
    }
}

impl<E: Event> Recorded<E> {
    /// Decodes a stored event with what is known about it.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(row: &StoredEvent<'_>) -> Result<Self, DecodeError> {
        let commit = row.commit();
        Ok(Self {
            event: decode(row)?,
            version: row.version(),
            position: row.position(),
            recorded_at: commit.recorded_at,
            effective: row.effective(),
            commit: commit.id,
            metadata: commit.metadata().map_err(|source| DecodeError::metadata(row, source))?,
        })
    }
}

/// A moment of an aggregate's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Now: all events.
    Now,
    /// After the event of this version. A version past the end is the end.
    Version(Version),
    /// After all events up to this position of the log.
    Position(Position),
    /// What the store knew at this time: the events recorded up to and at it.
    /// All events of a commit have one recorded time, so a commit is in whole.
    Recorded(Timestamp),
    /// What was in effect at this time, as known today: the events whose
    /// effective time is up to and at it, folded in the order of their
    /// versions; nothing is sorted anew.
    Effective(Timestamp),
}

impl At {
    /// Whether the event is part of the state at this moment.
    #[must_use]
    pub fn includes(self, event: &StoredEvent<'_>) -> bool {
        match self {
            Self::Now => true,
            Self::Version(version) => event.version() <= version,
            Self::Position(position) => event.position() <= position,
            Self::Recorded(time) => event.recorded_at() <= time,
            Self::Effective(time) => event.effective_at() <= time,
        }
    }

    /// Whether an event that is not included means that no later one is.
    pub(crate) fn is_prefix(self) -> bool {
        !matches!(self, Self::Effective(_))
    }
}
