//! What is measured.

use std::sync::Arc;
use std::time::Instant;

use bench_common::{
    Action, Callers, Errand, Failure, IMPORT_COMMIT, ONE_TICKET, Row, Ticket, Workload, scattered, ticket_id,
};
use eventcore::{CommandError, RetryPolicy, StreamId, execute};
use eventcore_types::EventStore;
use futures_util::TryStreamExt;

use crate::ticket::{AnswerTicket, Event, Record};

const NAME: &str = "eventcore";

pub async fn run<S: EventStore + Send + Sync + 'static>(
    errand: &Errand,
    store: Arc<S>,
) -> Result<(), Failure> {
    if errand.action == Action::Prepare {
        return prepare(errand, store).await;
    }
    let row = match errand.workload {
        Workload::Command => commands(errand, store).await?,
        Workload::Hot => hot(errand, store).await?,
        Workload::Import => import(errand, store).await?,
        Workload::Replay => replay(errand, &*store).await?,
        _ => return Err(errand.unknown()),
    };
    let setting =
        if errand.on_postgres() { "its pool of 10" } else { "its one connection, WAL, synchronous=FULL" };
    row.setting("store", setting).print();
    Ok(())
}

fn stream(name: impl Into<String>) -> Result<StreamId, Failure> {
    Ok(StreamId::try_new(name.into())?)
}

async fn prepare<S: EventStore + Send + Sync + 'static>(
    errand: &Errand,
    store: Arc<S>,
) -> Result<(), Failure> {
    let events = errand.events;
    match errand.workload {
        Workload::Import => {}
        Workload::Replay | Workload::Hot => {
            for first in (1..=events).step_by(1_000) {
                let record = Record { ticket: stream(ONE_TICKET)?, first, last: events.min(first + 999) };
                execute(&*store, record, RetryPolicy::new()).await?;
            }
        }
        _ => {
            let record = move |number| {
                let store = Arc::clone(&store);
                async move {
                    let record = Record { ticket: stream(ticket_id(number))?, first: 1, last: events };
                    execute(&*store, record, RetryPolicy::new()).await?;
                    Ok(())
                }
            };
            Callers::all(8, errand.streams).each(record).await?;
        }
    }
    Ok(())
}

async fn commands<S: EventStore + Send + Sync + 'static>(
    errand: &Errand,
    store: Arc<S>,
) -> Result<Row, Failure> {
    let streams = errand.streams;
    let command = move |number| {
        let store = Arc::clone(&store);
        async move {
            let ticket = stream(ticket_id(scattered(number, streams)))?;
            execute(&*store, AnswerTicket { ticket }, RetryPolicy::new()).await?;
            Ok::<u64, Failure>(0)
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, streams).run(command).await?))
}

/// With its own retries: four, with a growing pause. Commands that fail all the same are counted.
async fn hot<S: EventStore + Send + Sync + 'static>(errand: &Errand, store: Arc<S>) -> Result<Row, Failure> {
    let one = stream(ONE_TICKET)?;
    let command = move |_| {
        let (store, ticket) = (Arc::clone(&store), one.clone());
        async move {
            let done = execute(&*store, AnswerTicket { ticket }, RetryPolicy::new()).await?;
            Ok::<u64, CommandError>(u64::from(done.attempts()))
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, u64::MAX).run(command).await?))
}

async fn import<S: EventStore + Send + Sync>(errand: &Errand, store: Arc<S>) -> Result<Row, Failure> {
    let commits = errand.events / IMPORT_COMMIT;
    let started = Instant::now();
    for number in 0..commits {
        let record = Record { ticket: stream(ticket_id(number))?, first: 1, last: IMPORT_COMMIT };
        execute(&*store, record, RetryPolicy::new()).await?;
    }
    Ok(Row::of(errand, NAME, "events", commits * IMPORT_COMMIT, started.elapsed()))
}

/// As `execute` loads a stream: event by event, folded as they come.
async fn replay<S: EventStore>(errand: &Errand, store: &S) -> Result<Row, Failure> {
    let mut loads = 0;
    let started = Instant::now();
    while loads == 0 || started.elapsed() < errand.time {
        let mut ticket = Ticket::default();
        let mut events = store.read_stream::<Event>(stream(ONE_TICKET)?).await?;
        while let Some(event) = events.try_next().await? {
            ticket.take(&event.event);
        }
        std::hint::black_box(ticket);
        loads += 1;
    }
    Ok(Row::of(errand, NAME, "events", loads * errand.events, started.elapsed()))
}
