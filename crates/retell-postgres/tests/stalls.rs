//! A writer that holds the head of the log and does nothing is cut off, and
//! the others go on within a stated bound.

mod support;

use std::time::Duration;

use retell_store::{AppendError, EventStore};
use support::{Place, one};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_stalls_is_ended_by_the_server_within_the_bound() {
    let Some(place) = Place::new() else { return };
    // The stalled one is another process as far as the server can tell: what
    // the transaction sets for itself ends it, not anything of the client.
    let stalled = place.open("&stall_timeout_ms=1000").await;
    let other = place.open("").await;
    other.append(one(0)).await.expect("stored");
    let transaction = stalled.transaction().await.expect("begun");
    let lock = format!("SELECT position FROM {}.head FOR UPDATE", place.schema);
    transaction.query(&lock, &[]).await.expect("locked");
    let begun = Instant::now();
    other.append(one(1)).await.expect("stored once the stalled one is gone");
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_millis(500), "it held nobody up: {waited:?}");
    assert!(waited < Duration::from_secs(4), "more than the bound of one second: {waited:?}");
    let refused = transaction.commit_with(one(2)).await.expect_err("it is gone");
    assert!(matches!(refused, AppendError::Unavailable { .. }), "{refused}");
    assert_eq!(other.head().await.expect("read").get(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_longer_than_the_lock_timeout_is_told_that_it_is_busy() {
    let Some(place) = Place::new() else { return };
    let store = place.open("&lock_timeout_ms=300").await;
    let holder = place.client().await;
    holder
        .batch_execute(&format!("BEGIN; SELECT 1 FROM {}.head FOR UPDATE", place.schema))
        .await
        .expect("a raw client holds the head, and bounds itself by nothing");
    let refused = store.append(one(1)).await.expect_err("it is held");
    assert!(matches!(refused, AppendError::TooBusy { .. }), "{refused}");
    holder.batch_execute("ROLLBACK").await.expect("let go");
    store.append(one(1)).await.expect("the writer goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_whose_connection_is_cut_goes_on_with_a_new_one() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let client = place.client().await;
    for round in 0..5 {
        let commit = one(round);
        let stored = store.append(commit.clone()).await.expect("stored");
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'";
        client.execute(cut, &[&place.schema]).await.expect("cut");
        let again = store.append(commit).await.expect("found");
        assert!(again.already_stored && again.first == stored.first);
    }
    assert_eq!(store.head().await.expect("read").get(), 5);
}
