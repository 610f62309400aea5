//! Queries find what `Query::matches` lets through.

use proptest::prelude::*;
use retell_sqlite::SqliteStore;
use retell_store::{
    Commit, EventStore, EventType, Expected, MemoryStore, Order, PageLimit, Position, Query, QueryItem,
    ReadLog,
};

use crate::batches::any_query;
use crate::common::{Place, commit, event, log, shown, stream, tagged};

async fn filled(store: &dyn EventStore) {
    let mut number = 0_u32;
    let mut next = move || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number >> 16
    };
    for id in 0..60 {
        let mut commit = Commit::with_id(retell_store::CommitId::named("test", &id.to_string()));
        for name in ["t/1", "u/2", "v/3"].iter().skip((next() % 3) as usize) {
            let events = (0..next() % 4).map(|_| {
                let kind = ["opened", "closed", "moved"][(next() % 3) as usize];
                let tags: Vec<&str> =
                    ["a:1", "a:2", "b:1"].into_iter().filter(|_| next().is_multiple_of(2)).collect();
                tagged(kind, &tags)
            });
            commit = commit.write(stream(name), Expected::Any, events.collect());
        }
        if commit.writes.iter().any(|write| !write.events.is_empty()) {
            store.append(commit).await.unwrap();
        }
    }
}

/// All pages, going on as a follower does.
async fn pages(store: &dyn EventStore, mut read: ReadLog) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let page = store.read_log(read.clone()).await.unwrap();
        all.extend(shown(&page));
        if !page.more {
            return all;
        }
        match read.order {
            Order::Forward => read.after = page.covered,
            Order::Backward => read.until = page.last().map(|last| Position::new(last.position().get() - 1)),
        }
    }
}

#[test]
fn a_query_finds_what_matches() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = Place::new();
    let clock = || std::sync::Arc::new(retell_store::ManualClock::default());
    let store = place.options().clock(clock()).open().unwrap();
    let memory = MemoryStore::with_clock(clock());
    runtime.block_on(async {
        filled(&store).await;
        filled(&memory).await;
        assert_eq!(log(&store, ReadLog::new()).await, log(&memory, ReadLog::new()).await);
    });
    let read = (any_query(), 0..120_u64, prop::option::of(0..140_u64), any::<bool>(), 1..30_usize);
    proptest!(ProptestConfig::with_cases(400), |((query, after, until, backward, events) in read)| {
        let limit = PageLimit { events, bytes: 1 << 20 };
        let mut read = ReadLog { until: until.map(Position::new), limit, ..ReadLog::new().matching(query) };
        read = read.after(Position::new(after));
        if backward {
            read = read.backward();
        }
        runtime.block_on(async {
            let (ours, theirs) = (store.read_log(read.clone()).await.unwrap(), memory.read_log(read.clone()).await.unwrap());
            prop_assert_eq!(shown(&ours), shown(&theirs));
            prop_assert_eq!((ours.more, ours.covered), (theirs.more, theirs.covered));
            prop_assert_eq!(pages(&store, read.clone()).await, pages(&memory, read).await);
            Ok(())
        })?;
    });
}

#[tokio::test]
async fn a_query_of_any_size_is_answered() {
    let place = Place::new();
    let store = place.open();
    for n in 0..30 {
        store
            .append(commit(&format!("t/{n}"), Expected::Any, vec![tagged("opened", &[&format!("n:{n}")])]))
            .await
            .unwrap();
    }
    let kind = |n: usize| EventType::new(&format!("kind {n}")).unwrap();
    let tagged =
        |n: usize| QueryItem { tags: vec![format!("n:{n}").parse().unwrap()], ..QueryItem::default() };
    let typed = |n: usize| QueryItem { types: vec![kind(n)], ..QueryItem::default() };
    let mut many_types = Query::types((0..40_000).map(kind));
    many_types.items[0].types.push(EventType::new("opened").unwrap());
    let many_tags = Query { items: (0..5_000).map(tagged).collect() };
    let many_items = Query { items: (0..5_000).map(typed).collect() }.or(tagged(3));
    for (query, found) in [(many_types, 30), (many_tags, 30), (many_items, 1)] {
        let events = pages(&store, ReadLog::new().matching(query.clone())).await;
        assert_eq!(events.len(), found);
        let backward = pages(&store, ReadLog::new().matching(query.clone()).backward()).await;
        assert_eq!(backward.into_iter().rev().collect::<Vec<_>>(), events);
        let refused =
            store.append(commit("t/x", Expected::Any, vec![event("x")]).unless(query, Position::START)).await;
        assert!(matches!(refused, Err(retell_store::AppendError::Conflict(found)) if found.condition));
    }
}

#[tokio::test]
async fn a_query_that_finds_little_in_much_looks_through_it_in_stretches() {
    let place = Place::new();
    let store: SqliteStore = place.open();
    for _ in 0..26 {
        store.append(commit("t/1", Expected::Any, vec![event("much"); 10_000])).await.unwrap();
    }
    store.append(commit("u/1", Expected::Any, vec![event("little")])).await.unwrap();
    let read = ReadLog::new().matching(Query::category("u"));
    let page = store.read_log(read.clone()).await.unwrap();
    assert!(page.is_empty() && page.more && page.covered.get() >= 100_000, "{}", page.covered);
    assert_eq!(pages(&store, read.clone()).await.len(), 1);
    let backward = store.read_log(read.backward()).await.unwrap();
    assert_eq!((backward.len(), backward.more), (1, false));
}
