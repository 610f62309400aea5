//! What to read: a stretch of a stream, a stretch of the log, a list of streams.

use crate::{Position, Query, StreamName, Version};

/// How much a page may hold. A page holds at least one event where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit {
    /// The most events.
    pub events: usize,
    /// The most bytes of payloads, names, tags and metadata; the event that
    /// passes it is the last of the page.
    pub bytes: usize,
}

impl Default for PageLimit {
    /// 2,000 events or 1 MiB.
    fn default() -> Self {
        Self { events: 2_000, bytes: 1 << 20 }
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Forward,
    /// Newest first.
    Backward,
}

/// A stretch of one stream: the events after `after`, up to and with `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStream {
    /// The stream; one that has no events gives an empty page.
    pub stream: StreamName,
    /// Events with a higher version than this.
    pub after: Version,
    /// Events with at most this version.
    pub until: Option<Version>,
    /// Oldest or newest first.
    pub order: Order,
    /// How much.
    pub limit: PageLimit,
}

impl ReadStream {
    /// The whole stream, oldest first.
    #[must_use]
    pub fn new(stream: StreamName) -> Self {
        let (after, until) = (Version::NONE, None);
        Self { stream, after, until, order: Order::Forward, limit: PageLimit::default() }
    }

    /// Only the events after this version.
    #[must_use]
    pub fn after(mut self, version: Version) -> Self {
        self.after = version;
        self
    }

    /// Only the events up to and with this version.
    #[must_use]
    pub fn until(mut self, version: Version) -> Self {
        self.until = Some(version);
        self
    }

    /// Newest first.
    #[must_use]
    pub fn backward(mut self) -> Self {
        self.order = Order::Backward;
        self
    }

    /// At most this much.
    #[must_use]
    pub fn limit(mut self, limit: PageLimit) -> Self {
        self.limit = limit;
        self
    }
}

/// A stretch of the log: the matching events after `after`, up to and with `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLog {
    /// Which events.
    pub query: Query,
    /// Events with a higher position than this.
    pub after: Position,
    /// Events with at most this position.
    pub until: Option<Position>,
    /// Oldest or newest first.
    pub order: Order,
    /// How much.
    pub limit: PageLimit,
}

impl ReadLog {
    /// The whole log, oldest first.
    #[must_use]
    pub fn new() -> Self {
        let (after, until) = (Position::START, None);
        Self { query: Query::all(), after, until, order: Order::Forward, limit: PageLimit::default() }
    }

    /// Only the events that match.
    #[must_use]
    pub fn matching(mut self, query: Query) -> Self {
        self.query = query;
        self
    }

    /// Only the events after this position.
    #[must_use]
    pub fn after(mut self, position: Position) -> Self {
        self.after = position;
        self
    }

    /// Only the events up to and with this position.
    #[must_use]
    pub fn until(mut self, position: Position) -> Self {
        self.until = Some(position);
        self
    }

    /// Newest first.
    #[must_use]
    pub fn backward(mut self) -> Self {
        self.order = Order::Backward;
        self
    }

    /// At most this much.
    #[must_use]
    pub fn limit(mut self, limit: PageLimit) -> Self {
        self.limit = limit;
        self
    }
}

impl Default for ReadLog {
    fn default() -> Self {
        Self::new()
    }
}

/// A stretch of the list of streams, ordered by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListStreams {
    /// Only this category.
    pub category: Option<String>,
    /// Only names after this one.
    pub after: Option<StreamName>,
    /// The most streams; zero means 1,000.
    pub limit: usize,
}

impl ListStreams {
    /// How many streams are asked for.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.limit == 0 { 1_000 } else { self.limit.min(100_000) }
    }
}

/// A stream and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHead {
    /// The stream.
    pub stream: StreamName,
    /// The version of its last event.
    pub version: Version,
}
