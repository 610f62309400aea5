//! Tests of `writer`, over connections that were tampered with.

use retell_store::{CheckedCommit, Commit, EventType, Expected, NewEvent, Payload, Position, StreamName};
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::settings::{self, Role};
use crate::source::Source;
use crate::store::{Writing, start_writer};
use crate::{SqliteOptions, SqliteStore, reader};

/// A writer over a connection that was tampered with.
struct Bench {
    writing: Writing,
    folder: TempDir,
}

impl Bench {
    fn new(tamper: impl FnOnce(&mut Connection)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        drop(SqliteStore::open(&path).unwrap());
        let options = SqliteOptions::new(&path);
        let mut connection = Source::writing(&path, false).unwrap();
        settings::apply(&connection, Role::Writer, options.busy_timeout).unwrap();
        tamper(&mut connection);
        let signal = Arc::new(HeadSignal::new(Position::START));
        Self { writing: start_writer(&options, connection, signal).unwrap(), folder }
    }

    async fn append(&self, bytes: usize) -> Result<retell_store::Committed, AppendError> {
        self.writing.submitter.submit(commit(bytes)).await
    }

    fn head(&self) -> u64 {
        reader::head(&Connection::open(self.folder.path().join("store.db")).unwrap()).unwrap().get()
    }
}

fn commit(bytes: usize) -> CheckedCommit {
    let payload = Payload::json(&"x".repeat(bytes)).unwrap();
    let event = NewEvent::new(EventType::new("x").unwrap(), payload);
    Commit::new().write(StreamName::new("a", "1").unwrap(), Expected::Any, vec![event]).checked().unwrap()
}

#[tokio::test]
async fn a_full_disk_refuses_and_the_writer_goes_on() {
    let bench = Bench::new(|connection| {
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 20), [], |_| Ok(())).unwrap();
    });
    bench.append(10).await.unwrap();
    let refused = bench.append(200_000).await;
    assert!(
        matches!(&refused, Err(AppendError::Unavailable { reason }) if reason.contains("full")),
        "{refused:?}"
    );
    assert_eq!(bench.append(10).await.unwrap().first, Position::new(2));
    assert_eq!(bench.head(), 2);
}

#[tokio::test]
async fn a_commit_that_fails_at_its_end_is_unknown_and_stops_the_writer() {
    // The hook fails the third COMMIT.
    let bench = Bench::new(|connection| {
        let mut commits = 0;
        let hook = move || {
            commits += 1;
            commits >= 3
        };
        connection.commit_hook(Some(hook)).unwrap();
    });
    for _ in 0..2 {
        bench.append(1).await.unwrap();
    }
    let waiting: Vec<_> = (0..5).map(|_| bench.append(1)).collect();
    let answers = futures_util::future::join_all(waiting).await;
    let unknown = |answer: &Result<_, _>| matches!(answer, Err(AppendError::OutcomeUnknown { .. }));
    let stopped = |answer: &Result<_, _>| matches!(answer, Err(AppendError::Stopped { .. }));
    assert!(unknown(&answers[0]), "{answers:?}");
    assert!(answers.iter().all(|answer| unknown(answer) || stopped(answer)), "{answers:?}");
    assert!(stopped(&bench.append(1).await));
    assert!(bench.writing.stopped.get().is_some());
    assert_eq!(bench.head(), 2);
}

#[tokio::test]
async fn a_long_log_is_moved_and_begins_anew() {
    let bench = Bench::new(|_| {});
    let mut longest = 0;
    for _ in 0..90 {
        bench.append(1_000_000).await.unwrap();
        longest = longest.max(std::fs::metadata(bench.folder.path().join("store.db-wal")).unwrap().len());
    }
    assert!((40 << 20..50 << 20).contains(&longest), "{longest}");
    assert_eq!(bench.head(), 90);
}
