//! Following the log.

use std::sync::Arc;
use std::time::Duration;

use retell_store::{EventStore, Position, Query, ReadError, Subscription};
use tokio::time::timeout;

use crate::common::{Place, append};

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_follower_learns_of_commits_of_other_handles() {
    let place = Place::new();
    let (one, two) = (place.open(), place.options().read_only(true).open());
    assert!(two.is_ok());
    let mut events = Subscription::new(Arc::new(two.unwrap()), Query::all(), Position::START);
    for turn in 1..20_u64 {
        append(&one, "a/1", 1).await;
        let page = timeout(SOON, events.next()).await.unwrap().unwrap();
        assert_eq!(page.covered, Position::new(turn));
    }
}

#[tokio::test]
async fn a_new_watch_learns_what_was_stored_before_it() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    append(&one, "a/1", 3).await;
    assert_eq!(timeout(SOON, two.watch().beyond(Position::new(2))).await.unwrap().unwrap(), Position::new(3));
}

#[tokio::test]
async fn a_commit_of_the_own_handle_is_known_when_it_is_acknowledged() {
    let place = Place::new();
    let store = place.options().poll_interval(Duration::from_secs(3_600)).open().unwrap();
    let watch = store.watch();
    let stored = append(&store, "a/1", 2).await;
    assert_eq!(watch.latest(), stored.last);
}

#[tokio::test]
async fn closing_ends_watching() {
    let place = Place::new();
    let store = place.options().poll_interval(Duration::from_secs(3_600)).open().unwrap();
    let mut watch = store.watch();
    let waiting = tokio::spawn(async move { watch.beyond(Position::START).await });
    tokio::task::yield_now().await;
    timeout(SOON, store.close()).await.unwrap();
    assert!(matches!(timeout(SOON, waiting).await.unwrap().unwrap(), Err(ReadError::Stopped { .. })));
    assert!(matches!(store.watch().beyond(Position::START).await, Err(ReadError::Stopped { .. })));
}
