//! What a workload begins with.

use bench_common::{Callers, Errand, Failure, Workload, sample};

use crate::place::{Store, id, the_one, tickets};

/// How many events one commit of a long ticket holds here.
const LONG_COMMIT: u64 = 500;

/// Stores the tickets that the workload begins with.
pub async fn prepare(errand: &Errand, store: &Store) -> Result<(), Failure> {
    let (streams, events) = (errand.streams, errand.events);
    let tickets = tickets(errand, store);
    match (errand.workload, errand.variant.as_str()) {
        (Workload::Import, _) => Ok(()),
        (Workload::Hot | Workload::Replay, _) | (Workload::Memory, "replay") => {
            let one = the_one()?;
            let mut version = 0;
            while version < events {
                let until = (version + LONG_COMMIT).min(events);
                let events = (version + 1..=until).map(sample).collect();
                tickets.record(&one, events).by(bench_common::ACTOR).await?;
                version = until;
            }
            Ok(())
        }
        // Each ticket comes with one commit.
        _ => {
            let record = move |number| {
                let tickets = tickets.clone();
                async move {
                    let events = (1..=events).map(sample).collect();
                    let facts = tickets.record(&id(number)?, events);
                    facts.by(bench_common::ACTOR).named(bench_common::COMMAND).await?;
                    Ok(())
                }
            };
            Callers::all(256, streams).each(record).await
        }
    }
}
