//! W4: 100 events in one statement and one commit, each a ticket of its own.

use std::time::Instant;

use bench_common::{Errand, Failure, IMPORT_COMMIT, Row, TicketEvent, sample, ticket_id};
use tokio_postgres::types::ToSql;

use super::connect;
use crate::new_event::{NewEvent, now};

/// `$1` is how many, `$2` when.
const INSERT: &str = "WITH h AS (UPDATE head SET position = position + $1, recorded_at = $2 RETURNING position) \
    INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index, commit_size, \
    commit_id, metadata, payload) \
    SELECT h.position - $1 + n, $3, n, type, 1, $2, (n - 1)::integer, \
        CASE WHEN n = 1 THEN $1::bigint::integer END, CASE WHEN n = 1 THEN $4::uuid END, \
        CASE WHEN n = 1 THEN $5::text END, payload \
    FROM h, unnest($6::text[], $7::text[]) WITH ORDINALITY AS u (type, payload, n)";

pub async fn import(errand: &Errand) -> Result<Row, Failure> {
    let client = connect(errand).await?;
    let insert = client.prepare(INSERT).await?;
    let commits = errand.events / IMPORT_COMMIT;
    let started = Instant::now();
    for number in 0..commits {
        let stream = format!("ticket/{}", ticket_id(number));
        let NewEvent { id, metadata, .. } = NewEvent::of(&sample(1), "import")?;
        let (mut kinds, mut payloads) = (Vec::new(), Vec::new());
        for event in (1..=IMPORT_COMMIT).map(sample) {
            kinds.push(TicketEvent::KINDS[event.number()]);
            payloads.push(event.content()?);
        }
        let count = IMPORT_COMMIT as i64;
        let values: [&(dyn ToSql + Sync); 7] = [&count, &now(), &stream, &id, &metadata, &kinds, &payloads];
        client.execute(&insert, &values).await?;
    }
    Ok(Row::of(errand, "raw", "events", commits * IMPORT_COMMIT, started.elapsed()))
}
