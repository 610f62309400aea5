//! W1, W5, W6: commands through the repository.

use std::sync::Arc;
use std::time::Instant;

use bench_common::{
    ACTOR, Answer, COMMAND, Callers, Errand, Failure, Latencies, Row, Ticket, TicketEvent, scattered,
};
use retell::{Context, ExecuteError, Id, Repository};

use crate::place::{Store, id, the_one, tickets};

/// Answers a ticket once; tells how many attempts it took.
async fn answer(tickets: &Repository<Ticket>, id: &Id<Ticket>) -> Result<u64, ExecuteError<&'static str>> {
    let answer = |ticket: &Ticket, _: &Context| Ok(vec![ticket.answer(&Answer)?]);
    let done = tickets.execute(id, answer).named(COMMAND).by(ACTOR).await?;
    Ok(u64::from(done.attempts))
}

/// Each command on a ticket of its own.
pub async fn distinct(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let tickets = tickets(errand, store);
    let streams = errand.streams;
    let ids: Arc<[Id<Ticket>]> =
        (0..streams).map(|number| id(scattered(number, streams))).collect::<Result<_, _>>()?;
    if errand.variant == "cache" {
        remember_all(&tickets, &ids).await?;
    }
    let command = move |number: u64| {
        let (tickets, ids) = (tickets.clone(), Arc::clone(&ids));
        async move { answer(&tickets, &ids[(number % streams) as usize]).await }
    };
    // Growth may come by twice: the small store has few tickets.
    let passes = if errand.workload == bench_common::Workload::Growth { 2 } else { 1 };
    let mut tally = Callers::of(errand, passes * streams).run(command).await?;
    // Everyone has a ticket to himself: nothing is contended.
    tally.attempts = 0;
    Ok(Row::commands(errand, "retell", tally))
}

/// Lets the repository see each ticket once. A command that has nothing to do
/// stores nothing.
async fn remember_all(tickets: &Repository<Ticket>, ids: &Arc<[Id<Ticket>]>) -> Result<(), Failure> {
    let (tickets, ids) = (tickets.clone(), Arc::clone(ids));
    let count = ids.len() as u64;
    let look = move |number: u64| {
        let (tickets, ids) = (tickets.clone(), Arc::clone(&ids));
        async move {
            let look = |_: &Ticket, _: &Context| Ok::<Vec<TicketEvent>, &str>(vec![]);
            tickets.execute(&ids[number as usize], look).await?;
            Ok(())
        }
    };
    Callers::all(64, count).each(look).await
}

/// All callers on one ticket.
pub async fn hot(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let tickets = tickets(errand, store);
    let one = Arc::new(the_one()?);
    let command = move |_| {
        let (tickets, one) = (tickets.clone(), Arc::clone(&one));
        async move { answer(&tickets, &one).await }
    };
    Ok(Row::commands(errand, "retell", Callers::of(errand, u64::MAX).run(command).await?))
}

/// Loads of tickets that this process has not seen, one after the other.
pub async fn cold_loads(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let tickets = tickets(errand, store);
    let mut times = Latencies::default();
    let started = Instant::now();
    for number in 0..errand.streams {
        if started.elapsed() >= errand.time {
            break;
        }
        let id = id(scattered(number, errand.streams))?;
        let began = Instant::now();
        if !tickets.load(&id).await?.exists() {
            return Err(format!("the ticket {number} is not there").into());
        }
        times.add(began.elapsed());
    }
    let mut row = Row::of(errand, "retell", "loads", times.count(), started.elapsed());
    if let Some([p50, p99]) = times.percentiles([0.5, 0.99]) {
        (row.p50_ms, row.p99_ms) = (Some(p50), Some(p99));
    }
    Ok(row)
}
