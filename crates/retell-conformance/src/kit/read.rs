//! Reading whole logs, and seeing that nothing was stored.

use std::collections::BTreeMap;

use retell_store::{
    EventStore, ListStreams, PageLimit, Position, Query, ReadLog, ReadStream, StreamHead, StreamName,
    Summary, Version,
};

use super::{Seen, same_events, seen};
use crate::trial::{Checked, ensure, ensure_eq};

/// The whole log.
pub(crate) async fn whole_log(store: &dyn EventStore) -> Checked<Vec<Seen>> {
    log_of(store, ReadLog::new()).await
}

/// Everything that this reads, page after page, forward.
pub(crate) async fn log_of(store: &dyn EventStore, mut read: ReadLog) -> Checked<Vec<Seen>> {
    let mut events = Vec::new();
    loop {
        let page = store.read_log(read.clone()).await?;
        events.extend(seen(&page));
        if !page.more {
            return Ok(events);
        }
        let (covered, after) = (page.covered, read.after);
        ensure!(covered > after, "a page with more to come covers up to {covered}, as before {after}");
        read.after = page.covered;
    }
}

/// The log up to and with a position.
pub(crate) async fn log_until(store: &dyn EventStore, until: Position) -> Checked<Vec<Seen>> {
    log_of(store, ReadLog::new().until(until)).await
}

/// The whole stream.
pub(crate) async fn whole_stream(store: &dyn EventStore, stream: &StreamName) -> Checked<Vec<Seen>> {
    let mut read = ReadStream::new(stream.clone());
    let mut events = Vec::new();
    loop {
        let page = store.read_stream(read.clone()).await?;
        events.extend(seen(&page));
        match page.last() {
            Some(last) if page.more => {
                ensure!(last.version() > read.after, "a page of {stream} after {} ends there", read.after);
                read.after = last.version();
            }
            _ => return Ok(events),
        }
    }
}

/// Every stream with its version.
pub(crate) async fn all_streams(store: &dyn EventStore) -> Checked<Vec<StreamHead>> {
    Ok(store.list_streams(ListStreams { limit: 100_000, ..ListStreams::default() }).await?)
}

/// A page of so many events.
pub(crate) fn events(events: usize) -> PageLimit {
    PageLimit { events, ..PageLimit::default() }
}

/// Everything that can be seen of a store.
#[derive(Debug)]
pub(crate) struct Sight {
    pub(crate) log: Vec<Seen>,
    streams: Vec<StreamHead>,
    head: Position,
    summary: Summary,
}

/// Looks at everything.
pub(crate) async fn sight(store: &dyn EventStore) -> Checked<Sight> {
    Ok(Sight {
        log: whole_log(store).await?,
        streams: all_streams(store).await?,
        head: store.head().await?,
        summary: store.summary().await?,
    })
}

impl Sight {
    /// Fails unless the store looks the same.
    pub(crate) async fn is_unchanged(&self, store: &dyn EventStore, by: &str) -> Checked {
        let now = sight(store).await?;
        same_events(&now.log, &self.log, &format!("the log after {by}"))?;
        ensure_eq!(now.streams, self.streams, "the streams after {by}");
        ensure_eq!(now.head, self.head, "the head after {by}");
        ensure_eq!(now.summary, self.summary, "the summary after {by}");
        Ok(())
    }
}

/// Fails unless the log is well formed: positions rise, the versions of each
/// stream are 1..n, the events of a commit stand together.
pub(crate) fn is_well_formed(log: &[Seen]) -> Checked {
    let mut versions: BTreeMap<&str, Version> = BTreeMap::new();
    for (index, event) in log.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &log[before]);
        ensure!(
            before.is_none_or(|before| before.position < event.position),
            "{event:?} comes after {before:?}, and positions must rise"
        );
        let version = versions.entry(&event.stream).or_default();
        ensure_eq!(event.version, version.plus(1), "the version of {event:?}");
        *version = event.version;
        let same = before.is_some_and(|before| before.commit == event.commit);
        ensure!(
            same || event.first == event.position,
            "{event:?} begins a commit that began at {}",
            event.first
        );
        ensure!(
            !same || before.is_some_and(|before| before.first == event.first),
            "{event:?} has another beginning than {before:?} of the same commit"
        );
    }
    Ok(())
}

/// Fails unless everything that can be read of the store agrees with its log.
pub(crate) async fn is_sound(store: &dyn EventStore) -> Checked<Vec<Seen>> {
    let log = whole_log(store).await?;
    is_well_formed(&log)?;
    let mut streams: BTreeMap<&str, Vec<Seen>> = BTreeMap::new();
    for event in &log {
        streams.entry(&event.stream).or_default().push(event.clone());
    }
    let listed = all_streams(store).await?;
    let listed: Vec<_> = listed.iter().map(|head| (head.stream.as_str(), head.version.get())).collect();
    let counted: Vec<_> = streams.iter().map(|(stream, events)| (*stream, events.len() as u64)).collect();
    ensure_eq!(listed, counted, "the list of streams");
    for (stream, events) in &streams {
        let found = whole_stream(store, &stream.parse()?).await?;
        same_events(&found, events, &format!("the stream {stream}, against the log"))?;
    }
    let head = log.last().map_or(Position::START, |last| last.position);
    ensure_eq!(store.head().await?, head, "the head");
    Ok(log)
}

/// The events that match, of the whole log read as pages, by the words of the contract.
pub(crate) async fn matching(store: &dyn EventStore, query: &Query) -> Checked<Vec<Seen>> {
    let mut read = ReadLog::new();
    let mut events = Vec::new();
    loop {
        let page = store.read_log(read.clone()).await?;
        events.extend(page.iter().filter(|event| query.matches(event)).map(Seen::from));
        if !page.more {
            return Ok(events);
        }
        read.after = page.covered;
    }
}
