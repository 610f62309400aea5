//! P12: floods and closing. Failing devices are in `tests/faults`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use retell_store::{AppendError, Commit, Committed, EventStore, Expect, Expected, RecordError, RecordKey};

use crate::kit::{
    WRITERS, any, append, holds_whole, is_sound, put, race, says, start, stream, to, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq, open};

type Answer = (Commit, Result<Committed, AppendError>);

pub(crate) async fn p12_closing_stores_what_was_taken_in(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let before = to(&stream(1), Expected::Any, says("before", 2));
    put(&*store, &before).await?;
    let (begun, log) = (Arc::new(AtomicUsize::new(0)), whole_log(&*store).await?);
    let writers = start(WRITERS, |writer| {
        let (store, begun) = (Arc::clone(&store), Arc::clone(&begun));
        async move {
            let mut answers: Vec<Answer> = Vec::new();
            while !answers
                .last()
                .is_some_and(|(_, answer)| matches!(answer, Err(AppendError::Stopped { .. })))
            {
                let commit = to(&stream(writer % 9), Expected::Any, says(answers.len(), 2));
                begun.fetch_add(1, Ordering::SeqCst);
                let answer = append(&*store, &commit).await;
                answers.push((commit, answer));
                // An append that is ready at once must not keep the thread.
                tokio::task::yield_now().await;
            }
            Ok(answers)
        }
    });
    while begun.load(Ordering::SeqCst) < WRITERS * 10 {
        tokio::task::yield_now().await;
    }
    store.close().await;
    let answers: Vec<Answer> = writers.end().await?.into_iter().flatten().collect();
    let store = if store.capabilities().durable {
        drop(store);
        open(&*site).await?
    } else {
        store
    };
    let stored = is_sound(&*store).await?;
    crate::kit::same_events(&stored[..log.len()], &log, "what was stored before")?;
    let mut events = log.len();
    for (commit, answer) in &answers {
        match answer {
            Ok(_) => {
                holds_whole(&stored, commit)?;
                events += 2;
            }
            Err(AppendError::Stopped { .. }) => {}
            Err(other) => return Err(Failure(format!("an append to a store that is being closed: {other}"))),
        }
    }
    ensure_eq!(
        stored.len(),
        events,
        "events of acknowledged commits; what was answered as stopped is not stored"
    );
    t.note(format!(
        "{} of {} appends were stored before the store was closed",
        events / 2 - 1,
        answers.len()
    ));
    Ok(())
}

pub(crate) async fn p12_a_closed_store_says_so(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit = any(&stream(1), "before");
    put(&*store, &commit).await?;
    let key = RecordKey::new("key")?;
    store.records().put(&key, vec![1], Expect::Any, None).await?;
    store.close().await;
    for again in [&any(&stream(1), "after"), &any(&stream(2), "after"), &commit] {
        let answer = append(&*store, again).await;
        ensure!(matches!(answer, Err(AppendError::Stopped { .. })), "an append after closing: {answer:?}");
    }
    let answer = store.records().put(&key, vec![2], Expect::Any, None).await;
    ensure!(matches!(answer, Err(RecordError::Stopped { .. })), "a record written after closing: {answer:?}");
    let answer = store.records().delete(&key, Expect::Any, None).await;
    ensure!(matches!(answer, Err(RecordError::Stopped { .. })), "a record deleted after closing: {answer:?}");
    // Reads answer as before or say that the store has stopped.
    match whole_log(&*store).await {
        Ok(log) => ensure_eq!(log.len(), 1, "events after closing"),
        Err(Failure(text)) => ensure!(text.contains("stopped"), "a read after closing: {text}"),
    }
    store.close().await;
    Ok(())
}

pub(crate) async fn p12_a_dropped_handle_leaves_commits_whole(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let mut rng = t.rng();
    let (mut commits, mut acknowledged) = (Vec::new(), Vec::new());
    for _ in 0..t.times(20) {
        let store = open(&*site).await?;
        for n in 0..20 {
            let commit = to(&stream(n % 4), Expected::Any, says(n, 3));
            let answer = crate::kit::dropped_somewhere(store.append(commit.clone()), &mut rng).await;
            if matches!(answer, Some(Ok(_))) {
                acknowledged.push(commit.id);
            }
            commits.push(commit);
        }
        // Not closed: what was taken in is stored behind the caller's back, or never.
        drop(store);
    }
    let store = open(&*site).await?;
    for commit in &commits {
        let there = store.find(commit.id).await?.is_some();
        ensure!(
            there || !acknowledged.contains(&commit.id),
            "commit {} was acknowledged and is lost",
            commit.id
        );
        put(&*store, commit).await?;
    }
    let log = is_sound(&*store).await?;
    ensure_eq!(log.len(), commits.len() * 3, "events in the end");
    commits.iter().try_for_each(|commit| holds_whole(&log, commit))
}

/// Begins so many appends at once.
async fn flood(store: &Arc<dyn EventStore>, each: usize) -> Checked<Vec<Answer>> {
    let answers = race(WRITERS, |writer| {
        let store = Arc::clone(store);
        async move {
            let commits: Vec<Commit> = (0..each).map(|n| any(&stream(writer), n)).collect();
            let answers = join_all(commits.iter().map(|commit| store.append(commit.clone()))).await;
            Ok(commits.into_iter().zip(answers).collect::<Vec<_>>())
        }
    });
    Ok(answers.await?.into_iter().flatten().collect())
}

pub(crate) async fn p12_a_flood_is_refused_in_part_and_passes(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let answers = flood(&store, t.times(200)).await?;
    let log = is_sound(&*store).await?;
    let mut stored = 0;
    for (commit, answer) in &answers {
        match answer {
            Ok(_) => stored += 1,
            Err(AppendError::TooBusy { .. }) => {
                ensure!(
                    log.iter().all(|event| event.commit != commit.id),
                    "a commit is stored and was refused"
                );
            }
            Err(other) => return Err(Failure(format!("an append in a flood: {other}"))),
        }
    }
    ensure_eq!(log.len(), stored, "events in the log, against acknowledged commits");
    let after = any(&stream("after"), "the flood");
    put(&*store, &after).await?;
    holds_whole(&whole_log(&*store).await?, &after)?;
    t.note(format!(
        "{stored} of {} appends begun at once were stored, the rest was told to come later",
        answers.len()
    ));
    Ok(())
}
