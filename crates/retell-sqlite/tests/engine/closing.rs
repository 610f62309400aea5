//! Closing, dropping, and futures that nobody waits for.

use futures_util::FutureExt;
use futures_util::future::join_all;
use retell_store::{
    AppendError, CommitId, EventStore, Expect, Expected, ListStreams, Position, ReadError, ReadLog,
    ReadStream, RecordError, RecordKey, Records,
};

use crate::common::{Place, append, commit, event, stream};

#[tokio::test]
async fn closing_stores_what_was_taken_in_and_leaves_one_file() {
    let place = Place::new();
    let store = place.open();
    let watch = store.watch();
    let mut appends: Vec<_> = (0..100)
        .map(|n| store.append(commit(&format!("a/{n}"), Expected::Absent, vec![event("x")])))
        .collect();
    for append in &mut appends {
        assert!(append.now_or_never().is_none());
    }
    store.close().await;
    assert!(join_all(appends).await.iter().all(Result::is_ok));
    let left: Vec<_> =
        place.folder.path().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["helpdesk.db"]);
    drop(watch);
    assert_eq!(place.open().head().await.unwrap(), Position::new(100));
}

#[tokio::test]
async fn a_closed_store_answers_that_it_is_closed() {
    let place = Place::new();
    let store = place.open();
    append(&store, "a/1", 1).await;
    let clone = store.clone();
    store.close().await;
    store.close().await;
    let stopped = |error: ReadError| assert!(matches!(error, ReadError::Stopped { .. }), "{error:?}");
    let refused = clone.append(commit("a/1", Expected::Any, vec![event("x")])).await;
    assert!(matches!(refused, Err(AppendError::Stopped { .. })));
    stopped(clone.find(CommitId::new()).await.unwrap_err());
    stopped(clone.read_stream(ReadStream::new(stream("a/1"))).await.unwrap_err());
    stopped(clone.read_log(ReadLog::new()).await.unwrap_err());
    stopped(clone.list_streams(ListStreams::default()).await.unwrap_err());
    stopped(clone.head().await.unwrap_err());
    stopped(clone.summary().await.unwrap_err());
    let key = RecordKey::new("k").unwrap();
    assert!(matches!(clone.get(&key).await, Err(RecordError::Stopped { .. })));
    assert!(matches!(clone.put(&key, vec![], Expect::Any, None).await, Err(RecordError::Stopped { .. })));
    assert!(matches!(clone.delete(&key, Expect::Any, None).await, Err(RecordError::Stopped { .. })));
    assert!(matches!(Records::list(&clone, "", None, 9).await, Err(RecordError::Stopped { .. })));
}

#[tokio::test]
async fn an_append_runs_to_its_end_without_its_caller() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for n in 0..50 {
        let given = commit(&format!("a/{n}"), Expected::Absent, vec![event("x"), event("y")]);
        ids.push(given.id);
        let mut append = store.append(given);
        assert!((&mut append).now_or_never().is_none());
        drop(append);
    }
    // A future that was never polled has stored nothing.
    let never = commit("b/1", Expected::Absent, vec![event("x")]);
    let never_id = never.id;
    drop(store.append(never));
    append(&store, "c/1", 1).await;
    for id in ids {
        let found = store.find(id).await.unwrap().unwrap();
        assert_eq!(found.last.get() - found.first.get(), 1);
    }
    assert_eq!(store.find(never_id).await.unwrap(), None);
    assert_eq!(store.head().await.unwrap(), Position::new(101));
}
