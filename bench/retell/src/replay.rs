//! W2, and W7 for one ticket: load and fold.

use std::time::{Duration, Instant};

use bench_common::{Errand, Failure, Memory, Row};

use crate::place::{Store, the_one, tickets};

/// Loads the long ticket again and again.
pub async fn replay(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let (loads, took) = loads(errand, store, errand.time).await?;
    Ok(Row::of(errand, "retell", "events", loads * errand.events, took))
}

/// Loads it once, and tells the memory.
pub async fn memory(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let memory = Memory::begin()?;
    let (loads, took) = loads(errand, store, Duration::ZERO).await?;
    let mut row = Row::of(errand, "retell", "events", loads * errand.events, took);
    row.put("peak_mib", memory.peak_mib()?);
    row.put("baseline_mib", memory.baseline_mib());
    Ok(row)
}

/// Loads at least once, until the time is over.
async fn loads(errand: &Errand, store: &Store, time: Duration) -> Result<(u64, Duration), Failure> {
    let (tickets, one) = (tickets(errand, store), the_one()?);
    let mut loads = 0;
    let started = Instant::now();
    while loads == 0 || started.elapsed() < time {
        let loaded = tickets.load(&one).await?;
        if loaded.version.get() != errand.events {
            return Err(format!("{} events were prepared, {} loaded", errand.events, loaded.version).into());
        }
        loads += 1;
    }
    Ok((loads, started.elapsed()))
}
