//! P6: a commit id stands for one commit.

use std::sync::Arc;

use retell_store::{
    AppendError, Commit, CommitId, Committed, Expected, InvalidCommit, NewEvent, Query, Timestamp, Version,
};

use crate::kit::{
    WRITERS, answers_again, any, append, conflict, exactly, holds_whole, invalid, is_sound, json, kind, put,
    race, rich, said, says, sight, stream, tag, to, told, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

pub(crate) async fn p06_the_same_commit_again_is_stored_once(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let commit = to(&stream(1), exactly(1), vec![rich(1), said(2)]).metadata(told(1));
    let stored = put(&*store, &commit).await?;
    ensure!(!stored.already_stored, "the first append says that it was stored before");
    put(&*store, &any(&stream(2), "between")).await?;
    let before = sight(&*store).await?;
    for _ in 0..3 {
        let again = put(&*store, &commit).await?;
        ensure_eq!(
            again,
            Committed { already_stored: true, ..stored.clone() },
            "the answer to a second append"
        );
    }
    before.is_unchanged(&*store, "a repeated append").await
}

pub(crate) async fn p06_the_id_is_looked_at_before_any_expectation(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit = to(&stream(1), Expected::Absent, says("first", 2)).metadata(told(1));
    let stored = put(&*store, &commit).await?;
    put(&*store, &any(&stream(1), "the stream goes on")).await?;
    let before = sight(&*store).await?;
    let expected = Committed { already_stored: true, ..stored };
    // Its own expectation is broken by now; then others, other metadata, other conditions.
    let expectations = [Expected::Absent, Expected::Any, exactly(2), exactly(3), exactly(99)];
    for expectation in expectations {
        let mut again = commit.clone();
        again.writes[0].expected = expectation;
        for metadata in [commit.metadata.clone(), told("other"), Default::default()] {
            let again = again.clone().metadata(metadata);
            ensure_eq!(
                append(&*store, &again).await?,
                expected,
                "a repeated append that expects {expectation:?}"
            );
        }
    }
    if store.capabilities().conditions {
        let again = commit.clone().unless(Query::all(), retell_store::Position::START);
        ensure_eq!(append(&*store, &again).await?, expected, "a repeated append with a broken condition");
    }
    if store.capabilities().several_streams {
        let again = commit.clone().write(stream(9), exactly(7), Vec::new());
        ensure_eq!(append(&*store, &again).await?, expected, "a repeated append that asks more");
    }
    before.is_unchanged(&*store, "a repeated append").await
}

/// The same id with other content, in every way that content can differ.
fn others(commit: &Commit, several_streams: bool) -> Vec<(&'static str, Commit)> {
    let write = &commit.writes[0];
    let with = |events: Vec<NewEvent>| {
        let mut other = commit.clone();
        other.writes[0].events = events;
        other
    };
    let first = &write.events[0];
    let changed = |event: NewEvent| {
        let mut events = write.events.clone();
        events[0] = event;
        with(events)
    };
    let mut elsewhere = commit.clone();
    elsewhere.writes[0].stream = stream("elsewhere");
    let mut more = write.events.clone();
    more.push(said("one more"));
    let mut twisted = write.events.clone();
    twisted.reverse();
    let mut others = vec![
        ("another payload", changed(NewEvent { payload: json("{\"to\":\"2\"}"), ..first.clone() })),
        ("another type", changed(NewEvent { event_type: kind("assigned"), ..first.clone() })),
        ("another schema version", changed(first.clone().schema(first.schema + 1))),
        ("one tag more", changed(first.clone().tag(tag("more", 1)))),
        ("no tags", changed(NewEvent { tags: Vec::new(), ..first.clone() })),
        ("another effective time", changed(first.clone().effective(Timestamp::from_micros(7)))),
        ("no effective time", changed(NewEvent { effective: None, ..first.clone() })),
        ("one event more", with(more)),
        ("one event less", with(write.events[..write.events.len() - 1].to_vec())),
        ("another order", with(twisted)),
        ("another stream", elsewhere),
    ];
    if several_streams {
        let mut spread = with(write.events[..1].to_vec());
        spread = spread.write(stream("elsewhere"), Expected::Any, write.events[1..].to_vec());
        others.push(("the same events over two streams", spread));
        others.push((
            "an event for a further stream",
            commit.clone().write(stream("elsewhere"), Expected::Any, vec![said("x")]),
        ));
    }
    others
}

pub(crate) async fn p06_other_content_under_a_stored_id_is_refused(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit = to(&stream(1), Expected::Absent, vec![rich(1), said(2), rich(3)]);
    put(&*store, &commit).await?;
    let before = sight(&*store).await?;
    let mut others = others(&commit, store.capabilities().several_streams);
    // Its expectation is broken as well: the id is looked at first.
    for expected in [Expected::Any, Expected::Absent, exactly(9)] {
        for (what, other) in &mut others {
            other.writes[0].expected = expected;
            let why =
                invalid(&*store, other, &format!("{what} under a stored id, expecting {expected:?}")).await?;
            ensure_eq!(why, InvalidCommit::IdTaken(commit.id), "the reason why {what} is refused");
            before.is_unchanged(&*store, &format!("{what} under a stored id")).await?;
        }
    }
    Ok(())
}

pub(crate) async fn p06_a_commit_is_found_by_its_id(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    ensure_eq!(store.find(CommitId::new()).await?, None, "a look-up in an empty store");
    let mut commits = Vec::new();
    for n in 0..50 {
        let mut commit = to(&stream(n % 4), Expected::Any, says(n, 1 + n % 3)).metadata(told(n));
        if n % 5 == 0 {
            commit.id = CommitId::named("import", &format!("line {n}"));
        }
        let stored = put(&*store, &commit).await?;
        commits.push((commit, stored));
    }
    let log = whole_log(&*store).await?;
    for (commit, stored) in &commits {
        let found = store.find(commit.id).await?;
        ensure_eq!(
            found,
            Some(Committed { already_stored: true, ..stored.clone() }),
            "the look-up of a commit"
        );
        let events: Vec<_> = log.iter().filter(|event| event.commit == commit.id).cloned().collect();
        found.map_or(Ok(()), |found| answers_again(&events, commit, &found))?;
    }
    ensure_eq!(store.find(CommitId::new()).await?, None, "the look-up of an unknown id");
    Ok(())
}

pub(crate) async fn p06_many_callers_with_one_commit_store_it_once(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..t.times(20) {
        let name = stream(n);
        // Half of the rounds expect what only the first of them can find.
        let expected = if n % 2 == 0 { Expected::Any } else { Expected::Absent };
        let commit = to(&name, expected, vec![rich(n), said(n)]).metadata(told(n));
        let answers = race(WRITERS, |_| {
            let (store, commit) = (Arc::clone(&store), commit.clone());
            async move { put(&*store, &commit).await }
        })
        .await?;
        let stored = answers.iter().filter(|answer| !answer.already_stored).count();
        ensure_eq!(stored, 1, "appends of {WRITERS} that say that they stored it, in round {n}");
        for answer in &answers {
            let same = Committed { already_stored: answer.already_stored, ..answers[0].clone() };
            ensure_eq!(*answer, same, "the answers to one commit");
        }
    }
    ensure_eq!(is_sound(&*store).await?.len(), 2 * t.times(20), "events in the log");
    Ok(())
}

pub(crate) async fn p06_of_many_contents_under_one_id_one_is_stored(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..t.times(20) {
        let id = CommitId::new();
        let answers = race(WRITERS, |writer| {
            let store = Arc::clone(&store);
            async move {
                let commit = Commit::with_id(id).write(stream(writer % 8), Expected::Any, vec![said(writer)]);
                let answer = append(&*store, &commit).await;
                Ok((commit, answer))
            }
        })
        .await?;
        let mut winner = None;
        for (commit, answer) in answers {
            match answer {
                Ok(_) if winner.is_none() => winner = Some(commit),
                Err(AppendError::Invalid(InvalidCommit::IdTaken(taken))) if taken == id => {}
                other => return Err(Failure(format!("another content under the same id: {other:?}"))),
            }
        }
        let Some(winner) = winner else { return Err(Failure("nobody stored the commit".to_owned())) };
        let log = whole_log(&*store).await?;
        holds_whole(&log, &winner)?;
        ensure_eq!(log.len(), n + 1, "events in the log");
    }
    Ok(())
}

pub(crate) async fn p06_a_refused_commit_does_not_take_its_id(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let stale = to(&stream(1), Expected::Absent, vec![said("stale")]);
    conflict(&*store, &stale, "a stale append").await?;
    let empty = Commit::with_id(stale.id);
    invalid(&*store, &empty, "an empty commit").await?;
    let other = Commit { writes: to(&stream(2), Expected::Any, vec![said("other")]).writes, ..stale.clone() };
    let stored = put(&*store, &other).await?;
    ensure!(!stored.already_stored, "a commit that was refused counts as stored");
    ensure_eq!(stored.version_of(&stream(2)), Some(Version::new(1)), "the version of the stream");
    let why = invalid(&*store, &stale, "the refused commit, when its id was used since").await?;
    ensure_eq!(why, InvalidCommit::IdTaken(stale.id), "the reason");
    is_sound(&*store).await.map(drop)
}
