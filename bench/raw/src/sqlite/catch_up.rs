//! W3: one scan over all columns, typed, with a durable checkpoint every
//! 2,000 events on a connection of its own; or over the types alone.

use std::time::Instant;

use bench_common::{Counts, Errand, Failure, Row, TicketEvent};
use rusqlite::{Connection, params};

use super::open;

const ALL: &str = "SELECT e.position, s.name, e.version, e.type, e.schema, e.effective_at, e.recorded_at, \
    e.commit_index, e.commit_id, e.tags, e.metadata, e.payload \
    FROM events e CROSS JOIN streams s ON s.id = e.stream ORDER BY e.position";
const TYPES: &str = "SELECT position, type FROM events ORDER BY position";
const EVERY: u64 = 2_000;

pub fn catch_up(errand: &Errand) -> Result<Row, Failure> {
    let (reads, writes) = (open(errand)?, open(errand)?);
    let typed = errand.variant != "types only";
    let mut scan = reads.prepare(if typed { ALL } else { TYPES })?;
    let (mut counts, mut count, mut bytes) = (Counts::default(), 0_u64, 0_usize);
    let started = Instant::now();
    let mut rows = scan.query([])?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        if typed {
            for text in [1, 9, 10] {
                bytes += row.get_ref(text)?.as_str_or_null()?.map_or(0, str::len);
            }
            for number in [2, 4, 5, 6, 7] {
                bytes += row.get_ref(number)?.as_i64_or_null()?.unwrap_or(0) as usize & 1;
            }
            bytes += row.get_ref(8)?.as_blob_or_null()?.map_or(0, <[u8]>::len);
            counts.event(&TicketEvent::parse(row.get_ref(3)?.as_str()?, row.get_ref(11)?.as_str()?)?);
        } else {
            counts.kind(row.get_ref(1)?.as_str()?);
        }
        count += 1;
        if count % EVERY == 0 {
            checkpoint(&writes, position, &counts)?;
        }
    }
    checkpoint(&writes, i64::MAX, &counts)?;
    std::hint::black_box(bytes);
    let mut row = Row::of(errand, "raw", "events", counts.total(), started.elapsed());
    row.put("checkpoints", (count / EVERY + 1) as f64);
    Ok(row)
}

/// As retell's records are written: with a revision, in a transaction.
fn checkpoint(connection: &Connection, position: i64, counts: &Counts) -> Result<(), Failure> {
    let value = serde_json::to_vec(&(position, counts))?;
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    connection.prepare_cached("UPDATE meta SET value = value + 1 WHERE key = 'last_revision'")?.execute([])?;
    connection
        .prepare_cached(
            "INSERT INTO records (key, value, revision) \
             VALUES ('checkpoint/raw', ?1, (SELECT value FROM meta WHERE key = 'last_revision')) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision",
        )?
        .execute(params![value])?;
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}
