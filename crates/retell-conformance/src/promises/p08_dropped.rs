//! P8: callers that go away.

use std::collections::HashMap;
use std::sync::Arc;

use retell_store::{Commit, CommitId, Expected};

use crate::kit::{
    Seen, WRITERS, dropped_somewhere, holds_whole, is_sound, put, race, said, says, stream, to, whole_log,
};
use crate::trial::{Checked, Trial, ensure, ensure_eq};

pub(crate) async fn p08_a_dropped_append_is_whole_or_absent(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let several = store.capabilities().several_streams;
    let appends = t.times(10_000).div_ceil(WRITERS);
    let mut rng = t.rng();
    let dropped: Vec<(Commit, bool)> = race(WRITERS, |writer| {
        let (store, mut rng) = (Arc::clone(&store), rng.fork());
        async move {
            let mut commits = Vec::with_capacity(appends);
            for n in 0..appends {
                let mut commit = to(&stream(writer), Expected::Any, says(n, 1 + n % 3));
                if several && n % 4 == 0 {
                    commit = commit.write(stream(format!("shared {}", n % 3)), Expected::Any, vec![said(n)]);
                }
                let answer = dropped_somewhere(store.append(commit.clone()), &mut rng).await;
                commits.push((commit, matches!(answer, Some(Ok(_)))));
            }
            Ok(commits)
        }
    })
    .await?
    .into_iter()
    .flatten()
    .collect();
    // What is still on its way is stored before this, or after it.
    put(&*store, &to(&stream("after"), Expected::Any, vec![said("all")])).await?;
    // Every one can be settled by its id: found, or appended again.
    let (mut found, mut answered) = (0, 0);
    let settle: Vec<Arc<Vec<(Commit, bool)>>> =
        dropped.chunks(appends).map(|part| Arc::new(part.to_vec())).collect();
    for part in race(settle.len(), |index| {
        let (store, part) = (Arc::clone(&store), Arc::clone(&settle[index]));
        async move {
            let mut found = 0;
            for (commit, acknowledged) in part.iter() {
                let there = store.find(commit.id).await?;
                found += usize::from(there.is_some());
                ensure!(
                    !acknowledged || there.is_some(),
                    "commit {} was acknowledged and is not found",
                    commit.id
                );
                let again = put(&*store, commit).await?;
                if let Some(there) = there {
                    ensure_eq!(again, there, "the answer to an append that was found stored");
                }
            }
            Ok(found)
        }
    })
    .await?
    {
        found += part;
    }
    for (_, acknowledged) in &dropped {
        answered += usize::from(*acknowledged);
    }
    let log = is_sound(&*store).await?;
    each_once(&log, dropped.iter().map(|(commit, _)| commit))?;
    t.note(format!(
        "{} appends dropped at random points: {answered} had been acknowledged, {found} were stored, \
         the rest was stored by the retry",
        dropped.len()
    ));
    Ok(())
}

/// Fails unless the log holds each of the commits whole and once.
fn each_once<'a>(log: &[Seen], commits: impl Iterator<Item = &'a Commit>) -> Checked {
    let mut by_commit: HashMap<CommitId, Vec<Seen>> = HashMap::new();
    for event in log {
        by_commit.entry(event.commit).or_default().push(event.clone());
    }
    for commit in commits {
        holds_whole(by_commit.get(&commit.id).map_or(&[], Vec::as_slice), commit)?;
    }
    Ok(())
}

pub(crate) async fn p08_an_append_outlives_its_caller(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let mut commits = Vec::new();
    // Taken in when it is first polled; from there it runs to its end alone.
    for n in 0..t.times(200) {
        let commit = to(&stream(n % 7), Expected::Any, says(n, 3));
        let mut append = store.append(commit.clone());
        let first =
            std::future::poll_fn(|context| std::task::Poll::Ready(append.as_mut().poll(context))).await;
        let acknowledged = matches!(first, std::task::Poll::Ready(Ok(_)));
        drop(append);
        if rng.one_in(5) {
            put(&*store, &to(&stream("between"), Expected::Any, vec![said(n)])).await?;
        }
        commits.push((commit, acknowledged));
    }
    put(&*store, &to(&stream("after"), Expected::Any, vec![said("all")])).await?;
    for (commit, acknowledged) in &commits {
        let log = whole_of(&whole_log(&*store).await?, commit.id);
        ensure!(!acknowledged || !log.is_empty(), "commit {} was acknowledged and is lost", commit.id);
        if !log.is_empty() {
            holds_whole(&log, commit)?;
        }
        let again = put(&*store, commit).await?;
        ensure_eq!(again.already_stored, !log.is_empty(), "whether the retry found it stored");
    }
    is_sound(&*store).await.map(drop)
}

fn whole_of(log: &[Seen], id: CommitId) -> Vec<Seen> {
    log.iter().filter(|event| event.commit == id).cloned().collect()
}

pub(crate) async fn p08_retries_of_an_append_whose_answer_was_lost_store_it_once(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let appends = t.times(20);
    let commits = race(WRITERS, |writer| {
        let (store, mut rng) = (Arc::clone(&store), rng.fork());
        async move {
            let mut commits = Vec::new();
            for n in 0..appends {
                let commit = to(&stream(writer % 16), Expected::Any, says(format!("{writer} {n}"), 2));
                // The caller gives up again and again, and in the end waits.
                for _ in 0..rng.among(0..4) {
                    dropped_somewhere(store.append(commit.clone()), &mut rng).await;
                }
                put(&*store, &commit).await?;
                commits.push(commit);
            }
            Ok(commits)
        }
    })
    .await?;
    let log = is_sound(&*store).await?;
    ensure_eq!(log.len(), WRITERS * appends * 2, "events in the log");
    each_once(&log, commits.iter().flatten())
}
