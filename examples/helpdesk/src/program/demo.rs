//! A desk to look at: filled if it is empty, and one ticket's story.

use std::io::Write;
use std::sync::Arc;

use retell::store::{Expect, RecordKey};
use retell::{Clock, ManualClock, OpenOptions, SystemClock, Timestamp};

use super::args::DemoArgs;
use super::desk::{Desk, key};
use super::failure::Failure;
use super::{simulate, story};
use crate::service::DEFAULT_LISTEN;

/// The record of a filling: when the simulated half year ends, and whether it is complete.
const FILLING: &str = "demo/filling";

pub(super) async fn run(store: &str, args: &DemoArgs, out: &mut impl Write) -> Result<(), Failure> {
    fill_if_empty(store, args.tickets, out).await?;
    let desk = Desk::open(store).await?;
    story::tell(&desk, out).await?;
    desk.store.close().await;
    if args.once {
        return Ok(());
    }
    writeln!(out)?;
    super::serve(store, DEFAULT_LISTEN, out).await
}

/// Fills an empty store; goes on where a filling was interrupted.
///
/// The store is stamped by the simulated time, so that its times of recording
/// are those of the half year.
async fn fill_if_empty(url: &str, tickets: u32, out: &mut impl Write) -> Result<(), Failure> {
    let clock = Arc::new(ManualClock::at(Timestamp::default()));
    let desk = Desk::open_with(url, OpenOptions::new().clock(clock.clone())).await?;
    let record = key(FILLING)?;
    let begun = match Filling::read(&desk, &record).await? {
        Some(Filling { complete: true, .. }) => None,
        Some(begun) => Some(begun),
        None if desk.is_empty().await? => Some(Filling { end: this_second(), tickets, complete: false }),
        None => None,
    };
    if let Some(filling) = begun {
        filling.write(&desk, &record).await?;
        let Filling { end, tickets, .. } = filling;
        let repository = desk.tickets.clone().with_clock(clock.clone());
        let desk = Desk { store: Arc::clone(&desk.store), tickets: repository };
        let simulated = simulate::run(&desk, &clock, tickets, end).await?;
        Filling { complete: true, ..filling }.write(&desk, &record).await?;
        let simulate::Simulated { commands, refused, events } = simulated;
        writeln!(
            out,
            "Filled {} with half a year of a ticket desk: {tickets} tickets, {commands} commands \
             ({refused} of them refused by the rules), {events} events.",
            desk.location(),
        )?;
        let neglected: Vec<u32> = (1..=tickets).filter(|ticket| simulate::is_neglected(*ticket)).collect();
        let example =
            neglected.first().map_or(String::new(), |ticket| format!(", for example ticket {ticket}"));
        writeln!(out, "{} tickets were left open: overdue, and not escalated{example}.\n", neglected.len(),)?;
    }
    desk.store.close().await;
    Ok(())
}

/// Now, without the fraction: the times of the simulation are whole seconds.
fn this_second() -> Timestamp {
    Timestamp::from_seconds(SystemClock.now().as_micros().div_euclid(1_000_000))
}

/// What is filled in, so that a filling that was interrupted goes on the same.
#[derive(Clone, Copy)]
struct Filling {
    end: Timestamp,
    tickets: u32,
    complete: bool,
}

impl Filling {
    async fn read(desk: &Desk, key: &RecordKey) -> Result<Option<Self>, Failure> {
        let record =
            desk.store.records().get(key).await.map_err(|error| Failure::Store(error.to_string()))?;
        let Some(record) = record else { return Ok(None) };
        let damaged = || Failure::Store(format!("the record {key} is damaged"));
        let text = String::from_utf8(record.value).map_err(|_| damaged())?;
        let [end, tickets, state] = text.split(' ').collect::<Vec<_>>()[..] else { return Err(damaged()) };
        let end = Timestamp::from_micros(end.parse().map_err(|_| damaged())?);
        let tickets = tickets.parse().map_err(|_| damaged())?;
        Ok(Some(Self { end, tickets, complete: state == "complete" }))
    }

    async fn write(&self, desk: &Desk, key: &RecordKey) -> Result<(), Failure> {
        let state = if self.complete { "complete" } else { "begun" };
        let value = format!("{} {} {state}", self.end.as_micros(), self.tickets).into_bytes();
        let written = desk.store.records().put(key, value, Expect::Any, None).await;
        written.map(|_| ()).map_err(|error| Failure::Store(error.to_string()))
    }
}
