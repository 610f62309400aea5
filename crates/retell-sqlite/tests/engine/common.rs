//! What the tests of the engine share.

use std::path::PathBuf;

use retell_sqlite::{SqliteOptions, SqliteStore};
use retell_store::{
    Commit, Committed, EventStore, EventType, Expected, NewEvent, Page, Payload, ReadLog, ReadStream,
    StreamName, Tag,
};
use tempfile::TempDir;

/// A folder with a database, which goes when the test ends.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("helpdesk.db")
    }

    pub(crate) fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.path())
    }

    pub(crate) fn open(&self) -> SqliteStore {
        self.options().open().unwrap()
    }

    /// A connection past the engine, as another program would use it.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

pub(crate) fn stream(name: &str) -> StreamName {
    name.parse().unwrap()
}

pub(crate) fn event(kind: &str) -> NewEvent {
    NewEvent::new(EventType::new(kind).unwrap(), Payload::parse(format!(r#"{{"is":"{kind}"}}"#)).unwrap())
}

pub(crate) fn tagged(kind: &str, tags: &[&str]) -> NewEvent {
    tags.iter().fold(event(kind), |event, tag| event.tag(tag.parse::<Tag>().unwrap()))
}

pub(crate) fn events(kind: &str, count: usize) -> Vec<NewEvent> {
    vec![event(kind); count]
}

pub(crate) fn commit(name: &str, expected: Expected, events: Vec<NewEvent>) -> Commit {
    Commit::new().write(stream(name), expected, events)
}

pub(crate) async fn append(store: &SqliteStore, name: &str, count: usize) -> Committed {
    store.append(commit(name, Expected::Any, events("happened", count))).await.unwrap()
}

/// Everything that a page shows.
pub(crate) fn shown(page: &Page) -> Vec<String> {
    page.iter()
        .map(|event| {
            format!(
                "{} {}@{} {} v{} {} [{}] {:?} {} {}/{} {}",
                event.position(),
                event.stream(),
                event.version(),
                event.event_type(),
                event.schema(),
                event.payload(),
                event.tags().collect::<Vec<_>>().join(","),
                event.effective(),
                event.recorded_at(),
                event.commit().id,
                event.commit().first,
                event.commit().metadata,
            )
        })
        .collect()
}

pub(crate) async fn log(store: &dyn EventStore, read: ReadLog) -> Vec<String> {
    shown(&store.read_log(read).await.unwrap())
}

pub(crate) async fn whole(store: &dyn EventStore, name: &str) -> Vec<String> {
    shown(&store.read_stream(ReadStream::new(stream(name))).await.unwrap())
}
