//! The server is killed under load and comes back: what was acknowledged is
//! there, and what is unknown can be settled.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use retell_store::{AppendError, Commit, Committed, EventStore, Position};
use support::cluster::Cluster;
use support::{Place, one};

/// What became of the appends of a caller.
#[derive(Default)]
struct Log {
    stored: Vec<Committed>,
    unknown: Vec<Commit>,
    refused: usize,
}

async fn append_until(store: Arc<dyn EventStore>, caller: usize, stop: Arc<AtomicBool>) -> Log {
    let mut log = Log::default();
    while !stop.load(Ordering::Acquire) {
        let commit = one(format!("{caller} {}", log.stored.len() % 7));
        match store.append(commit.clone()).await {
            Ok(stored) => log.stored.push(stored),
            Err(AppendError::OutcomeUnknown { commit: id, .. }) => {
                assert_eq!(id, commit.id);
                log.unknown.push(commit);
            }
            Err(AppendError::Unavailable { .. } | AppendError::TooBusy { .. }) => {
                log.refused += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(other) => panic!("{other}"),
        }
    }
    log
}

/// Kills the server so many times, while 16 callers append.
async fn rounds(cluster: &mut Cluster, patience: &str, times: usize) -> (usize, usize) {
    let place = Place::at(cluster.url());
    let store: Arc<dyn EventStore> = Arc::new(place.open(patience).await);
    let (mut acknowledged, mut unknown) = (0, 0);
    for _ in 0..times {
        let stop = Arc::new(AtomicBool::new(false));
        let callers: Vec<_> = (0..16)
            .map(|caller| tokio::spawn(append_until(Arc::clone(&store), caller, Arc::clone(&stop))))
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| cluster.kill());
        tokio::time::sleep(Duration::from_millis(100)).await;
        tokio::task::block_in_place(|| cluster.restart());
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.store(true, Ordering::Release);
        let before = store.head().await.unwrap_or(Position::START);
        for caller in callers {
            let log = caller.await.expect("no caller panics");
            acknowledged += log.stored.len();
            unknown += log.unknown.len();
            for stored in log.stored {
                let found =
                    store.find(stored.id).await.expect("read").expect("what was acknowledged is there");
                assert_eq!(
                    (found.first, found.last, found.recorded_at),
                    (stored.first, stored.last, stored.recorded_at)
                );
            }
            for commit in log.unknown {
                let id = commit.id;
                let settled = store.append(commit.clone()).await.expect("settled");
                let again = store.append(commit).await.expect("settled for good");
                assert_eq!((again.id, again.first, again.already_stored), (id, settled.first, true));
            }
        }
        assert!(store.head().await.expect("read") >= before);
    }
    let summary = store.summary().await.expect("read");
    assert_eq!(summary.events, summary.head.get(), "positions without a gap");
    assert!(summary.commits as usize >= acknowledged);
    store.close().await;
    (acknowledged, unknown)
}

fn times() -> usize {
    std::env::var("RETELL_RESTARTS").ok().and_then(|times| times.parse().ok()).unwrap_or(3)
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "a test tells its figures")]
async fn a_killed_server_loses_nothing_that_was_acknowledged() {
    let Some(mut cluster) = tokio::task::block_in_place(Cluster::start) else { return };
    let (acknowledged, unknown) = rounds(&mut cluster, "", times()).await;
    println!("{} restarts: {acknowledged} commits acknowledged, {unknown} unknown", times());
    assert!(acknowledged > 0);
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "a test tells its figures")]
async fn an_impatient_writer_says_unknown_and_a_retry_settles_it() {
    let Some(mut cluster) = tokio::task::block_in_place(Cluster::start) else { return };
    let (acknowledged, unknown) = rounds(&mut cluster, "&patience_ms=0", times()).await;
    println!("{} restarts: {acknowledged} commits acknowledged, {unknown} unknown", times());
    assert!(acknowledged > 0);
}
