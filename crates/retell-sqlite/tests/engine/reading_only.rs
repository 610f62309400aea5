//! A store that is only read.

use retell_store::{AppendError, EventStore, Expect, Expected, ReadLog, RecordError, RecordKey, Records};

use crate::common::{Place, append, commit, event, log};

#[tokio::test]
async fn it_reads_beside_a_writer_and_writes_nothing() {
    let place = Place::new();
    let writer = place.open();
    append(&writer, "a/1", 2).await;
    let store = place.options().read_only(true).open().unwrap();
    assert_eq!(store.info().id, writer.info().id);
    append(&writer, "a/1", 2).await;
    assert_eq!(log(&store, ReadLog::new()).await, log(&writer, ReadLog::new()).await);
    let refused = store.append(commit("a/1", Expected::Any, vec![event("x")])).await;
    assert!(
        matches!(&refused, Err(AppendError::Unavailable { reason }) if reason.contains("read-only")),
        "{refused:?}"
    );
    let key = RecordKey::new("k").unwrap();
    assert!(matches!(store.put(&key, vec![], Expect::Any, None).await, Err(RecordError::Unavailable { .. })));
    assert!(matches!(store.delete(&key, Expect::Any, None).await, Err(RecordError::Unavailable { .. })));
    assert!(store.get(&key).await.unwrap().is_none());
    store.close().await;
    append(&writer, "a/1", 1).await;
}

#[tokio::test]
async fn it_reads_what_was_closed() {
    let place = Place::new();
    let writer = place.open();
    append(&writer, "a/1", 2).await;
    let before = log(&writer, ReadLog::new()).await;
    writer.close().await;
    let store = place.options().read_only(true).open().unwrap();
    assert_eq!(log(&store, ReadLog::new()).await, before);
}

#[tokio::test]
async fn it_reads_what_was_closed_where_nothing_can_be_written() {
    let place = Place::new();
    let writer = place.open();
    append(&writer, "a/1", 2).await;
    let before = log(&writer, ReadLog::new()).await;
    writer.close().await;
    // Whoever runs this may be allowed everything; a folder is in the way of anyone.
    let in_the_way = place.folder.path().join("helpdesk.db-shm");
    std::fs::create_dir(&in_the_way).unwrap();
    let store = place.options().read_only(true).open().unwrap();
    assert_eq!(log(&store, ReadLog::new()).await, before);
    assert_eq!(store.watch().latest(), store.head().await.unwrap());
    store.close().await;
    let error = place.options().open().unwrap_err();
    assert!(matches!(error, retell_sqlite::OpenError::NotWritable { .. }), "{error:?}");
}
