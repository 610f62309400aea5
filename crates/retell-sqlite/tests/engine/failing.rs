//! What fails, and what goes on after it.

use std::process::Command;
use std::sync::Arc;

use futures_util::future::join_all;
use retell_store::{
    AppendError, Clock, CommitId, EventStore, Expected, Position, ReadError, ReadLog, ReadStream, Timestamp,
};

use crate::common::{Place, append, commit, event, stream};

/// Overwrites the database from its second page on, as another program would.
fn destroy(place: &Place) {
    let destroyed = Command::new("dd")
        .args(["if=/dev/urandom", "bs=4096", "seek=1", "count=40", "conv=notrunc", "status=none"])
        .arg(format!("of={}", place.path().display()))
        .status()
        .unwrap();
    assert!(destroyed.success());
}

#[tokio::test]
async fn a_damaged_file_stops_the_writer_and_says_so() {
    let place = Place::new();
    let store = place.open();
    append(&store, "a/1", 100).await;
    store.close().await;
    let store = place.open();
    destroy(&place);
    let refused = store.append(commit("a/1", Expected::Any, vec![event("x")])).await;
    assert!(matches!(refused, Err(AppendError::Stopped { .. })), "{refused:?}");
    let reason = refused.unwrap_err().to_string();
    let later = store.append(commit("a/2", Expected::Any, vec![event("x")])).await;
    assert_eq!(later.unwrap_err().to_string(), reason);
    let found = store.find(CommitId::new()).await;
    assert!(matches!(found, Err(ReadError::Stopped { .. })), "{found:?}");
    let read = store.read_log(ReadLog::new()).await;
    assert!(matches!(read, Err(ReadError::Damaged { .. })), "{read:?}");
    let read = store.read_stream(ReadStream::new(stream("a/1"))).await;
    assert!(matches!(read, Err(ReadError::Damaged { .. })), "{read:?}");
    store.close().await;
}

#[tokio::test]
async fn a_replaced_file_is_not_read() {
    let (place, other) = (Place::new(), Place::new());
    let store = place.open();
    append(&store, "a/1", 1).await;
    let stranger = other.open();
    append(&stranger, "a/1", 7).await;
    stranger.close().await;
    std::fs::rename(other.path(), place.path()).unwrap();
    // A reader thread opens its connection now.
    let read = store.read_log(ReadLog::new()).await;
    assert!(matches!(&read, Err(ReadError::Damaged { detail }) if detail.contains("replaced")), "{read:?}");
}

/// A clock that breaks.
#[derive(Debug)]
struct Broken;

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        panic!("the clock broke, as this test wants it");
    }
}

#[tokio::test]
async fn a_panic_of_the_writer_leaves_nobody_waiting() {
    let place = Place::new();
    place.open().close().await;
    let store = place.options().clock(Arc::new(Broken)).open().unwrap();
    let appends = (0..5).map(|n| store.append(commit(&format!("a/{n}"), Expected::Any, vec![event("x")])));
    for answer in join_all(appends).await {
        assert!(matches!(answer, Err(AppendError::OutcomeUnknown { .. })), "{answer:?}");
    }
    let later = store.append(commit("a/1", Expected::Any, vec![event("x")])).await;
    assert!(
        matches!(&later, Err(AppendError::Stopped { reason }) if reason.contains("panicked")),
        "{later:?}"
    );
    assert_eq!(store.head().await.unwrap(), Position::START);
    store.close().await;
    append(&place.open(), "a/1", 1).await;
}
