//! W3: one scan over all columns, typed, with a durable checkpoint every
//! 2,000 events on a connection of its own; or over the types alone.

use std::pin::pin;
use std::time::Instant;

use bench_common::{Counts, Errand, Failure, Row, TicketEvent};
use futures_util::TryStreamExt;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::connect;

const ALL: &str = "SELECT position, stream, version, type, schema, effective_at, recorded_at, commit_index, \
    commit_id, tags, metadata, payload FROM events ORDER BY position";
const TYPES: &str = "SELECT position, type FROM events ORDER BY position";
const CHECKPOINT: &str = "WITH r AS (UPDATE revision SET last = last + 1 RETURNING last) \
    INSERT INTO records (key, value, revision) SELECT 'checkpoint/raw', $1, r.last FROM r \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision";
const EVERY: u64 = 2_000;

pub async fn catch_up(errand: &Errand) -> Result<Row, Failure> {
    let (reads, writes) = (connect(errand).await?, connect(errand).await?);
    let typed = errand.variant != "types only";
    let scan = reads.prepare(if typed { ALL } else { TYPES }).await?;
    let write = writes.prepare(CHECKPOINT).await?;
    let (mut counts, mut count, mut bytes) = (Counts::default(), 0_u64, 0_usize);
    let started = Instant::now();
    let mut rows = pin!(reads.query_raw(&scan, std::iter::empty::<&i64>()).await?);
    while let Some(row) = rows.try_next().await? {
        let position: i64 = row.try_get(0)?;
        if typed {
            for text in [1, 9, 10] {
                bytes += row.try_get::<_, Option<&str>>(text)?.map_or(0, str::len);
            }
            for number in [2, 4, 5, 6] {
                bytes += row.try_get::<_, Option<i64>>(number)?.unwrap_or(0) as usize & 1;
            }
            bytes += row.try_get::<_, i32>(7)? as usize;
            bytes += usize::from(row.try_get::<_, Option<Uuid>>(8)?.is_some());
            counts.event(&TicketEvent::parse(row.try_get(3)?, row.try_get(11)?)?);
        } else {
            counts.kind(row.try_get(1)?);
        }
        count += 1;
        if count % EVERY == 0 {
            checkpoint(&writes, &write, position, &counts).await?;
        }
    }
    checkpoint(&writes, &write, i64::MAX, &counts).await?;
    std::hint::black_box(bytes);
    let mut row = Row::of(errand, "raw", "events", counts.total(), started.elapsed());
    row.put("checkpoints", (count / EVERY + 1) as f64);
    Ok(row)
}

async fn checkpoint(
    client: &Client,
    write: &Statement,
    position: i64,
    counts: &Counts,
) -> Result<(), Failure> {
    client.execute(write, &[&serde_json::to_vec(&(position, counts))?]).await?;
    Ok(())
}
