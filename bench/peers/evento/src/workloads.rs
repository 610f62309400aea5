//! What is measured.

use std::time::Instant;

use bench_common::{
    ACTOR, Action, Answer, COMMAND, Callers, Errand, Failure, IMPORT_COMMIT, ONE_TICKET, Row, Workload,
    sample, scattered, ticket_id,
};
use evento::{Executor, ProjectionAggregate, WriteError};

use crate::ticket::{add, tickets};

const NAME: &str = "evento";

pub async fn run<E: Executor + Clone + 'static>(errand: &Errand, executor: E) -> Result<(), Failure> {
    if errand.action == Action::Prepare {
        return prepare(errand, executor).await;
    }
    let row = match errand.workload {
        Workload::Command => commands(errand, executor).await?,
        Workload::Hot => hot(errand, executor).await?,
        Workload::Import => import(errand, executor).await?,
        Workload::Replay => replay(errand, executor).await?,
        _ => return Err(errand.unknown()),
    };
    let setting =
        if errand.on_postgres() { "sqlx's pool of 10" } else { "sqlx's pool of 10, WAL, synchronous=FULL" };
    row.setting("store", setting).print();
    Ok(())
}

/// Stores the prepared events of these versions.
async fn record<E: Executor>(executor: &E, id: &str, first: u64, last: u64) -> Result<(), Failure> {
    let mut write = evento::append(id);
    write.original_version(u16::try_from(first - 1)?).requested_by(ACTOR);
    (first..=last).for_each(|version| add(&mut write, sample(version)));
    write.commit(executor).await?;
    Ok(())
}

async fn prepare<E: Executor + Clone + 'static>(errand: &Errand, executor: E) -> Result<(), Failure> {
    let events = errand.events;
    match errand.workload {
        Workload::Import => {}
        Workload::Replay | Workload::Hot => {
            for first in (1..=events).step_by(500) {
                record(&executor, ONE_TICKET, first, events.min(first + 499)).await?;
            }
        }
        _ => {
            let callers = if errand.on_postgres() { 10 } else { 1 };
            let task = move |number| {
                let executor = executor.clone();
                async move { record(&executor, &ticket_id(number), 1, events).await }
            };
            Callers::all(callers, errand.streams).each(task).await?;
        }
    }
    Ok(())
}

/// Load, decide, write through the gateway; tells whether nobody was faster.
async fn answer<E: Executor>(executor: &E, id: &str) -> Result<bool, Failure> {
    let state = tickets().load(id).execute(executor).await?.ok_or("every ticket was prepared")?;
    let event = state.ticket.answer(&Answer)?;
    let mut write = state.write()?;
    write.requested_by(ACTOR).requested_as(COMMAND);
    add(&mut write, event);
    match write.commit(executor).await {
        Ok(_) => Ok(true),
        Err(WriteError::InvalidOriginalVersion) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn commands<E: Executor + Clone + 'static>(errand: &Errand, executor: E) -> Result<Row, Failure> {
    let streams = errand.streams;
    let command = move |number| {
        let executor = executor.clone();
        async move {
            match answer(&executor, &ticket_id(scattered(number, streams))).await? {
                true => Ok::<u64, Failure>(0),
                false => Err("a conflict on a ticket of its own".into()),
            }
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, streams).run(command).await?))
}

/// It has no retry of its own: a conflict is tried again at once.
async fn hot<E: Executor + Clone + 'static>(errand: &Errand, executor: E) -> Result<Row, Failure> {
    let command = move |_| {
        let executor = executor.clone();
        async move {
            let mut attempt = 1;
            while !answer(&executor, ONE_TICKET).await? {
                attempt += 1;
            }
            Ok::<u64, Failure>(attempt)
        }
    };
    Ok(Row::commands(errand, NAME, Callers::of(errand, u64::MAX).run(command).await?))
}

async fn import<E: Executor>(errand: &Errand, executor: E) -> Result<Row, Failure> {
    let commits = errand.events / IMPORT_COMMIT;
    let started = Instant::now();
    for number in 0..commits {
        record(&executor, &ticket_id(number), 1, IMPORT_COMMIT).await?;
    }
    Ok(Row::of(errand, NAME, "events", commits * IMPORT_COMMIT, started.elapsed()))
}

async fn replay<E: Executor>(errand: &Errand, executor: E) -> Result<Row, Failure> {
    let mut loads = 0;
    let started = Instant::now();
    while loads == 0 || started.elapsed() < errand.time {
        std::hint::black_box(tickets().load(ONE_TICKET).execute(&executor).await?.ok_or("it was prepared")?);
        loads += 1;
    }
    Ok(Row::of(errand, NAME, "events", loads * errand.events, started.elapsed()))
}
