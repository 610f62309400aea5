//! A store in memory: for tests, and as the worked example of an engine.
//!
//! An engine does five things, and this file shows each once: it checks a
//! commit ([`Commit::checked`](crate::Commit::checked)), answers one that is
//! stored already, judges expectations and condition, stores the events with
//! versions and positions, and reads pages. All of it happens under one lock,
//! so promises that take care elsewhere (positions in commit order, exactly
//! one winner) hold by construction.

mod keyed;

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::records::{Record, RecordKey, Records};
use crate::{
    AppendError, BoxFuture, Capabilities, CheckedCommit, Clock, Commit, CommitId, CommitIdMemory, Committed,
    Conflict, EventStore, HeadSignal, HeadWatch, InvalidCommit, ListStreams, NewEvent, Order, Page,
    PageBuilder, PageLimit, Position, Query, RawEvent, ReadError, ReadLog, ReadStream, StoreInfo,
    StreamConflict, StreamHead, StreamName, Summary, SystemClock, Timestamp, TypeCount, Version, limits,
};

/// A store that keeps everything in memory and loses it with the process.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<State>,
    signal: HeadSignal,
    clock: Arc<dyn Clock>,
    id: Uuid,
}

#[derive(Debug, Default)]
struct State {
    /// The log: the event of position p is at index p - 1.
    events: Vec<Stored>,
    commits: Vec<StoredCommit>,
    commit_ids: HashMap<CommitId, usize>,
    /// The indexes of the events of each stream, in the order of their versions.
    streams: BTreeMap<StreamName, Vec<usize>>,
    records: BTreeMap<RecordKey, Record>,
    revision: u64,
    closed: bool,
}

#[derive(Debug)]
struct Stored {
    stream: StreamName,
    version: Version,
    event: NewEvent,
    tags: String,
    commit: usize,
}

#[derive(Debug)]
struct StoredCommit {
    metadata: String,
    committed: Committed,
}

impl MemoryStore {
    /// An empty store that is stamped by the machine's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty store that is stamped by this clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let signal = HeadSignal::new(Position::START);
        Self { state: Mutex::default(), signal, clock, id: Uuid::now_v7() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_now(&self, commit: Commit) -> Result<Committed, AppendError> {
        let commit = commit.checked()?;
        let mut state = self.state();
        if state.closed {
            return Err(AppendError::Stopped { reason: "the store was closed".to_owned() });
        }
        if let Some(stored) = state.already_stored(&commit)? {
            return Ok(stored);
        }
        state.judge(&commit)?;
        let committed = state.store(commit, self.clock.now());
        drop(state);
        self.signal.raise(committed.last);
        Ok(committed)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn head(&self) -> Position {
        Position::new(self.events.len() as u64)
    }

    fn version(&self, stream: &StreamName) -> Version {
        Version::new(self.streams.get(stream).map_or(0, Vec::len) as u64)
    }

    /// The stored commit of this id, if its events are the same.
    fn already_stored(&self, commit: &CheckedCommit) -> Result<Option<Committed>, InvalidCommit> {
        let Some(&index) = self.commit_ids.get(&commit.id()) else { return Ok(None) };
        let committed = &self.commits[index].committed;
        let first = committed.first.get() as usize - 1;
        let stored = self.events[first..committed.last.get() as usize].iter().map(|s| (&s.stream, &s.event));
        let wanted =
            commit.writes().iter().flat_map(|w| w.events.iter().map(move |event| (&w.stream, event)));
        if stored.eq(wanted) {
            Ok(Some(Committed { already_stored: true, ..committed.clone() }))
        } else {
            Err(InvalidCommit::IdTaken(commit.id()))
        }
    }

    /// Judges expectations and condition; a conflict carries the competing events.
    fn judge(&self, commit: &CheckedCommit) -> Result<(), AppendError> {
        let mut streams = Vec::new();
        let mut competing: Vec<usize> = Vec::new();
        for write in commit.writes() {
            let actual = self.version(&write.stream);
            if write.expected.holds(actual) {
                continue;
            }
            let base = write.expected.base().map_or(0, Version::get) as usize;
            competing
                .extend(self.streams.get(&write.stream).into_iter().flat_map(|all| all.iter().skip(base)));
            let (stream, expected) = (write.stream.clone(), write.expected);
            streams.push(StreamConflict { stream, expected, actual });
        }
        let broken: Vec<usize> = match commit.condition() {
            Some(condition) => self.matching(&condition.query, condition.after, None).collect(),
            None => Vec::new(),
        };
        let condition = !broken.is_empty();
        if streams.is_empty() && !condition {
            return Ok(());
        }
        competing.extend(broken);
        competing.sort_unstable();
        competing.dedup();
        let limit = PageLimit { events: limits::COMPETING_EVENTS, bytes: limits::COMPETING_BYTES };
        let competing = self.page(competing.into_iter(), limit);
        let truncated = competing.more;
        let conflict = Conflict { streams, condition, competing, truncated, head: self.head() };
        Err(AppendError::Conflict(Box::new(conflict)))
    }

    fn store(&mut self, commit: CheckedCommit, now: Timestamp) -> Committed {
        let last_recorded = self.commits.last().map(|last| last.committed.recorded_at);
        let recorded_at = last_recorded.map_or(now, |last| last.max(now));
        let (first, index) = (Position::new(self.head().get() + 1), self.commits.len());
        let mut streams = Vec::new();
        for write in commit.writes().iter().filter(|write| !write.events.is_empty()) {
            let places = self.streams.entry(write.stream.clone()).or_default();
            for event in &write.events {
                places.push(self.events.len());
                let version = Version::new(places.len() as u64);
                let tags: Vec<&str> = event.tags.iter().map(|tag| tag.as_str()).collect();
                let (stream, tags) = (write.stream.clone(), tags.join("\n"));
                self.events.push(Stored { stream, version, event: event.clone(), tags, commit: index });
            }
            streams.push((write.stream.clone(), Version::new(places.len() as u64)));
        }
        let (id, last) = (commit.id(), self.head());
        let committed = Committed { id, first, last, recorded_at, streams, already_stored: false };
        self.commits
            .push(StoredCommit { metadata: commit.metadata_json().to_owned(), committed: committed.clone() });
        self.commit_ids.insert(id, index);
        committed
    }

    /// The events that match; looks at every one of them, as a real engine must not.
    fn matching<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        until: Option<Position>,
    ) -> impl DoubleEndedIterator<Item = usize> + 'a {
        let end = until.map_or(usize::MAX, |until| until.get() as usize).min(self.events.len());
        let matches = move |index: &usize| {
            query.is_all() || {
                let page = self.page([*index].into_iter(), PageLimit::default());
                page.iter().all(|event| query.matches(&event))
            }
        };
        (after.get() as usize..end).filter(matches)
    }

    fn page(&self, mut indexes: impl Iterator<Item = usize>, limit: PageLimit) -> Page {
        let mut page = PageBuilder::new(limit);
        while !page.is_full() {
            let Some(index) = indexes.next() else { return page.finish(false) };
            let stored = &self.events[index];
            let StoredCommit { metadata, committed } = &self.commits[stored.commit];
            if !page.in_commit(committed.first) {
                page.begin_commit(committed.id, committed.first, committed.recorded_at, metadata);
            }
            page.push(RawEvent {
                position: Position::new(index as u64 + 1),
                version: stored.version,
                stream: stored.stream.as_str(),
                event_type: stored.event.event_type.as_str(),
                schema: stored.event.schema,
                payload: stored.event.payload.as_str(),
                tags: &stored.tags,
                effective: stored.event.effective,
            });
        }
        page.finish(indexes.next().is_some())
    }

    fn read_stream(&self, read: &ReadStream) -> Page {
        let all = self.streams.get(&read.stream).map_or(&[][..], Vec::as_slice);
        let start = (read.after.get() as usize).min(all.len());
        let end = read.until.map_or(all.len(), |until| (until.get() as usize).min(all.len()));
        let part = all.get(start..end.max(start)).unwrap_or_default().iter().copied();
        match read.order {
            Order::Forward => self.page(part, read.limit),
            Order::Backward => self.page(part.rev(), read.limit),
        }
    }

    fn read_log(&self, read: &ReadLog) -> Page {
        let part = self.matching(&read.query, read.after, read.until);
        let mut page = match read.order {
            Order::Forward => self.page(part, read.limit),
            Order::Backward => self.page(part.rev(), read.limit),
        };
        if !page.more {
            page.covered = read.until.unwrap_or(self.head()).min(self.head()).max(read.after);
        }
        page
    }

    fn summary(&self) -> Summary {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for stored in &self.events {
            *counts.entry(stored.event.event_type.as_str()).or_default() += 1;
        }
        let mut types: Vec<TypeCount> = counts
            .into_iter()
            .map(|(event_type, count)| TypeCount { event_type: event_type.to_owned(), count })
            .collect();
        types.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event_type.cmp(&b.event_type)));
        Summary {
            events: self.events.len() as u64,
            commits: self.commits.len() as u64,
            streams: self.streams.len() as u64,
            payload_bytes: self.events.iter().map(|stored| stored.event.payload.as_str().len() as u64).sum(),
            head: self.head(),
            first_recorded: self.commits.first().map(|commit| commit.committed.recorded_at),
            last_recorded: self.commits.last().map(|commit| commit.committed.recorded_at),
            types,
        }
    }
}

/// A future that is ready: memory never waits.
fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

impl EventStore for MemoryStore {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        Box::pin(async move { self.append_now(commit) })
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        let state = self.state();
        let found = state.commit_ids.get(&id).map(|&index| state.commits[index].committed.clone());
        ready(Ok(found.map(|committed| Committed { already_stored: true, ..committed })))
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        ready(Ok(self.state().read_stream(&read)))
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        ready(Ok(self.state().read_log(&read)))
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        let state = self.state();
        let after = list.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let heads = state
            .streams
            .range::<StreamName, _>((after, Bound::Unbounded))
            .filter(|(stream, _)| list.category.as_ref().is_none_or(|category| category == stream.category()))
            .take(list.count())
            .map(|(stream, all)| StreamHead {
                stream: stream.clone(),
                version: Version::new(all.len() as u64),
            })
            .collect();
        ready(Ok(heads))
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        ready(Ok(self.state().head()))
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        ready(Ok(self.state().summary()))
    }

    fn watch(&self) -> HeadWatch {
        self.signal.watch()
    }

    fn records(&self) -> &dyn Records {
        self
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: false,
            several_streams: true,
            conditions: true,
            several_processes: false,
            guards_history: true,
            commit_ids: CommitIdMemory::ForEver,
            follow_latency: Duration::ZERO,
        }
    }

    fn info(&self) -> StoreInfo {
        StoreInfo { id: self.id, engine: "memory", format: 1, location: "memory:".to_owned() }
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.state().closed = true;
            self.signal.close();
        })
    }
}
