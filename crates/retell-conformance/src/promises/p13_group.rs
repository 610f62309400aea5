//! P13: commits that are stored together are judged one by one.
//!
//! Random groups of commits (`p13_random.rs`) are appended one by one, in
//! order by one task, and by many tasks at once, and every answer is compared
//! with the sequential model.

use std::sync::Arc;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use retell_store::{AppendError, Commit, Committed, EventStore, Expected, Position};
use tokio::runtime::Handle;

use super::p13_random::{Group, groups};
use crate::kit::{
    Seen, Verdict, WRITERS, agrees, append, holds_whole, in_order, is_well_formed, judge, put, race, said,
    same_events, stream, to, weighing, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

type Answer = Result<Committed, AppendError>;

/// How a group is handed in.
#[derive(Clone, Copy)]
enum Way {
    OneByOne,
    InOrder,
    AtOnce,
}

/// Lets proptest find groups for which the store answers otherwise than the model.
async fn explore(t: Arc<Trial>, way: Way) -> Checked {
    let runtime = Handle::current();
    let explored = tokio::task::spawn_blocking(move || {
        let cases = t.times(64) as u32;
        let config = Config {
            cases,
            failure_persistence: None,
            // Whoever only wants to know whether it fails needs no smallest example.
            max_shrink_iters: if t.is_quick() { 0 } else { 300 },
            ..Config::default()
        };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&t.seed().to_le_bytes());
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        runner.run(&groups(), |case| {
            let judged = runtime.block_on(judge_case(&t, &case, way));
            judged.map_err(|Failure(text)| TestCaseError::fail(text))
        })
    });
    match explored.await.map_err(crate::kit::died)? {
        Ok(()) => Ok(()),
        Err(found) => Err(Failure(found.to_string())),
    }
}

async fn judge_case(t: &Trial, case: &[Group], way: Way) -> Checked {
    let store = t.store().await?;
    let can = store.capabilities();
    let mut earlier: Vec<Commit> = Vec::new();
    for group in case {
        let before = whole_log(&*store).await?;
        let commits = group.commits(&before, &mut earlier, &can);
        match way {
            Way::OneByOne => one_by_one(&*store, before, &commits).await?,
            Way::InOrder => {
                let answers =
                    in_order(commits.iter().map(|commit| store.append(commit.clone())).collect()).await;
                as_one_by_one(&before, &whole_log(&*store).await?, &commits, &answers)?;
            }
            Way::AtOnce => {
                let answers = race(commits.len(), |index| {
                    let (store, commit) = (Arc::clone(&store), commits[index].clone());
                    async move { Ok(append(&*store, &commit).await) }
                });
                let answers = answers.await?;
                as_some_order(&before, &whole_log(&*store).await?, &commits, &answers)?;
            }
        }
    }
    store.close().await;
    Ok(())
}

async fn one_by_one(store: &dyn EventStore, mut log: Vec<Seen>, commits: &[Commit]) -> Checked {
    for commit in commits {
        let answer = append(store, commit).await;
        agrees(&log, commit, &answer)?;
        let after = whole_log(store).await?;
        same_events(&after[..log.len().min(after.len())], &log, "the log of before an append")?;
        let news = after.len() - log.len();
        if let Verdict::Store = judge(&log, commit) {
            holds_whole(&after[log.len()..], commit)?;
            ensure_eq!(
                news,
                commit.writes.iter().map(|write| write.events.len()).sum::<usize>(),
                "new events"
            );
        } else {
            ensure_eq!(news, 0, "new events after {answer:?}");
        }
        log = after;
        is_well_formed(&log)?;
    }
    Ok(())
}

/// Fails unless the answers are those of appending one by one, in this order.
fn as_one_by_one(before: &[Seen], after: &[Seen], commits: &[Commit], answers: &[Answer]) -> Checked {
    is_well_formed(after)?;
    let mut so_far = before.len();
    same_events(&after[..so_far.min(after.len())], before, "the log of before the group")?;
    for (index, (commit, answer)) in commits.iter().zip(answers).enumerate() {
        let log = &after[..so_far];
        agrees(log, commit, answer)
            .map_err(|Failure(text)| Failure(format!("commit {index} of the group: {text}")))?;
        match answer {
            Ok(stored) if !stored.already_stored => {
                holds_whole(&after[so_far..], commit)?;
                ensure_eq!(
                    Some(stored.first),
                    after.get(so_far).map(|event| event.position),
                    "where {index} went"
                );
                so_far += after[so_far..].iter().take_while(|event| event.commit == commit.id).count();
            }
            Err(AppendError::Conflict(told)) => {
                let head = log.last().map_or(Position::START, |last| last.position);
                ensure_eq!(told.head, head, "the head at which commit {index} of the group was judged");
            }
            _ => {}
        }
    }
    ensure_eq!(after.len(), so_far, "events in the log after the group");
    Ok(())
}

/// Fails unless there is an order, the one of the positions, in which
/// appending one by one gives these answers.
fn as_some_order(before: &[Seen], after: &[Seen], commits: &[Commit], answers: &[Answer]) -> Checked {
    is_well_formed(after)?;
    same_events(&after[..before.len().min(after.len())], before, "the log of before the group")?;
    let mut events = before.len();
    for (commit, answer) in commits.iter().zip(answers) {
        match answer {
            Ok(stored) if !stored.already_stored => {
                holds_whole(after, commit)?;
                let start = after.partition_point(|event| event.position < stored.first);
                ensure!(start >= before.len(), "{stored:?} lies in the log of before the group");
                agrees(&after[..start], commit, answer)?;
                events += commit.writes.iter().map(|write| write.events.len()).sum::<usize>();
            }
            Err(AppendError::Conflict(told)) => {
                let end = after.partition_point(|event| event.position <= told.head);
                ensure!(end >= before.len(), "a commit was judged at {}, in the log of before", told.head);
                let whole = end == after.len() || after[end].first == after[end].position;
                ensure!(whole, "a commit was judged at {}, amid another commit", told.head);
                agrees(&after[..end], commit, answer)?;
            }
            // Refused for what it is, or settled by what is stored under its id.
            Ok(_) | Err(AppendError::Invalid(_)) => agrees(after, commit, answer)?,
            Err(other) => return Err(Failure(format!("an append in a group: {other}"))),
        }
    }
    ensure_eq!(after.len(), events, "events in the log, against those of acknowledged commits");
    Ok(())
}

pub(crate) async fn p13_every_answer_is_that_of_the_model(t: Arc<Trial>) -> Checked {
    explore(t, Way::OneByOne).await
}

pub(crate) async fn p13_a_group_in_order_is_judged_in_that_order(t: Arc<Trial>) -> Checked {
    explore(t, Way::InOrder).await
}

pub(crate) async fn p13_a_group_at_once_is_judged_in_some_order(t: Arc<Trial>) -> Checked {
    explore(t, Way::AtOnce).await
}

pub(crate) async fn p13_bad_commits_do_not_spoil_their_group(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream("old"), Expected::Any, vec![said("before")])).await?;
    for round in 0..t.times(10) {
        let answers = race(WRITERS, |n| {
            let store = Arc::clone(&store);
            async move {
                let new = stream(format!("{round} {n}"));
                let commit = match n % 4 {
                    0 => to(
                        &new,
                        Expected::Absent,
                        vec![said(1), weighing(retell_store::limits::PAYLOAD_BYTES + 1)],
                    ),
                    1 => to(&stream("old"), Expected::Absent, vec![said("stale")]),
                    2 => to(&new, Expected::Absent, vec![said(1).schema(0)]),
                    _ => to(&new, Expected::Absent, vec![said(1), said(2)]),
                };
                let answer = append(&*store, &commit).await;
                Ok((n % 4, commit, answer))
            }
        })
        .await?;
        let log = whole_log(&*store).await?;
        is_well_formed(&log)?;
        ensure_eq!(log.len(), 1 + (round + 1) * WRITERS / 4 * 2, "events after round {round}");
        for (kind, commit, answer) in answers {
            match (kind, answer) {
                (0 | 2, Err(AppendError::Invalid(_))) | (1, Err(AppendError::Conflict(_))) => {}
                (3, Ok(_)) => holds_whole(&log, &commit)?,
                (kind, answer) => {
                    return Err(Failure(format!("a commit of kind {kind} was answered {answer:?}")));
                }
            }
        }
    }
    Ok(())
}
