//! Threads end with the last handle. A test program of its own: it counts the
//! threads of the whole process.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use retell_sqlite::SqliteStore;
use retell_store::EventStore;

#[tokio::test]
async fn dropping_the_last_handle_ends_its_threads() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..20 {
        let store = SqliteStore::open(folder.path().join("store.db")).unwrap();
        let _watch = store.watch();
        store.summary().await.unwrap();
        // A thread has its name only once it runs.
        until("the threads run", || threads() >= 3).await;
    }
    until("the threads have ended", || threads() == 0).await;
}

/// Looks until it is so; the system does not tell when.
async fn until(what: &str, so: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < give_up, "not within 20 seconds: {what}");
        tokio::task::yield_now().await;
    }
}

/// How many threads of stores there are.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with("retell-"))
        .count()
}
