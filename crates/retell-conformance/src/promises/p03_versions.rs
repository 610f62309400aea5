//! P3: versions of a stream are 1..n.

use std::sync::Arc;

use retell_store::{Expected, ReadStream, Version};

use crate::kit::{
    WRITERS, append, exactly, holds_whole, is_sound, put, race, says, stream, to, whole_log, whole_stream,
};
use crate::trial::{Checked, Trial, ensure_eq};

pub(crate) async fn p03_versions_count_from_one(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut version = 0;
    for n in 0..30 {
        let events = says(n, 1 + n % 4);
        version += events.len() as u64;
        let expected = if n % 2 == 0 { Expected::Any } else { exactly(version - events.len() as u64) };
        let stored = put(&*store, &to(&stream(1), expected, events)).await?;
        ensure_eq!(stored.version_of(&stream(1)), Some(Version::new(version)), "the version that was told");
        put(&*store, &to(&stream(format!("other {n}")), Expected::Absent, says(n, 2))).await?;
    }
    is_sound(&*store).await?;
    let versions: Vec<u64> =
        whole_stream(&*store, &stream(1)).await?.iter().map(|e| e.version.get()).collect();
    ensure_eq!(versions, (1..=version).collect::<Vec<_>>(), "the versions of the stream");
    let head = store.read_stream(ReadStream::new(stream(1)).backward()).await?;
    ensure_eq!(head.first().map(|e| e.version()), Some(Version::new(version)), "the newest version");
    Ok(())
}

pub(crate) async fn p03_versions_under_contention(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let appends = t.times(20);
    let stored = race(WRITERS, |writer| {
        let store = Arc::clone(&store);
        async move {
            let mut stored = Vec::new();
            for n in 0..appends {
                let shared = stream(n % 4);
                let commit = to(&shared, Expected::Any, says(format!("{writer} {n}"), 1 + (writer + n) % 3));
                let version = put(&*store, &commit).await?.version_of(&shared);
                stored.push((commit, version));
            }
            Ok(stored)
        }
    })
    .await?;
    let log = is_sound(&*store).await?;
    let mut events = 0;
    for (commit, told) in stored.into_iter().flatten() {
        holds_whole(&log, &commit)?;
        let last = log.iter().rfind(|event| event.commit == commit.id);
        ensure_eq!(told, last.map(|last| last.version), "the version that a writer was told");
        events += commit.writes[0].events.len();
    }
    ensure_eq!(log.len(), events, "events in the log");
    Ok(())
}

pub(crate) async fn p03_every_retry_after_a_conflict_gets_its_own_version(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let appends = t.times(10);
    let hot = stream("hot");
    let commits = race(WRITERS, |writer| {
        let (store, hot) = (Arc::clone(&store), hot.clone());
        async move {
            let mut base = 0;
            let mut commits = Vec::new();
            while commits.len() < appends {
                let commit = to(&hot, exactly(base), says(format!("{writer} {}", commits.len()), 1));
                match append(&*store, &commit).await {
                    Ok(stored) => {
                        ensure_eq!(
                            stored.version_of(&hot),
                            Some(Version::new(base + 1)),
                            "the version of an append that expected {base}"
                        );
                        base += 1;
                        commits.push(commit);
                    }
                    Err(retell_store::AppendError::Conflict(conflict)) => {
                        base = conflict.streams.first().map_or(base, |stream| stream.actual.get());
                        tokio::task::yield_now().await;
                    }
                    Err(other) => return Err(other.into()),
                }
            }
            Ok(commits)
        }
    })
    .await?;
    is_sound(&*store).await?;
    let log = whole_log(&*store).await?;
    ensure_eq!(log.len(), WRITERS * appends, "the version of the hot stream");
    commits.iter().flatten().try_for_each(|commit| holds_whole(&log, commit))
}
