//! What is measured.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use bench_common::{
    ACTOR, Action, COMMAND, Callers, Counts, Errand, Failure, IMPORT_COMMIT, ONE_TICKET, Row, Workload,
    scattered, ticket_id,
};
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, QueryReplay};
use cqrs_es::{AggregateContext, AggregateError, CqrsFramework, EventEnvelope, EventStore, Query};

use crate::ticket::{Command, Refused, Ticket};

type Cqrs<R> = Arc<CqrsFramework<Ticket, PersistedEventStore<R, Ticket>>>;

const NAME: &str = "cqrs-es";

pub async fn run<R: PersistedEventRepository + 'static>(
    errand: &Errand,
    repository: impl Fn() -> R,
) -> Result<(), Failure> {
    let store = PersistedEventStore::<R, Ticket>::new_event_store(repository());
    let cqrs: Cqrs<R> = Arc::new(CqrsFramework::new(store, vec![], ()));
    if errand.action == Action::Prepare {
        return prepare(errand, cqrs).await;
    }
    let row = match errand.workload {
        Workload::Command => commands(errand, cqrs).await?,
        Workload::Hot => hot(errand, cqrs).await?,
        Workload::Import => import(errand, cqrs).await?,
        Workload::Replay => replay(errand, &PersistedEventStore::new_event_store(repository())).await?,
        Workload::CatchUp => catch_up(errand, repository()).await?,
        _ => return Err(errand.unknown()),
    };
    let setting = if errand.on_postgres() { "pool of 10" } else { "pool of 10, WAL, synchronous=FULL" };
    row.setting("store", setting).print();
    Ok(())
}

fn metadata() -> HashMap<String, String> {
    HashMap::from([("actor".into(), ACTOR.into()), ("command".into(), COMMAND.into())])
}

async fn prepare<R: PersistedEventRepository + 'static>(
    errand: &Errand,
    cqrs: Cqrs<R>,
) -> Result<(), Failure> {
    let events = errand.events;
    match errand.workload {
        Workload::Import => {}
        Workload::Replay | Workload::Hot => {
            for first in (1..=events).step_by(1_000) {
                let record = Command::Record(first, events.min(first + 999));
                cqrs.execute_with_metadata(ONE_TICKET, record, metadata()).await?;
            }
        }
        _ => {
            let record = move |number| {
                let cqrs = Arc::clone(&cqrs);
                async move {
                    let record = Command::Record(1, events);
                    cqrs.execute_with_metadata(&ticket_id(number), record, metadata()).await?;
                    Ok(())
                }
            };
            // SQLite takes one writer at a time, and makes the others sleep.
            let callers = if errand.on_postgres() { 10 } else { 1 };
            Callers::all(callers, errand.streams).each(record).await?;
        }
    }
    Ok(())
}

async fn commands<R: PersistedEventRepository + 'static>(
    errand: &Errand,
    cqrs: Cqrs<R>,
) -> Result<Row, Failure> {
    let streams = errand.streams;
    let command = move |number| {
        let cqrs = Arc::clone(&cqrs);
        async move {
            let id = ticket_id(scattered(number, streams));
            cqrs.execute_with_metadata(&id, Command::Answer, metadata()).await?;
            Ok::<u64, AggregateError<Refused>>(0)
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, streams).run(command).await?))
}

/// As its documentation says, whoever meets a conflict tries again.
async fn hot<R: PersistedEventRepository + 'static>(errand: &Errand, cqrs: Cqrs<R>) -> Result<Row, Failure> {
    let command = move |_| {
        let cqrs = Arc::clone(&cqrs);
        async move {
            for attempt in 1.. {
                match cqrs.execute_with_metadata(ONE_TICKET, Command::Answer, metadata()).await {
                    Ok(()) => return Ok(attempt),
                    Err(AggregateError::AggregateConflict) => {}
                    Err(error) => return Err(error),
                }
            }
            unreachable!("a command is tried until it is done")
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, u64::MAX).run(command).await?))
}

async fn import<R: PersistedEventRepository + 'static>(
    errand: &Errand,
    cqrs: Cqrs<R>,
) -> Result<Row, Failure> {
    let commits = errand.events / IMPORT_COMMIT;
    let started = Instant::now();
    for number in 0..commits {
        let record = Command::Record(1, IMPORT_COMMIT);
        cqrs.execute_with_metadata(&ticket_id(number), record, metadata()).await?;
    }
    Ok(Row::of(errand, NAME, "events", commits * IMPORT_COMMIT, started.elapsed()))
}

async fn replay<R: PersistedEventRepository>(
    errand: &Errand,
    store: &PersistedEventStore<R, Ticket>,
) -> Result<Row, Failure> {
    let mut loads = 0;
    let started = Instant::now();
    while loads == 0 || started.elapsed() < errand.time {
        let mut context = store.load_aggregate(ONE_TICKET).await?;
        std::hint::black_box(context.aggregate());
        loads += 1;
    }
    Ok(Row::of(errand, NAME, "events", loads * errand.events, started.elapsed()))
}

struct Count(Arc<Mutex<Counts>>);

#[async_trait]
impl Query<Ticket> for Count {
    async fn dispatch(&self, _: &str, events: &[EventEnvelope<Ticket>]) {
        let mut counts = self.0.lock().expect("nobody panics while counting");
        events.iter().for_each(|event| counts.event(&event.payload.0));
    }
}

/// It has no position in the log: this is a replay of everything, in the
/// order of the sequence in each ticket, without a checkpoint.
async fn catch_up<R: PersistedEventRepository>(errand: &Errand, repository: R) -> Result<Row, Failure> {
    let counts = Arc::new(Mutex::new(Counts::default()));
    let replay = QueryReplay::new(repository, Count(Arc::clone(&counts)));
    let started = Instant::now();
    replay.replay_all().await?;
    let took = started.elapsed();
    let total = counts.lock().expect("nobody panics while counting").total();
    Ok(Row::of(errand, NAME, "events", total, took))
}
