//! W3, and W7 for the log: a projection from the beginning to the end.

use std::sync::Arc;
use std::time::Instant;

use bench_common::{Counts, Errand, Failure, Memory, Row, TicketEvent};
use retell::store::{Expect, Position, Query, RecordKey, Subscription};

use crate::place::Store;

/// Counts per type, from the first event to the last, with a durable
/// checkpoint after every page.
pub async fn catch_up(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let key = RecordKey::new("checkpoint/bench")?;
    let mut events = Subscription::new(Arc::clone(store), Query::all(), Position::START);
    let (mut counts, mut pages) = (Counts::default(), 0_u32);
    let typed = errand.variant != "types only";
    let started = Instant::now();
    while let Some(page) = events.try_next().await? {
        for row in page.iter() {
            if typed {
                counts.event(&retell::decode::<TicketEvent>(&row)?);
            } else {
                counts.kind(row.event_type());
            }
        }
        pages += 1;
        let checkpoint = serde_json::to_vec(&(events.position().get(), counts))?;
        store.records().put(&key, checkpoint, Expect::Any, None).await?;
    }
    let took = started.elapsed();
    let mut row = Row::of(errand, "retell", "events", counts.total(), took);
    row.put("checkpoints", f64::from(pages));
    Ok(row)
}

/// The same, and tells the memory.
pub async fn memory(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let memory = Memory::begin()?;
    let mut row = catch_up(errand, store).await?;
    row.put("peak_mib", memory.peak_mib()?);
    row.put("baseline_mib", memory.baseline_mib());
    Ok(row)
}
