//! P9: append unless an event matches.

use std::sync::Arc;

use retell_store::{AppendError, Commit, Expected, InvalidCommit, NewEvent, Position, Query, QueryItem};

use crate::kit::{
    WRITERS, any, append, carries, conflict, exactly, holds_whole, is_sound, json, kind, matches, put, race,
    random_log, random_place, random_query, said, sight, stream, stream_of, tag, to, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

fn about(customer: usize) -> NewEvent {
    NewEvent::new(kind("opened"), json("{}")).tag(tag("customer", customer))
}

pub(crate) async fn p09_a_condition_holds_or_breaks(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream(1), Expected::Any, vec![about(7)])).await?;
    let after = store.head().await?;
    let sevens = Query::tags([tag("customer", 7)]);
    // What lies at or before the position does not break it, nor what does not match.
    put(&*store, &to(&stream(2), Expected::Any, vec![about(8)])).await?;
    let commit = to(&stream(3), Expected::Any, vec![about(7), about(7)]).unless(sevens.clone(), after);
    put(&*store, &commit).await?;
    // Now it is broken, by the events of the commit that it let in.
    let before = sight(&*store).await?;
    let stale = to(&stream(4), Expected::Any, vec![about(7)]).unless(sevens.clone(), after);
    let told = conflict(&*store, &stale, "a commit whose condition is broken").await?;
    ensure!(told.condition, "the conflict does not say that the condition failed");
    ensure!(told.streams.is_empty(), "streams are in conflict, and they are as expected: {:?}", told.streams);
    ensure_eq!(told.head, store.head().await?, "the head that was told");
    let breaking: Vec<_> = before.log.iter().filter(|event| event.commit == commit.id).cloned().collect();
    carries(&told, &breaking)?;
    before.is_unchanged(&*store, "a commit whose condition was broken").await?;
    let again = to(&stream(4), Expected::Any, vec![about(7)]).unless(sevens, told.head);
    put(&*store, &again).await?;
    holds_whole(&is_sound(&*store).await?, &again)
}

pub(crate) async fn p09_any_query_can_be_a_condition(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let log = random_log(&*store, &mut rng, 40).await?;
    let (mut held, mut broken) = (0, 0);
    for n in 0..t.times(200) {
        let (query, after) = (random_query(&mut rng), random_place(&mut rng, &log));
        let before = whole_log(&*store).await?;
        let breaking: Vec<_> =
            before.iter().filter(|event| event.position > after && matches(&query, event)).cloned().collect();
        let commit = any(&stream_of("judged", n), n).unless(query.clone(), after);
        match append(&*store, &commit).await {
            Ok(_) => {
                held += 1;
                ensure!(breaking.is_empty(), "stored, though {breaking:?} match {query:?} after {after}");
            }
            Err(AppendError::Conflict(told)) => {
                broken += 1;
                ensure!(!breaking.is_empty(), "refused, and nothing matches {query:?} after {after}");
                ensure!(told.condition, "the conflict does not say that the condition failed");
                carries(&told, &breaking)?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    t.note(format!("{held} conditions held, {broken} were broken"));
    Ok(())
}

pub(crate) async fn p09_one_of_many_conditions_lets_one_commit_in(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..t.times(30) {
        let after = store.head().await?;
        let answers = race(WRITERS, |writer| {
            let store = Arc::clone(&store);
            async move {
                // Streams of their own: only the condition can collide.
                let commit = to(&stream(format!("{n} {writer}")), Expected::Absent, vec![about(n)])
                    .unless(Query::tags([tag("customer", n)]), after);
                let answer = append(&*store, &commit).await;
                Ok((commit, answer))
            }
        })
        .await?;
        let log = whole_log(&*store).await?;
        let news: Vec<_> = log.iter().filter(|event| event.position > after).cloned().collect();
        let mut winners = 0;
        for (commit, answer) in answers {
            match answer {
                Ok(_) => {
                    winners += 1;
                    holds_whole(&log, &commit)?;
                }
                Err(AppendError::Conflict(told)) => carries(&told, &news)?,
                Err(other) => return Err(Failure(format!("a loser was told: {other}"))),
            }
        }
        ensure_eq!(winners, 1, "winners of {WRITERS} with the same condition, in round {n}");
        ensure_eq!(news.len(), 1, "events stored in round {n}");
    }
    Ok(())
}

pub(crate) async fn p09_condition_and_expectation_are_told_together(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..5 {
        put(&*store, &to(&stream("a"), Expected::Any, vec![about(1), said(n)])).await?;
        put(&*store, &to(&stream("b"), Expected::Any, vec![about(2)])).await?;
    }
    let log = whole_log(&*store).await?;
    let query = Query::tags([tag("customer", 1)]).or(QueryItem {
        categories: vec!["ticket".to_owned()],
        types: vec![kind("opened")],
        tags: vec![tag("customer", 2)],
    });
    let after = log[5].position;
    let stale = to(&stream("a"), exactly(6), vec![said("stale")]).unless(query.clone(), after);
    let told = conflict(&*store, &stale, "a commit with a stale stream and a broken condition").await?;
    ensure!(told.condition, "the conflict does not say that the condition failed");
    ensure_eq!(told.streams.len(), 1, "the number of streams in conflict");
    // Each competing event once, in log order, whether one reason or both name it.
    let competing: Vec<_> = log
        .iter()
        .filter(|event| {
            (event.stream == "ticket/a" && event.version.get() > 6)
                || (event.position > after && matches(&query, event))
        })
        .cloned()
        .collect();
    carries(&told, &competing)?;
    let good = to(&stream("a"), exactly(10), vec![said("good")]).unless(query, log[log.len() - 1].position);
    put(&*store, &good).await.map(drop)
}

pub(crate) async fn p09_conditions_or_a_typed_refusal(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit: Commit = any(&stream(1), "x").unless(Query::all(), Position::START);
    match (store.capabilities().conditions, append(&*store, &commit).await) {
        (true, Ok(_)) => holds_whole(&whole_log(&*store).await?, &commit),
        (false, Err(AppendError::Invalid(InvalidCommit::Unsupported(_)))) => {
            ensure!(whole_log(&*store).await?.is_empty(), "a refused commit left something behind");
            Ok(())
        }
        (can, answer) => Err(Failure(format!("its capabilities say {can}, its answer {answer:?}"))),
    }
}
