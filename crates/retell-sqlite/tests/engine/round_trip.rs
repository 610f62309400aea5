//! What is stored comes back, after opening again too.

use std::sync::Arc;

use crate::common::{Place, append, commit, event, events, log, shown, stream, tagged, whole};
use retell_store::{
    Actor, Commit, CommitId, EventStore, Expected, ListStreams, ManualClock, Metadata, PageLimit, Position,
    Query, ReadLog, ReadStream, Timestamp, Version,
};

#[tokio::test]
async fn everything_comes_back_as_it_was_given_and_after_opening_again() {
    let place = Place::new();
    let clock = Arc::new(ManualClock::at("2016-02-29T01:16:00.000001Z".parse().unwrap()));
    let store = place.options().clock(clock.clone()).open().unwrap();
    let long_ago = Timestamp::from_micros(-1);
    let given = Commit::new()
        .write(
            stream("ticket/ü 42/7"),
            Expected::Absent,
            vec![
                tagged("opened", &["customer:7", "topic:a b"]).schema(3).effective(long_ago),
                event("assigned"),
            ],
        )
        .write(stream("agent/31"), Expected::Any, vec![event("busy").schema(u32::MAX)])
        .metadata(Metadata {
            reason: Some("because".to_owned()),
            ..Metadata::by(Actor::new("agent/31").unwrap())
        });
    let id = given.id;
    let stored = store.append(given).await.unwrap();
    assert_eq!((stored.first, stored.last), (Position::new(1), Position::new(3)));
    assert_eq!(
        stored.streams,
        [(stream("ticket/ü 42/7"), Version::new(2)), (stream("agent/31"), Version::new(1))]
    );
    let expected = [
        format!(
            "1 ticket/ü 42/7@1 opened v3 {{\"is\":\"opened\"}} [customer:7,topic:a b] \
             Some(1969-12-31T23:59:59.999999Z) 2016-02-29T01:16:00.000001Z {id}/1 \
             {{\"actor\":\"agent/31\",\"reason\":\"because\"}}"
        ),
        format!(
            "2 ticket/ü 42/7@2 assigned v1 {{\"is\":\"assigned\"}} [] None 2016-02-29T01:16:00.000001Z {id}/1 \
             {{\"actor\":\"agent/31\",\"reason\":\"because\"}}"
        ),
        format!(
            "3 agent/31@1 busy v4294967295 {{\"is\":\"busy\"}} [] None 2016-02-29T01:16:00.000001Z {id}/1 \
             {{\"actor\":\"agent/31\",\"reason\":\"because\"}}"
        ),
    ];
    assert_eq!(log(&store, ReadLog::new()).await, expected);
    let info = store.info();
    store.close().await;

    let store = place.open();
    assert_eq!(store.info(), info);
    assert_eq!(log(&store, ReadLog::new()).await, expected);
    assert_eq!(whole(&store, "agent/31").await, expected[2..]);
    assert_eq!(store.find(id).await.unwrap().map(|found| found.streams), Some(stored.streams));
    // The last recorded time is remembered, whatever the clock says now.
    let store = place.options().clock(Arc::new(ManualClock::default())).open().unwrap();
    assert_eq!(append(&store, "ticket/1", 1).await.recorded_at, stored.recorded_at);
}

#[tokio::test]
async fn a_stream_is_read_in_parts_and_both_ways() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..3 {
        append(&store, "ticket/1", 250).await;
        append(&store, "ticket/2", 1).await;
    }
    let read = ReadStream::new(stream("ticket/1"));
    let page = store.read_stream(read.clone()).await.unwrap();
    assert_eq!((page.len(), page.more), (750, false));
    let versions: Vec<u64> = page.iter().map(|event| event.version().get()).collect();
    assert_eq!(versions, (1..=750).collect::<Vec<_>>());
    let backward = store.read_stream(read.clone().backward()).await.unwrap();
    let mut reversed = shown(&backward);
    reversed.reverse();
    assert_eq!(shown(&page), reversed);
    let some = read
        .clone()
        .after(Version::new(10))
        .until(Version::new(600))
        .limit(PageLimit { events: 500, bytes: 1 << 20 });
    let page = store.read_stream(some.clone()).await.unwrap();
    assert_eq!((page.len(), page.more, page.first().unwrap().version()), (500, true, Version::new(11)));
    let page = store.read_stream(some.backward()).await.unwrap();
    assert_eq!((page.len(), page.more, page.first().unwrap().version()), (500, true, Version::new(600)));
    let far = read.clone().after(Version::new(u64::MAX)).until(Version::new(u64::MAX));
    assert!(store.read_stream(far).await.unwrap().is_empty());
    let none = store.read_stream(ReadStream::new(stream("ticket/none"))).await.unwrap();
    assert!(none.is_empty() && !none.more);
}

#[tokio::test]
async fn a_page_that_begins_inside_a_commit_tells_the_commit() {
    let place = Place::new();
    let store = place.open();
    let given =
        commit("a/1", Expected::Any, events("one", 3)).write(stream("b/1"), Expected::Any, events("two", 2));
    let id = given.id;
    store.append(given).await.unwrap();
    for read in [ReadLog::new().after(Position::new(4)), ReadLog::new().matching(Query::category("b"))] {
        let page = store.read_log(read).await.unwrap();
        assert!(page.iter().all(|event| event.commit().id == id && event.commit().first == Position::new(1)));
        assert_eq!(page.covered, Position::new(5));
    }
}

#[tokio::test]
async fn streams_are_listed_in_the_order_of_bytes() {
    let place = Place::new();
    let store = place.open();
    for name in ["b/2", "a-b/1", "a/1", "a/é", "a/z", "ab/1", "a/Z", "é/1"] {
        append(&store, name, 2).await;
    }
    let list = |category: Option<&str>, after: Option<&str>, limit| {
        let list = ListStreams { category: category.map(str::to_owned), after: after.map(stream), limit };
        let store = store.clone();
        async move {
            let heads = store.list_streams(list).await.unwrap();
            assert!(heads.iter().all(|head| head.version == Version::new(2)));
            heads.iter().map(|head| head.stream.to_string()).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(None, None, 0).await, ["a-b/1", "a/1", "a/Z", "a/z", "a/é", "ab/1", "b/2", "é/1"]);
    assert_eq!(list(Some("a"), None, 0).await, ["a/1", "a/Z", "a/z", "a/é"]);
    assert_eq!(list(Some("a"), Some("a/Z"), 1).await, ["a/z"]);
    assert_eq!(list(Some("a"), Some("b/1"), 0).await, [""; 0]);
    assert_eq!(list(Some("a/1"), None, 0).await, [""; 0]);
    assert_eq!(list(None, Some("a/é"), 2).await, ["ab/1", "b/2"]);
}

#[tokio::test]
async fn a_summary_counts() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(store.summary().await.unwrap(), Default::default());
    let first = append(&store, "a/1", 3).await;
    let last = store.append(commit("b/1", Expected::Any, vec![event("ü")])).await.unwrap();
    let summary = store.summary().await.unwrap();
    assert_eq!((summary.events, summary.commits, summary.streams), (4, 2, 2));
    assert_eq!(summary.payload_bytes, 3 * 17 + 11);
    assert_eq!(summary.head, Position::new(4));
    assert_eq!(
        (summary.first_recorded, summary.last_recorded),
        (Some(first.recorded_at), Some(last.recorded_at))
    );
    let types: Vec<_> = summary.types.iter().map(|of| (of.event_type.as_str(), of.count)).collect();
    assert_eq!(types, [("happened", 3), ("ü", 1)]);
}

#[tokio::test]
async fn a_commit_is_found_by_its_id_however_large() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(store.find(CommitId::new()).await.unwrap(), None);
    let id = CommitId::named("import", "line 1");
    let given = Commit::with_id(id)
        .write(stream("a/1"), Expected::Any, events("one", 300))
        .write(stream("a/none"), Expected::Absent, vec![])
        .write(stream("a/2"), Expected::Any, events("two", 300));
    let stored = store.append(given).await.unwrap();
    let found = store.find(id).await.unwrap().unwrap();
    assert!(found.already_stored && !stored.already_stored);
    assert_eq!(found, retell_store::Committed { already_stored: true, ..stored });
}
