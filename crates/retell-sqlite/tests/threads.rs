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
        assert!(threads() >= 3);
    }
    let give_up = Instant::now() + Duration::from_secs(20);
    while threads() > 0 && Instant::now() < give_up {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(threads(), 0);
}

/// How many threads of stores there are.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with("retell-"))
        .count()
}
