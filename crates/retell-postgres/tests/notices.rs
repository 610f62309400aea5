//! Following the log: notifications alone, polling alone.

mod support;

use std::time::Duration;

use retell_store::{EventStore, Position};
use support::{Place, one};
use tokio::time::{Instant, timeout};

/// So long that no test waits for it.
const NEVER: &str = "&poll_ms=3600000";

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_alone_wakes_a_follower_of_another_process() {
    let Some(place) = Place::new() else { return };
    let (writer, follower) = (place.open(NEVER).await, place.open(NEVER).await);
    let mut watch = follower.watch();
    // The first commit may come before the follower listens: then it is found
    // by the look that comes with listening.
    for id in 0..5 {
        let stored = writer.append(one(id)).await.expect("stored");
        let seen = timeout(Duration::from_secs(20), watch.beyond(Position::new(stored.last.get() - 1))).await;
        assert_eq!(seen.expect("woken by the notification").expect("open"), stored.last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_alone_finds_what_another_process_stored() {
    let Some(place) = Place::new() else { return };
    let alone = "&notify=off&poll_ms=50";
    let (writer, follower) = (place.open(alone).await, place.open(alone).await);
    let latency = follower.capabilities().follow_latency;
    let mut watch = follower.watch();
    for id in 0..5 {
        let stored = writer.append(one(id)).await.expect("stored");
        let begun = Instant::now();
        let seen = timeout(Duration::from_secs(20), watch.beyond(Position::new(stored.last.get() - 1))).await;
        assert_eq!(seen.expect("found by polling").expect("open"), stored.last);
        // A machine under load may be late; one that is not is within the promise.
        assert!(begun.elapsed() < latency + Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_notification_brings_no_event() {
    let Some(place) = Place::new() else { return };
    let (writer, follower) = (place.open("").await, place.open(NEVER).await);
    let mut watch = follower.watch();
    let known = follower.append(one(1)).await.expect("stored");
    let client = place.client().await;
    client.execute("SELECT pg_notify($1, '999999')", &[&place.schema]).await.expect("sent");
    // Notices come in the order of their commits: with this one the forged one has come.
    let stored = writer.append(one(2)).await.expect("stored");
    assert_eq!(watch.beyond(known.last).await.expect("open"), stored.last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_hears_again_after_its_connections_were_cut() {
    let Some(place) = Place::new() else { return };
    let (writer, follower) = (place.open("").await, place.open("&application_name=follower").await);
    let mut watch = follower.watch();
    let stored = writer.append(one(1)).await.expect("stored");
    watch.beyond(Position::new(stored.last.get() - 1)).await.expect("open");
    let client = place.client().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%' || $1 || '%' \
               AND application_name = 'follower'";
    client.execute(cut, &[&place.schema]).await.expect("cut");
    let stored = writer.append(one(2)).await.expect("stored");
    let seen = timeout(Duration::from_secs(20), watch.beyond(Position::new(stored.last.get() - 1))).await;
    assert_eq!(seen.expect("found again").expect("open"), stored.last);
}
