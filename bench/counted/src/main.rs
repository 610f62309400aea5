//! One operation, so many times: for counting instructions.
//!
//! `cargo xtask bench --counted` runs it under callgrind twice, with few and
//! with many repetitions; the difference holds no start of the program.
#![forbid(unsafe_code)]

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use bench_common::{Failure, Ticket, TicketEvent, sample};
use retell::store::queue::{QueueLimits, queue};
use retell::store::{
    Actor, Commit, CommitId, Committed, EventStore, Expected, MemoryStore, Metadata, Position, ReadStream,
    StreamName, Timestamp, Version,
};
use retell::{Aggregate, decode, encode};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [operation, times] => times.parse().map_err(Failure::from).and_then(|times| run(operation, times)),
        _ => Err("usage: bench-counted fold|decode|encode|queue TIMES".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(operation: &str, times: u64) -> Result<(), Failure> {
    match operation {
        "fold" => fold(times),
        "decode" => tokio::runtime::Builder::new_current_thread().build()?.block_on(decoded(times))?,
        "encode" => encoded(times)?,
        "queue" => queued(times)?,
        _ => return Err(format!("there is no operation {operation}").into()),
    }
    Ok(())
}

/// Applies the five events of a ticket in turn.
fn fold(times: u64) {
    let events: Vec<TicketEvent> = (1..=5).map(sample).collect();
    let mut ticket = Ticket::default();
    for number in 0..times {
        ticket.apply(black_box(&events[(number % 5) as usize]));
    }
    black_box(ticket);
}

/// Turns stored events into typed ones.
async fn decoded(times: u64) -> Result<(), Failure> {
    let store = MemoryStore::new();
    let stream = StreamName::new("ticket", "1")?;
    let events = (1..=5).map(|version| encode(&sample(version))).collect::<Result<_, _>>()?;
    store.append(Commit::new().write(stream.clone(), Expected::Absent, events)).await?;
    let page = store.read_stream(ReadStream::new(stream)).await?;
    for number in 0..times {
        let row = page.get((number % 5) as usize).ok_or("a page of five events")?;
        black_box(decode::<TicketEvent>(black_box(&row))?);
    }
    Ok(())
}

/// Turns typed events into what an append takes.
fn encoded(times: u64) -> Result<(), Failure> {
    let events: Vec<TicketEvent> = (1..=5).map(sample).collect();
    for number in 0..times {
        black_box(encode(black_box(&events[(number % 5) as usize]))?);
    }
    Ok(())
}

/// Puts 64 commits into the queue, takes the batch out, answers each; an
/// operation is one commit.
fn queued(times: u64) -> Result<(), Failure> {
    let (submitter, mut intake) = queue(QueueLimits::default());
    let stream = StreamName::new("ticket", "1")?;
    let event = encode(&sample(3))?;
    let metadata = Metadata::by(Actor::new(bench_common::ACTOR)?);
    let waker = Waker::noop();
    let mut context = Context::from_waker(waker);
    let mut left = times;
    while left > 0 {
        let count = left.min(64);
        left -= count;
        let mut waiting = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let commit = Commit::with_id(CommitId::from_bytes([7; 16]))
                .write(stream.clone(), Expected::Any, vec![event.clone()])
                .metadata(metadata.clone())
                .checked()?;
            let mut submit = Box::pin(submitter.submit(commit));
            assert!(submit.as_mut().poll(&mut context).is_pending());
            waiting.push(submit);
        }
        let batch = match pin!(intake.next()).poll(&mut context) {
            Poll::Ready(Some(batch)) => batch,
            _ => return Err("64 commits wait".into()),
        };
        for pending in batch {
            let committed = Committed {
                id: pending.commit.id(),
                first: Position::new(1),
                last: Position::new(1),
                recorded_at: Timestamp::from_micros(1),
                streams: vec![(stream.clone(), Version::new(1))],
                already_stored: false,
            };
            pending.answer(Ok(committed));
        }
        for mut submit in waiting {
            match submit.as_mut().poll(&mut context) {
                Poll::Ready(answer) => drop(black_box(answer?)),
                Poll::Pending => return Err("every commit was answered".into()),
            }
        }
    }
    Ok(())
}
