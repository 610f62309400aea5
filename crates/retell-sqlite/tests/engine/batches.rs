//! Commits that are stored together give what they would give one by one.

use std::sync::Arc;

use futures_util::future::join_all;
use proptest::prelude::*;
use retell_store::queue::QueueLimits;
use retell_store::{
    Commit, CommitId, EventStore, EventType, Expected, ManualClock, MemoryStore, Position, Query, QueryItem,
    ReadLog, Timestamp, Version,
};

use crate::common::{Place, event, log, stream, tagged};

/// A commit of a small world, so that much collides.
fn any_commit() -> impl Strategy<Value = Commit> {
    let expected = prop_oneof![
        3 => Just(Expected::Any),
        2 => Just(Expected::Absent),
        4 => (0..4_u64).prop_map(|version| Expected::Exact(Version::new(version))),
    ];
    let kind = prop_oneof![Just("opened"), Just("closed")];
    let tags = prop::sample::subsequence(vec!["a:1", "a:2", "b:1"], 0..=3);
    let event = (kind, tags).prop_map(|(kind, tags)| tagged(kind, &tags));
    let write =
        (prop::sample::select(vec!["t/1", "t/2", "u/1"]), expected, prop::collection::vec(event, 0..3));
    let condition = prop::option::weighted(0.2, (any_query(), 0..8_u64));
    (0..12_u8, prop::collection::vec(write, 1..3), condition).prop_map(|(id, writes, condition)| {
        let mut commit = Commit::with_id(CommitId::named("test", &id.to_string()));
        for (name, expected, events) in writes {
            commit = commit.write(stream(name), expected, events);
        }
        match condition {
            Some((query, after)) => commit.unless(query, Position::new(after)),
            None => commit,
        }
    })
}

pub(crate) fn any_query() -> impl Strategy<Value = Query> {
    let item = (
        prop::sample::subsequence(vec!["t", "u", "nobody"], 0..=2),
        prop::sample::subsequence(vec!["opened", "closed", "never"], 0..=2),
        prop::sample::subsequence(vec!["a:1", "a:2", "b:1", "c:9"], 0..=2),
    )
        .prop_map(|(categories, types, tags)| QueryItem {
            categories: categories.into_iter().map(str::to_owned).collect(),
            types: types.into_iter().map(|kind| EventType::new(kind).unwrap()).collect(),
            tags: tags.into_iter().map(|tag| tag.parse().unwrap()).collect(),
        });
    prop::collection::vec(item, 0..4).prop_map(|items| Query { items })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_batch_equals_the_memory_store_one_by_one(
        commits in prop::collection::vec(any_commit(), 1..24),
        batch in 1..8_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let clock = || Arc::new(ManualClock::at(Timestamp::from_seconds(1)));
            let memory = MemoryStore::with_clock(clock());
            let place = Place::new();
            let queue = QueueLimits { batch, ..QueueLimits::default() };
            let store = place.options().clock(clock()).queue(queue).open().unwrap();
            // All are taken in, in order, before the first is answered.
            let together = join_all(commits.iter().cloned().map(|commit| store.append(commit))).await;
            for (commit, together) in commits.into_iter().zip(together) {
                let alone = memory.append(commit).await;
                prop_assert_eq!(format!("{:?}", together), format!("{:?}", alone));
            }
            prop_assert_eq!(log(&store, ReadLog::new()).await, log(&memory, ReadLog::new()).await);
            prop_assert_eq!(store.summary().await.unwrap(), memory.summary().await.unwrap());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn what_cannot_be_stored_fails_alone() {
    let place = Place::new();
    let store = place.open();
    place
        .raw()
        .execute_batch(
            "CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.type = 'poison'
             BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
        )
        .unwrap();
    let appends = (0..20).map(|n| {
        let kind = if n % 7 == 3 { "poison" } else { "fine" };
        // The poisoned event comes after a fine one: half a commit must not stay.
        let commit = Commit::new().write(
            stream(&format!("t/{n}")),
            Expected::Absent,
            vec![event("fine"), event(kind)],
        );
        store.append(commit)
    });
    for (n, result) in join_all(appends).await.into_iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(n % 7, 3),
            Err(error) => assert!(n % 7 == 3 && error.to_string().contains("poisoned"), "{n}: {error}"),
        }
    }
    let events = log(&store, ReadLog::new()).await;
    assert_eq!(events.len(), 34);
    // And the writer knows what was not stored.
    let commit = Commit::new().write(stream("t/3"), Expected::Absent, vec![event("fine")]);
    assert_eq!(store.append(commit).await.unwrap().first, Position::new(35));
}
