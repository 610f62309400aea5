//! P7: nothing changes or deletes an event.

use std::sync::Arc;

use retell_store::{Commit, Expect, Expected, InvalidCommit, RecordKey};

use crate::kit::{
    any, append, conflict, invalid, is_sound, put, random_log, same_events, stream, to, told, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq, open};

pub(crate) async fn p07_what_is_stored_stays_as_it_is(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let log = random_log(&*store, &mut rng, 60).await?;
    let last = log.last().cloned().ok_or_else(|| Failure("an empty log".to_owned()))?;
    let name = last.stream.parse()?;
    conflict(&*store, &to(&name, Expected::Absent, vec![crate::kit::said("stale")]), "a stale append")
        .await?;
    let taken = Commit::with_id(last.commit).write(stream("new"), Expected::Any, vec![crate::kit::said("x")]);
    let why = invalid(&*store, &taken, "other content under a stored id").await?;
    ensure_eq!(why, InvalidCommit::IdTaken(last.commit), "the reason");
    let key = RecordKey::new("checkpoint/all")?;
    store.records().put(&key, vec![1], Expect::Any, None).await?;
    store.records().delete(&key, Expect::Any, None).await?;
    for n in 0..20 {
        put(&*store, &any(&name, n).metadata(told(n))).await?;
    }
    let after = is_sound(&*store).await?;
    same_events(&after[..log.len()], &log, "the log, after the store went on")
}

pub(crate) async fn p07_the_engine_refuses_changes_past_the_contract(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let store = open(&*site).await?;
    let mut commits = Vec::new();
    for n in 0..10 {
        let commit = any(&stream(n % 2), n).metadata(told(n));
        put(&*store, &commit).await?;
        commits.push(commit);
    }
    let before = whole_log(&*store).await?;
    let tampering = site.tamper().ok_or_else(|| Failure("there is no way to try it".to_owned()))?;
    let attempts = tampering.await.map_err(|error| Failure(format!("tampering failed: {error}")))?;
    ensure!(!attempts.is_empty(), "nothing was tried");
    for attempt in &attempts {
        ensure!(attempt.refused.is_some(), "the engine obeyed: {}", attempt.what);
    }
    same_events(&whole_log(&*store).await?, &before, "the log after attempts to change it")?;
    for commit in &commits {
        append(&*store, commit).await?;
    }
    put(&*store, &any(&stream(1), "after")).await?;
    is_sound(&*store).await?;
    t.note(format!("{} attempts to change or delete events were refused by the engine", attempts.len()));
    Ok(())
}
