//! A page of events, whose rows borrow from it.

use std::fmt;

use crate::{CommitId, Metadata, PageLimit, Position, StreamName, Timestamp, Version};

/// Events that were read together.
///
/// A page is one buffer of text and a list of places in it. Walking over its
/// rows allocates nothing, so a hundred thousand events are folded at the
/// speed of parsing their payloads.
#[derive(Clone, Default)]
pub struct Page {
    text: String,
    rows: Vec<Row>,
    commits: Vec<CommitRow>,
    /// Whether there is more to read after the last row.
    pub more: bool,
    /// For a page of the log that is read forward: the position up to which
    /// the log was looked through; go on after it. For other pages: the highest
    /// position in it.
    pub covered: Position,
}

#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy)]
struct Row {
    position: Position,
    version: Version,
    effective: Option<Timestamp>,
    stream: Span,
    event_type: Span,
    payload: Span,
    tags: Span,
    schema: u32,
    commit: u32,
}

#[derive(Clone, Copy)]
struct CommitRow {
    id: CommitId,
    first: Position,
    recorded_at: Timestamp,
    metadata: Span,
}

impl Page {
    /// How many events the page holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the page holds no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The events, in the order in which they were asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = StoredEvent<'_>> + DoubleEndedIterator + Clone {
        self.rows.iter().map(|row| StoredEvent { page: self, row })
    }

    /// The event at this place of the page.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<StoredEvent<'_>> {
        self.rows.get(index).map(|row| StoredEvent { page: self, row })
    }

    /// The first event.
    #[must_use]
    pub fn first(&self) -> Option<StoredEvent<'_>> {
        self.get(0)
    }

    /// The last event.
    #[must_use]
    pub fn last(&self) -> Option<StoredEvent<'_>> {
        self.rows.last().map(|row| StoredEvent { page: self, row })
    }

    /// The memory that the page holds, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + self.commits.capacity() * size_of::<CommitRow>()
    }

    fn text(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A stored event: a row that borrows from its [`Page`].
#[derive(Clone, Copy)]
pub struct StoredEvent<'p> {
    page: &'p Page,
    row: &'p Row,
}

impl<'p> StoredEvent<'p> {
    /// Its place in the whole log.
    #[must_use]
    pub fn position(&self) -> Position {
        self.row.position
    }

    /// Its place in its stream.
    #[must_use]
    pub fn version(&self) -> Version {
        self.row.version
    }

    /// The name of its stream, for example `ticket/42`.
    #[must_use]
    pub fn stream(&self) -> &'p str {
        self.page.text(self.row.stream)
    }

    /// The name of its stream, as a value of its own.
    ///
    /// # Errors
    /// [`NameError`](crate::NameError) when the store holds a name that is none.
    pub fn stream_name(&self) -> Result<StreamName, crate::NameError> {
        self.stream().parse()
    }

    /// The category of its stream.
    #[must_use]
    pub fn category(&self) -> &'p str {
        self.stream().split_once('/').map_or("", |(category, _)| category)
    }

    /// The stored name of its type.
    #[must_use]
    pub fn event_type(&self) -> &'p str {
        self.page.text(self.row.event_type)
    }

    /// The version of the schema that its payload follows.
    #[must_use]
    pub fn schema(&self) -> u32 {
        self.row.schema
    }

    /// What it says, as JSON text.
    #[must_use]
    pub fn payload(&self) -> &'p str {
        self.page.text(self.row.payload)
    }

    /// Its tags, each as `key:value`.
    pub fn tags(&self) -> impl Iterator<Item = &'p str> + use<'p> {
        self.tags_text().split('\n').filter(|tag| !tag.is_empty())
    }

    /// Its tags as one text, one a line, as engines store them.
    #[must_use]
    pub fn tags_text(&self) -> &'p str {
        self.page.text(self.row.tags)
    }

    /// When it took effect, where that was said.
    #[must_use]
    pub fn effective(&self) -> Option<Timestamp> {
        self.row.effective
    }

    /// When it took effect: as it was said, else the time of recording.
    #[must_use]
    pub fn effective_at(&self) -> Timestamp {
        self.row.effective.unwrap_or_else(|| self.recorded_at())
    }

    /// When the store recorded it.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.commit_row().recorded_at
    }

    /// The commit that it came with.
    #[must_use]
    pub fn commit(&self) -> CommitInfo<'p> {
        let CommitRow { id, first, recorded_at, metadata } = *self.commit_row();
        CommitInfo { id, first, recorded_at, metadata: self.page.text(metadata) }
    }

    fn commit_row(&self) -> &'p CommitRow {
        &self.page.commits[self.row.commit as usize]
    }
}

impl fmt::Debug for StoredEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}@{} {} {}",
            self.position(),
            self.stream(),
            self.version(),
            self.event_type(),
            self.payload()
        )
    }
}

/// The commit that an event came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitInfo<'p> {
    /// Its identity.
    pub id: CommitId,
    /// The position of its first event.
    pub first: Position,
    /// When the store recorded it.
    pub recorded_at: Timestamp,
    /// Its metadata as JSON text; [`CommitInfo::metadata`] parses it.
    pub metadata: &'p str,
}

impl CommitInfo<'_> {
    /// The metadata: who, through what, because of what, why.
    ///
    /// # Errors
    /// When the stored text does not follow the schema of [`Metadata`].
    pub fn metadata(&self) -> Result<Metadata, serde_json::Error> {
        serde_json::from_str(self.metadata)
    }
}

/// A row as an engine reads it, before it is copied into a page.
#[derive(Debug, Clone, Copy)]
pub struct RawEvent<'a> {
    /// Its place in the log.
    pub position: Position,
    /// Its place in its stream.
    pub version: Version,
    /// The whole name of its stream.
    pub stream: &'a str,
    /// The stored name of its type.
    pub event_type: &'a str,
    /// The version of its schema.
    pub schema: u32,
    /// JSON text.
    pub payload: &'a str,
    /// Its tags, one a line.
    pub tags: &'a str,
    /// When it took effect, where that was said.
    pub effective: Option<Timestamp>,
}

/// Builds a page: what engines read into. Each row is copied once, from the
/// engine's buffer into the page's.
#[derive(Debug)]
pub struct PageBuilder {
    page: Page,
    limit: PageLimit,
}

impl PageBuilder {
    /// The largest page: what its 32-bit places can address, with room for one
    /// more event of any size.
    const MOST_BYTES: usize = 1 << 30;

    /// An empty page that takes up to this much.
    #[must_use]
    pub fn new(limit: PageLimit) -> Self {
        let limit = PageLimit { events: limit.events.max(1), bytes: limit.bytes.min(Self::MOST_BYTES) };
        Self { page: Page::default(), limit }
    }

    /// Whether the page takes no further row. One row is always taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.page.rows.len() >= self.limit.events
            || (self.page.text.len() >= self.limit.bytes && !self.page.rows.is_empty())
    }

    /// Whether the commit that the next row belongs to, told by the position
    /// of its first event, is the one that was begun last.
    #[must_use]
    pub fn in_commit(&self, first: Position) -> bool {
        self.page.commits.last().is_some_and(|commit| commit.first == first)
    }

    /// Begins a commit: the rows that follow belong to it.
    pub fn begin_commit(&mut self, id: CommitId, first: Position, recorded_at: Timestamp, metadata: &str) {
        let metadata = self.copy(metadata);
        self.page.commits.push(CommitRow { id, first, recorded_at, metadata });
    }

    /// Adds a row to the commit that was begun last.
    ///
    /// # Panics
    /// When no commit was begun: an engine's mistake.
    pub fn push(&mut self, raw: RawEvent<'_>) {
        assert!(!self.page.commits.is_empty(), "begin_commit comes before push");
        let last = self.page.rows.last().copied();
        let stream = self.copy_or(last.map(|row| row.stream), raw.stream);
        let event_type = self.copy_or(last.map(|row| row.event_type), raw.event_type);
        let tags = self.copy_or(last.map(|row| row.tags), raw.tags);
        let payload = self.copy(raw.payload);
        let commit = (self.page.commits.len() - 1) as u32;
        let RawEvent { position, version, schema, effective, .. } = raw;
        self.page.covered = self.page.covered.max(position);
        self.page.rows.push(Row {
            position,
            version,
            effective,
            stream,
            event_type,
            payload,
            tags,
            schema,
            commit,
        });
    }

    /// Copies a row of another page, with its commit.
    pub fn push_stored(&mut self, event: &StoredEvent<'_>) {
        let commit = event.commit();
        if !self.in_commit(commit.first) {
            self.begin_commit(commit.id, commit.first, commit.recorded_at, commit.metadata);
        }
        self.push(RawEvent {
            position: event.position(),
            version: event.version(),
            stream: event.stream(),
            event_type: event.event_type(),
            schema: event.schema(),
            payload: event.payload(),
            tags: event.tags_text(),
            effective: event.effective(),
        });
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.page.rows.len()
    }

    /// Whether there is no row yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.page.rows.is_empty()
    }

    /// The page, with whether there is more to read.
    #[must_use]
    pub fn finish(mut self, more: bool) -> Page {
        self.page.more = more;
        self.page
    }

    fn copy(&mut self, text: &str) -> Span {
        let start = self.page.text.len() as u32;
        self.page.text.push_str(text);
        Span { start, end: self.page.text.len() as u32 }
    }

    /// Copies a text, unless the row before had the same.
    fn copy_or(&mut self, before: Option<Span>, text: &str) -> Span {
        match before {
            Some(span) if self.page.text(span) == text => span,
            _ => self.copy(text),
        }
    }
}
