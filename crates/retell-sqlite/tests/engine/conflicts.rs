//! Conflicts carry the competing events.

use retell_store::{
    AppendError, Commit, Conflict, EventStore, EventType, Expected, NewEvent, Payload, Position, Query,
    QueryItem, Version,
};

use crate::common::{Place, append, commit, event, stream, tagged};

async fn conflict(store: &dyn EventStore, commit: Commit) -> Conflict {
    let head = store.head().await.unwrap();
    match store.append(commit).await {
        Err(AppendError::Conflict(conflict)) => {
            assert_eq!(store.head().await.unwrap(), head);
            assert_eq!(conflict.head, head);
            *conflict
        }
        other => panic!("no conflict: {other:?}"),
    }
}

fn positions(conflict: &Conflict) -> Vec<u64> {
    conflict.competing.iter().map(|event| event.position().get()).collect()
}

#[tokio::test]
async fn a_conflict_carries_what_came_after_the_expected_version() {
    let place = Place::new();
    let store = place.open();
    append(&store, "a/1", 2).await;
    append(&store, "b/1", 1).await;
    append(&store, "a/1", 2).await;
    let expected = Expected::Exact(Version::new(1));
    let found = conflict(&store, commit("a/1", expected, vec![event("late")])).await;
    assert_eq!(positions(&found), [2, 4, 5]);
    assert_eq!((found.streams[0].expected, found.streams[0].actual), (expected, Version::new(4)));
    assert!(!found.truncated && !found.condition);
    // A version that is not there yet: nothing competes.
    for version in [5, u64::MAX] {
        let found =
            conflict(&store, commit("a/1", Expected::Exact(Version::new(version)), vec![event("x")])).await;
        assert_eq!(positions(&found), [0; 0]);
    }
    let found = conflict(&store, commit("a/2", Expected::Exact(Version::new(1)), vec![event("x")])).await;
    assert_eq!((positions(&found), found.streams[0].actual), (vec![], Version::NONE));
}

#[tokio::test]
async fn several_streams_compete_in_the_order_of_the_log() {
    let place = Place::new();
    let store = place.open();
    for name in ["a/1", "b/1", "a/1", "c/1", "b/1"] {
        append(&store, name, 1).await;
    }
    let given = commit("b/1", Expected::Absent, vec![event("x")])
        .write(stream("c/1"), Expected::Exact(Version::new(1)), vec![event("x")])
        .write(stream("a/1"), Expected::Exact(Version::new(1)), vec![]);
    let found = conflict(&store, given).await;
    assert_eq!(positions(&found), [2, 3, 5]);
    let streams: Vec<_> = found.streams.iter().map(|found| found.stream.as_str()).collect();
    assert_eq!(streams, ["b/1", "a/1"]);
}

#[tokio::test]
async fn too_many_competing_events_are_cut() {
    let place = Place::new();
    let store = place.open();
    append(&store, "a/1", 1_000).await;
    let whole = conflict(&store, commit("a/1", Expected::Absent, vec![event("x")])).await;
    assert_eq!((whole.competing.len(), whole.truncated), (1_000, false));
    append(&store, "a/1", 1).await;
    append(&store, "b/1", 3).await;
    let given =
        commit("a/1", Expected::Absent, vec![event("x")]).write(stream("b/1"), Expected::Absent, vec![]);
    let cut = conflict(&store, given).await;
    assert_eq!((cut.competing.len(), cut.truncated), (1_000, true));
    assert_eq!(cut.streams.len(), 2);
}

#[tokio::test]
async fn too_large_competing_events_are_cut() {
    let place = Place::new();
    let store = place.open();
    let large = Payload::json(&"x".repeat(300 << 10)).unwrap();
    let large = NewEvent::new(EventType::new("large").unwrap(), large);
    for _ in 0..6 {
        store.append(commit("a/1", Expected::Any, vec![large.clone()])).await.unwrap();
    }
    let cut = conflict(&store, commit("a/1", Expected::Absent, vec![event("x")])).await;
    assert_eq!((positions(&cut), cut.truncated), (vec![1, 2, 3, 4], true));
}

#[tokio::test]
async fn a_condition_is_broken_by_what_came_after_its_position() {
    let place = Place::new();
    let store = place.open();
    let seat = |kind| tagged(kind, &["seat:7", "show:1"]);
    for kind in ["reserved", "released", "reserved"] {
        store.append(commit("show/1", Expected::Any, vec![seat(kind)])).await.unwrap();
    }
    let tags = || Query::tags(["show:1".parse().unwrap(), "seat:7".parse().unwrap()]);
    let given = |query, after| {
        commit("show/1", Expected::Any, vec![seat("paid")]).unless(query, Position::new(after))
    };
    let found = conflict(&store, given(tags(), 1)).await;
    assert_eq!((positions(&found), found.condition, found.streams.len()), (vec![2, 3], true, 0));
    let typed = Query::types([EventType::new("released").unwrap()]);
    assert_eq!(positions(&conflict(&store, given(typed.clone(), 0)).await), [2]);
    store.append(given(typed, 2)).await.unwrap();
    store.append(given(tags(), 4)).await.unwrap();
    store.append(given(tags(), u64::MAX)).await.unwrap();
    let either =
        Query::category("none").or(QueryItem { categories: vec!["show".to_owned()], ..Default::default() });
    // An event that breaks the condition and its stream's expectation comes once.
    let both =
        commit("show/1", Expected::Exact(Version::new(4)), vec![seat("x")]).unless(either, Position::new(3));
    let found = conflict(&store, both).await;
    assert_eq!((positions(&found), found.condition, found.streams.len()), (vec![4, 5, 6], true, 1));
}
