//! P5: exactly one winner, and what the others get.

use std::sync::Arc;

use retell_store::{AppendError, Commit, Conflict, Expected, Version};

use crate::kit::{
    Seen, WRITERS, append, carries, conflict, exactly, is_sound, put, race, rich, said, says, stream, to,
    told, whole_log, whole_stream,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

/// Lets all writers append with the same expectation; gives the winner's
/// commit and what the others were told.
async fn round(
    t: &Trial,
    store: &Arc<dyn retell_store::EventStore>,
    expected: Expected,
    n: usize,
) -> Checked<Commit> {
    let hot = stream("hot");
    let answers = race(WRITERS, |writer| {
        let (store, hot) = (Arc::clone(store), hot.clone());
        async move {
            let events = vec![rich(writer), said(format!("{n} by {writer}"))];
            let commit = to(&hot, expected, events).metadata(told(writer));
            let answer = append(&*store, &commit).await;
            Ok((commit, answer))
        }
    })
    .await?;
    let log = whole_stream(&**store, &hot).await?;
    let base = expected.base().unwrap_or_default();
    let after: Vec<Seen> = log.into_iter().filter(|event| event.version > base).collect();
    let mut winners = Vec::new();
    for (commit, answer) in answers {
        match answer {
            Ok(_) => winners.push(commit),
            Err(AppendError::Conflict(conflict)) => is_complete(&conflict, expected, &after)?,
            Err(other) => return Err(Failure(format!("a loser was told: {other}"))),
        }
    }
    ensure_eq!(winners.len(), 1, "winners of {WRITERS} in round {n} (seed {})", t.seed());
    ensure!(
        after.iter().all(|event| event.commit == winners[0].id),
        "the stream holds more than the winner's events"
    );
    Ok(winners.remove(0))
}

/// Fails unless the conflict tells exactly what came after the expected version.
fn is_complete(conflict: &Conflict, expected: Expected, after: &[Seen]) -> Checked {
    ensure_eq!(conflict.streams.len(), 1, "the number of streams in conflict");
    let told = &conflict.streams[0];
    ensure_eq!(told.stream, stream("hot"), "the stream in conflict");
    ensure_eq!(told.expected, expected, "the expectation that was told");
    ensure_eq!(Some(told.actual), after.last().map(|last| last.version), "the version that was told");
    ensure_eq!(Some(conflict.head), after.last().map(|last| last.position), "the head that was told");
    ensure!(!conflict.condition, "a condition failed, and there was none");
    ensure!(!conflict.truncated, "the competing events are cut, and they need not be");
    carries(conflict, after)
}

pub(crate) async fn p05_exactly_one_winner(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream("hot"), Expected::Absent, says("opened", 2))).await?;
    for n in 0..t.times(30) {
        round(&t, &store, exactly(2 + 2 * n as u64), n).await?;
    }
    is_sound(&*store).await.map(drop)
}

pub(crate) async fn p05_exactly_one_creates_a_stream(t: Arc<Trial>) -> Checked {
    for n in 0..t.times(20) {
        let store = t.store().await?;
        let expected = if n % 2 == 0 { Expected::Absent } else { Expected::Exact(Version::NONE) };
        round(&t, &store, expected, n).await?;
        store.close().await;
    }
    Ok(())
}

pub(crate) async fn p05_losers_get_the_competing_events(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let hot = stream("hot");
    for n in 0..12 {
        put(&*store, &to(&hot, Expected::Any, vec![rich(n), said(n)]).metadata(told(n))).await?;
        put(&*store, &to(&stream("cold"), Expected::Any, vec![rich(n)])).await?;
    }
    let all = whole_stream(&*store, &hot).await?;
    let head = store.head().await?;
    for base in 0..all.len() as u64 {
        let stale = to(&hot, Expected::Exact(Version::new(base)), vec![said("stale")]);
        let told = conflict(&*store, &stale, &format!("an append at version {base}")).await?;
        ensure_eq!(told.head, head, "the head that was told");
        is_complete(
            &Conflict { head: all[all.len() - 1].position, ..told },
            exactly_as(base),
            &all[base as usize..],
        )?;
    }
    Ok(())
}

/// The expectation of this very version, also where that is zero.
fn exactly_as(version: u64) -> Expected {
    Expected::Exact(Version::new(version))
}

pub(crate) async fn p05_expectations_mean_what_they_say(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream("three"), Expected::Absent, says("there", 3))).await?;
    let three = whole_log(&*store).await?;
    let refused = |name: &'static str, expected, actual: u64, competing: usize| {
        (name, expected, Version::new(actual), competing)
    };
    let cases = [
        refused("three", Expected::Absent, 3, 3),
        refused("three", exactly_as(0), 3, 3),
        refused("three", exactly_as(1), 3, 2),
        refused("three", exactly_as(4), 3, 0),
        refused("three", exactly_as(1_000_000), 3, 0),
        refused("none", exactly_as(1), 0, 0),
        refused("none", exactly_as(7), 0, 0),
    ];
    for (name, expected, actual, competing) in cases {
        let what = format!("{expected:?} of {name}");
        let told = conflict(&*store, &to(&stream(name), expected, vec![said("x")]), &what).await?;
        ensure_eq!(told.streams.len(), 1, "{what}: the number of streams in conflict");
        ensure_eq!(told.streams[0].actual, actual, "{what}: the version that was told");
        carries(&told, &three[3 - competing..])?;
    }
    ensure_eq!(whole_log(&*store).await?.len(), 3, "events after refused appends");
    let held =
        [("three", Expected::Any), ("three", exactly_as(4)), ("a", exactly_as(0)), ("b", Expected::Absent)];
    for (name, expected) in held.into_iter().chain([("c", Expected::Any)]) {
        put(&*store, &to(&stream(name), expected, vec![said(name)])).await?;
    }
    is_sound(&*store).await.map(drop)
}

pub(crate) async fn p05_a_conflict_names_each_stream_and_merges_what_competes(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..6 {
        for name in ["a", "b", "c", "d"] {
            put(
                &*store,
                &to(&stream(name), Expected::Any, says(format!("{name}{n}"), 1 + n % 2)).metadata(told(n)),
            )
            .await?;
        }
    }
    let log = whole_log(&*store).await?;
    let commit = Commit::new()
        .write(stream("c"), exactly(5), vec![said("stale")])
        .write(stream("new"), Expected::Absent, vec![said("good")])
        .write(stream("a"), exactly(7), Vec::new())
        .write(stream("b"), exactly(9), vec![said("good")])
        .write(stream("d"), Expected::Absent, vec![said("stale")]);
    let told = conflict(&*store, &commit, "a commit with three stale streams").await?;
    let streams: Vec<_> =
        told.streams.iter().map(|s| (s.stream.clone(), s.expected, s.actual.get())).collect();
    let wanted =
        [(stream("c"), exactly(5), 9), (stream("a"), exactly(7), 9), (stream("d"), Expected::Absent, 9)];
    ensure_eq!(streams, wanted, "the streams in conflict, in the order of the writes");
    let competes = |event: &&Seen| {
        let version = event.version.get();
        match event.stream.as_str() {
            "ticket/c" => version > 5,
            "ticket/a" => version > 7,
            "ticket/d" => true,
            _ => false,
        }
    };
    let competing: Vec<Seen> = log.iter().filter(competes).cloned().collect();
    ensure!(!told.truncated, "the competing events are cut, and they need not be");
    carries(&told, &competing)
}

pub(crate) async fn p05_competing_events_are_cut_at_a_thousand(t: Arc<Trial>) -> Checked {
    for (count, cut) in [(1_000, false), (1_001, true), (2_500, true)] {
        let store = t.store().await?;
        put(&*store, &to(&stream("hot"), Expected::Any, vec![said("base")])).await?;
        for part in 0..5 {
            put(
                &*store,
                &to(
                    &stream("hot"),
                    Expected::Any,
                    says(part, count / 5 + (part == 0) as usize * (count % 5)),
                ),
            )
            .await?;
        }
        let all = whole_stream(&*store, &stream("hot")).await?;
        let told =
            conflict(&*store, &to(&stream("hot"), exactly(1), vec![said("stale")]), "a stale append").await?;
        ensure_eq!(told.truncated, cut, "whether {count} competing events are cut");
        ensure_eq!(told.competing.len(), count.min(1_000), "events carried of {count}");
        ensure_eq!(told.streams[0].actual, Version::new(1 + count as u64), "the version that was told");
        carries(&told, &all[1..])?;
        store.close().await;
    }
    Ok(())
}

pub(crate) async fn p05_competing_events_are_cut_at_a_mebibyte(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let each = 100_000;
    for _ in 0..20 {
        put(&*store, &to(&stream("hot"), Expected::Any, vec![crate::kit::weighing(each)])).await?;
    }
    let all = whole_stream(&*store, &stream("hot")).await?;
    let told =
        conflict(&*store, &to(&stream("hot"), Expected::Absent, vec![said("stale")]), "a stale append")
            .await?;
    let (carried, limit) = (told.competing.len() * each, retell_store::limits::COMPETING_BYTES);
    ensure!(told.truncated, "two megabytes of competing events are not cut");
    // The event that passes the limit may be the last.
    ensure!(carried > limit / 2 && carried < limit + each, "{carried} bytes are carried, of at most {limit}");
    carries(&told, &all)?;
    let one =
        conflict(&*store, &to(&stream("hot"), exactly(19), vec![said("stale")]), "a stale append").await?;
    ensure!(!one.truncated, "one large competing event is cut off");
    carries(&one, &all[19..])
}
