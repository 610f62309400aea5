//! What a reader saw, kept after the page is gone.

use std::fmt;

use retell_store::{
    Commit, CommitId, Metadata, NewEvent, Page, Position, StoredEvent, StreamName, Timestamp, Version,
};

use crate::trial::{Checked, ensure, ensure_eq};

/// A stored event as a value of its own.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) stream: String,
    pub(crate) event_type: String,
    pub(crate) schema: u32,
    pub(crate) payload: String,
    pub(crate) tags: Vec<String>,
    pub(crate) effective: Option<Timestamp>,
    pub(crate) commit: CommitId,
    pub(crate) first: Position,
    pub(crate) recorded_at: Timestamp,
    pub(crate) metadata: String,
}

impl From<StoredEvent<'_>> for Seen {
    fn from(event: StoredEvent<'_>) -> Self {
        Self {
            position: event.position(),
            version: event.version(),
            stream: event.stream().to_owned(),
            event_type: event.event_type().to_owned(),
            schema: event.schema(),
            payload: event.payload().to_owned(),
            tags: event.tags().map(str::to_owned).collect(),
            effective: event.effective(),
            commit: event.commit().id,
            first: event.commit().first,
            recorded_at: event.recorded_at(),
            metadata: event.commit().metadata.to_owned(),
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload: String = self.payload.chars().take(60).collect();
        let Self { position, stream, version, event_type, commit, .. } = self;
        write!(f, "{position} {stream}@{version} {event_type} {payload} of {commit}")
    }
}

/// The events of a page.
pub(crate) fn seen(page: &Page) -> Vec<Seen> {
    page.iter().map(Seen::from).collect()
}

/// Fails unless both lists hold the same events, naming the first difference.
pub(crate) fn same_events(found: &[Seen], expected: &[Seen], what: &str) -> Checked {
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        ensure!(
            found == expected,
            "{what}: event {index} differs: found {found:?} (first {}, recorded {}, tags {:?}), \
             expected {expected:?} (first {}, recorded {}, tags {:?})",
            found.first,
            found.recorded_at,
            found.tags,
            expected.first,
            expected.recorded_at,
            expected.tags
        );
    }
    let longer = if found.len() > expected.len() { found } else { expected };
    let next = longer.get(found.len().min(expected.len()));
    ensure!(
        next.is_none(),
        "{what}: found {} events, expected {}; the first too many or missing is {next:?}",
        found.len(),
        expected.len()
    );
    Ok(())
}

/// Whether a stored event is what was to be stored.
pub(crate) fn is_stored_as(stored: &Seen, stream: &StreamName, event: &NewEvent) -> bool {
    stored.stream == stream.as_str()
        && stored.event_type == event.event_type.as_str()
        && stored.schema == event.schema
        && stored.payload == event.payload.as_str()
        && stored.tags.iter().map(String::as_str).eq(event.tags.iter().map(|tag| tag.as_str()))
        && stored.effective == event.effective
}

/// Fails unless the log holds the commit exactly once, whole, in order, and
/// with nothing of another commit in between.
pub(crate) fn holds_whole(log: &[Seen], commit: &Commit) -> Checked {
    let start = log.iter().position(|event| event.commit == commit.id);
    let Some(start) = start else {
        ensure!(false, "commit {} is not in the log", commit.id);
        return Ok(());
    };
    let wanted: Vec<_> = commit.writes.iter().flat_map(|w| w.events.iter().map(|e| (&w.stream, e))).collect();
    let all = log.iter().filter(|event| event.commit == commit.id).count();
    ensure_eq!(all, wanted.len(), "the number of events stored of commit {}", commit.id);
    for (index, (stream, event)) in wanted.into_iter().enumerate() {
        let Some(stored) = log.get(start + index) else { continue };
        ensure!(
            is_stored_as(stored, stream, event),
            "event {index} of commit {} is stored as {stored:?} with schema {}, tags {:?}, effective {:?}; \
             given was {event:?} for {stream}",
            commit.id,
            stored.schema,
            stored.tags,
            stored.effective
        );
        ensure_eq!(stored.commit, commit.id, "the commit of {stored:?}");
        ensure_eq!(stored.first, log[start].position, "the first position of the commit of {stored:?}");
        ensure_eq!(stored.recorded_at, log[start].recorded_at, "the time of recording of {stored:?}");
        ensure!(metadata_is(stored, &commit.metadata), "the metadata of {stored:?} are {}", stored.metadata);
    }
    Ok(())
}

/// Whether the stored metadata are these.
pub(crate) fn metadata_is(stored: &Seen, metadata: &Metadata) -> bool {
    let info = retell_store::CommitInfo {
        id: stored.commit,
        first: stored.first,
        recorded_at: stored.recorded_at,
        metadata: &stored.metadata,
    };
    info.metadata().is_ok_and(|stored| stored == *metadata)
}
