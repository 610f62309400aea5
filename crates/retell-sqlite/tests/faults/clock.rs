//! A clock that steps back: the time of recording never falls.

use std::sync::Arc;

use futures_util::future::join_all;
use retell_sqlite::{SqliteOptions, SqliteStore};
use retell_store::{CommitId, EventStore, ManualClock, Timestamp};

use crate::audit::audit;
use crate::{content, rig};

async fn append(store: &SqliteStore) -> Timestamp {
    store.append(content::commit(CommitId::new())).await.unwrap().recorded_at
}

#[tokio::test]
async fn the_time_of_recording_never_falls() {
    let folder = rig::folder();
    let path = folder.path().join(rig::NAME);
    let at = Timestamp::from_seconds;
    let clock = Arc::new(ManualClock::at(at(1_000)));
    let store = SqliteOptions::new(&path).clock(clock.clone()).open().unwrap();
    assert_eq!(append(&store).await, at(1_000));
    // An hour back: it stands still until the clock has caught up.
    for (shown, recorded) in [(-2_600, 1_000), (999, 1_000), (1_000, 1_000), (1_001, 1_001)] {
        clock.set(at(shown));
        for time in join_all((0..5).map(|_| append(&store))).await {
            assert_eq!(time, at(recorded), "the clock shows {shown}");
        }
    }
    store.close().await;
    // Nor does it fall in a process that began with the wrong time.
    clock.set(at(5));
    let store = SqliteOptions::new(&path).clock(clock.clone()).open().unwrap();
    assert_eq!(append(&store).await, at(1_001));
    store.close().await;
    let found = audit(&path).await.unwrap();
    assert_eq!(found.commits.len(), 22);
}
