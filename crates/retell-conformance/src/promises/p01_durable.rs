//! P1: an acknowledged commit survives. Killing the process and cutting the
//! power are in `tests/faults`; here the store is only closed or left behind.

use std::sync::Arc;

use retell_store::{CommitIdMemory, Expect, Expected, RecordKey};

use crate::kit::{
    WRITERS, any, append, holds_whole, is_sound, put, race, rich, same_events, stream, told, whole_log,
};
use crate::trial::{Checked, Trial, ensure, ensure_eq, open};

pub(crate) async fn p01_acknowledged_commits_survive_reopening(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let id = store.info().id;
    let mut commits = Vec::new();
    for n in 0..100 {
        let commit = crate::kit::to(&stream(n % 7), Expected::Any, vec![rich(n), rich(n)]).metadata(told(n));
        put(&*store, &commit).await?;
        commits.push(commit);
    }
    let before = whole_log(&*store).await?;
    store.close().await;
    drop(store);
    let store = open(&*site).await?;
    ensure_eq!(store.info().id, id, "the identity of the store");
    same_events(&is_sound(&*store).await?, &before, "the log after reopening")?;
    for commit in &commits {
        holds_whole(&before, commit)?;
    }
    put(&*store, &any(&stream("after"), "reopening")).await?;
    ensure_eq!(
        is_sound(&*store).await?.len(),
        before.len() + 1,
        "events after an append to the reopened store"
    );
    Ok(())
}

pub(crate) async fn p01_acknowledged_commits_survive_an_unclosed_handle(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let writer = Arc::clone(&store);
    let commits = race(WRITERS, |writer_number| {
        let store = Arc::clone(&writer);
        async move {
            let commit = any(&stream(writer_number % 5), writer_number);
            put(&*store, &commit).await?;
            Ok(commit)
        }
    })
    .await?;
    // Not closed: the last handle is dropped while nothing is in flight.
    drop((writer, store));
    let store = open(&*site).await?;
    let log = is_sound(&*store).await?;
    ensure_eq!(log.len(), commits.len(), "events after reopening");
    commits.iter().try_for_each(|commit| holds_whole(&log, commit))
}

pub(crate) async fn p01_acknowledged_commits_are_seen_by_other_handles(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let (writer, reader) = (open(&*site).await?, open(&*site).await?);
    for n in 0..t.times(100) {
        let commit = any(&stream(n % 3), n);
        let stored = put(&*writer, &commit).await?;
        ensure_eq!(reader.head().await?, stored.last, "the head that the other handle reads");
        let found = reader.find(commit.id).await?;
        ensure!(found.is_some(), "the other handle does not find commit {n}, which was acknowledged");
    }
    same_events(&whole_log(&*reader).await?, &whole_log(&*writer).await?, "the log, read by the other handle")
}

pub(crate) async fn p01_records_survive_reopening(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let key = |n: usize| RecordKey::new(&format!("checkpoint/{n}"));
    let mut revisions = Vec::new();
    for n in 0..20 {
        revisions.push(store.records().put(&key(n)?, vec![n as u8; n], Expect::Absent, None).await?);
    }
    store.records().delete(&key(19)?, Expect::Any, None).await?;
    store.close().await;
    drop(store);
    let store = open(&*site).await?;
    for (n, revision) in revisions.iter().enumerate().take(19) {
        let record = store.records().get(&key(n)?).await?;
        let record = record.map(|record| (record.value, record.revision));
        ensure_eq!(record, Some((vec![n as u8; n], *revision)), "record {n} after reopening");
    }
    ensure!(store.records().get(&key(19)?).await?.is_none(), "a deleted record is there after reopening");
    let next = store.records().put(&key(19)?, Vec::new(), Expect::Absent, None).await?;
    ensure!(revisions.iter().all(|used| *used < next), "revision {next:?} was used before reopening");
    Ok(())
}

pub(crate) async fn p01_commit_ids_survive_reopening(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let commits: Vec<_> = (0..20).map(|n| any(&stream(n % 3), n)).collect();
    let mut stored = Vec::new();
    for commit in &commits {
        stored.push(put(&*store, commit).await?);
    }
    store.close().await;
    drop(store);
    let store = open(&*site).await?;
    let remembers = store.capabilities().commit_ids;
    ensure!(
        remembers != CommitIdMemory::Window(std::time::Duration::ZERO),
        "it remembers no commit id at all"
    );
    let before = whole_log(&*store).await?;
    for (commit, stored) in commits.iter().zip(stored) {
        let again = append(&*store, commit).await?;
        let expected = retell_store::Committed { already_stored: true, ..stored };
        ensure_eq!(again, expected, "the answer to a commit that was stored before reopening");
    }
    same_events(&whole_log(&*store).await?, &before, "the log after every commit was appended again")
}
