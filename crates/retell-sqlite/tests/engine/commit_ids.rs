//! A commit id is stored once.

use retell_store::{
    AppendError, Commit, CommitId, Committed, EventStore, Expected, InvalidCommit, Metadata, Position,
    ReadLog, Timestamp, Version,
};

use crate::common::{Place, commit, event, log, stream, tagged};

fn given(id: CommitId) -> Commit {
    let first = tagged("opened", &["customer:7", "topic:x"]).effective(Timestamp::from_micros(7));
    Commit::with_id(id).write(stream("ticket/1"), Expected::Absent, vec![first, event("assigned")]).write(
        stream("agent/1"),
        Expected::Any,
        vec![event("busy").schema(2)],
    )
}

#[tokio::test]
async fn a_repeated_append_returns_the_stored_commit_before_any_expectation() {
    let place = Place::new();
    let store = place.open();
    let id = CommitId::named("web", "key 1");
    let stored = store.append(given(id)).await.unwrap();
    let again = Committed { already_stored: true, ..stored };
    assert_eq!(store.append(given(id)).await.unwrap(), again);
    // Expectations, conditions and metadata are no content.
    let mut other = given(id).metadata(Metadata { reason: Some("other".into()), ..Metadata::default() });
    other.writes[0].expected = Expected::Exact(Version::new(99));
    other = other.unless(retell_store::Query::all(), Position::START);
    assert_eq!(store.append(other).await.unwrap(), again);
    assert_eq!(place.open().append(given(id)).await.unwrap(), again);
    assert_eq!(log(&store, ReadLog::new()).await.len(), 3);
}

#[tokio::test]
async fn an_id_with_other_content_is_refused() {
    let place = Place::new();
    let store = place.open();
    let id = CommitId::new();
    store.append(given(id)).await.unwrap();
    let change = |change: fn(&mut Commit)| {
        let mut commit = given(id);
        change(&mut commit);
        commit
    };
    let others = [
        change(|commit| commit.writes[0].stream = stream("ticket/2")),
        change(|commit| commit.writes[0].events[0].event_type = event("x").event_type),
        change(|commit| commit.writes[0].events[0].payload = event("x").payload),
        change(|commit| commit.writes[0].events[0].schema = 9),
        change(|commit| commit.writes[0].events[0].effective = None),
        change(|commit| commit.writes[0].events[0].effective = Some(Timestamp::from_micros(8))),
        change(|commit| drop(commit.writes[0].events[0].tags.pop())),
        change(|commit| drop(commit.writes[0].events.pop())),
        change(|commit| commit.writes[0].events.push(event("more"))),
        change(|commit| commit.writes.swap(0, 1)),
        change(|commit| drop(commit.writes.pop())),
    ];
    for other in others {
        let shown = format!("{other:?}");
        let result = store.append(other).await;
        assert!(
            matches!(result, Err(AppendError::Invalid(InvalidCommit::IdTaken(taken))) if taken == id),
            "{shown}: {result:?}"
        );
    }
    assert_eq!(store.head().await.unwrap(), Position::new(3));
}

#[tokio::test]
async fn a_refused_commit_does_not_take_its_id() {
    let place = Place::new();
    let store = place.open();
    store.append(commit("ticket/1", Expected::Any, vec![event("x")])).await.unwrap();
    let id = CommitId::new();
    assert!(matches!(store.append(given(id)).await, Err(AppendError::Conflict(_))));
    assert_eq!(store.find(id).await.unwrap(), None);
    let mut other = given(id);
    other.writes[0].expected = Expected::Any;
    assert!(!store.append(other).await.unwrap().already_stored);
}
