//! Tests of the queue that engines with one writer share.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::queue::{Batch, Intake, QueueLimits, queue};
use crate::{
    AppendError, CheckedCommit, Commit, Committed, EventType, Expected, NewEvent, Payload, Position,
    StreamName, Timestamp,
};

fn commit(bytes: usize) -> CheckedCommit {
    let payload = Payload::json(&"x".repeat(bytes)).expect("writes");
    let event = NewEvent::new(EventType::new("opened").expect("a type"), payload);
    let stream = StreamName::new("ticket", "1").expect("a stream");
    Commit::new().write(stream, Expected::Any, vec![event]).checked().expect("good")
}

fn stored(commit: &CheckedCommit) -> Committed {
    let (id, first, last) = (commit.id(), Position::new(1), Position::new(1));
    let recorded_at = Timestamp::default();
    Committed { id, first, last, recorded_at, streams: vec![], already_stored: false }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn limits(waiting: usize, batch: usize, batch_bytes: usize) -> QueueLimits {
    QueueLimits { waiting, batch, batch_bytes, ..QueueLimits::default() }
}

fn store(batch: Batch) {
    for pending in batch {
        let committed = stored(&pending.commit);
        pending.answer(Ok(committed));
    }
}

fn next(intake: &mut Intake) -> Batch {
    intake.next_blocking().expect("a batch")
}

#[test]
fn what_waits_is_one_batch_in_order_of_arrival() {
    let (submitter, mut intake) = queue(limits(10, 3, 1 << 20));
    let commits: Vec<_> = (0..4).map(|_| commit(1)).collect();
    let ids: Vec<_> = commits.iter().map(CheckedCommit::id).collect();
    let mut waiting: Vec<_> = commits.into_iter().map(|commit| Box::pin(submitter.submit(commit))).collect();
    assert!(waiting.iter_mut().all(|future| poll(future.as_mut()).is_pending()));
    assert_eq!(submitter.waiting(), 4);
    let batch = next(&mut intake);
    assert_eq!(batch.iter().map(|pending| pending.commit.id()).collect::<Vec<_>>(), ids[..3]);
    store(batch);
    store(next(&mut intake));
    for (future, id) in waiting.iter_mut().zip(ids) {
        let Poll::Ready(Ok(committed)) = poll(future.as_mut()) else { panic!("no answer") };
        assert_eq!(committed.id, id);
    }
}

#[test]
fn a_batch_is_bounded_in_bytes_and_nothing_is_lost() {
    let (submitter, mut intake) = queue(limits(10, 10, 1_000));
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(submitter.submit(commit(600)))).collect();
    assert!(waiting.iter_mut().all(|future| poll(future.as_mut()).is_pending()));
    for _ in 0..3 {
        let batch = next(&mut intake);
        assert_eq!(batch.len(), 1);
        store(batch);
    }
    assert!(waiting.iter_mut().all(|future| poll(future.as_mut()).is_ready()));
}

#[test]
fn a_full_queue_says_so_at_once() {
    let (submitter, mut intake) = queue(limits(1, 10, 1_000));
    let mut first = pin!(submitter.submit(commit(1)));
    assert!(poll(first.as_mut()).is_pending());
    let full = poll(pin!(submitter.submit(commit(1))));
    assert!(matches!(full, Poll::Ready(Err(AppendError::TooBusy { .. }))), "{full:?}");
    store(next(&mut intake));
    assert!(poll(pin!(submitter.submit(commit(1)))).is_pending());

    let few_bytes = QueueLimits { waiting_bytes: 1_000, ..QueueLimits::default() };
    let (submitter, _intake) = queue(few_bytes);
    assert!(poll(pin!(submitter.submit(commit(600)))).is_pending());
    let full = poll(pin!(submitter.submit(commit(600))));
    assert!(matches!(full, Poll::Ready(Err(AppendError::TooBusy { .. }))), "{full:?}");
}

#[test]
fn a_caller_that_leaves_takes_nothing_back() {
    let (submitter, mut intake) = queue(QueueLimits::default());
    let commit = commit(1);
    let id = commit.id();
    let mut caller = Box::pin(submitter.submit(commit));
    assert!(poll(caller.as_mut()).is_pending());
    drop(caller);
    let batch = next(&mut intake);
    assert_eq!(batch[0].commit.id(), id);
    store(batch);
}

#[test]
fn a_closed_queue_drains_and_takes_nothing_in() {
    let (submitter, mut intake) = queue(QueueLimits::default());
    let mut waiting = pin!(submitter.submit(commit(1)));
    assert!(poll(waiting.as_mut()).is_pending());
    submitter.close();
    let late = poll(pin!(submitter.submit(commit(1))));
    assert!(matches!(late, Poll::Ready(Err(AppendError::Stopped { .. }))), "{late:?}");
    store(next(&mut intake));
    assert!(matches!(poll(waiting.as_mut()), Poll::Ready(Ok(_))));
    assert!(intake.next_blocking().is_none());
}

#[test]
fn a_writer_that_dies_leaves_nobody_waiting() {
    let (submitter, mut intake) = queue(QueueLimits::default());
    let mut waiting = pin!(submitter.submit(commit(1)));
    assert!(poll(waiting.as_mut()).is_pending());
    drop(next(&mut intake));
    let outcome = poll(waiting.as_mut());
    assert!(matches!(outcome, Poll::Ready(Err(AppendError::OutcomeUnknown { .. }))), "{outcome:?}");

    let mut waiting = pin!(submitter.submit(commit(1)));
    assert!(poll(waiting.as_mut()).is_pending());
    drop(intake);
    let outcome = poll(waiting.as_mut());
    assert!(matches!(outcome, Poll::Ready(Err(AppendError::OutcomeUnknown { .. }))), "{outcome:?}");
    let late = poll(pin!(submitter.submit(commit(1))));
    assert!(matches!(late, Poll::Ready(Err(AppendError::Stopped { .. }))), "{late:?}");
}
