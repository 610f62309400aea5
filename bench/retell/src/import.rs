//! W4: many events, 100 per commit, each commit a ticket of its own.

use bench_common::{ACTOR, Callers, Errand, Failure, IMPORT_COMMIT, Row, sample};

use crate::place::{Store, id, tickets};

/// Records facts, as an importer does.
pub async fn import(errand: &Errand, store: &Store) -> Result<Row, Failure> {
    let tickets = tickets(errand, store);
    let command = move |number| {
        let tickets = tickets.clone();
        async move {
            let events = (1..=IMPORT_COMMIT).map(sample).collect();
            tickets.record(&id(number)?, events).by(ACTOR).named("import").await?;
            Ok::<u64, Failure>(0)
        }
    };
    let tally = Callers::all(errand.callers, errand.events / IMPORT_COMMIT).run(command).await?;
    let mut row = Row::commands(errand, "retell", tally);
    row.unit = "events".into();
    row.count *= IMPORT_COMMIT;
    row.rate *= IMPORT_COMMIT as f64;
    Ok(row)
}
