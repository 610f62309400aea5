//! W2: fetch, parse, fold, row by row.

use std::pin::pin;
use std::time::Instant;

use bench_common::{Errand, Failure, ONE_TICKET, Row, Ticket, TicketEvent};
use futures_util::TryStreamExt;

use super::connect;

pub async fn replay(errand: &Errand) -> Result<Row, Failure> {
    let client = connect(errand).await?;
    let load = client
        .prepare("SELECT version, type, payload FROM events WHERE stream = $1 ORDER BY version")
        .await?;
    let stream = format!("ticket/{ONE_TICKET}");
    let mut events = 0;
    let started = Instant::now();
    while events == 0 || started.elapsed() < errand.time {
        let (mut ticket, mut version) = (Ticket::default(), 0_u64);
        let mut rows = pin!(client.query_raw(&load, [&stream]).await?);
        while let Some(row) = rows.try_next().await? {
            version = row.try_get::<_, i64>(0)?.unsigned_abs();
            ticket.take(&TicketEvent::parse(row.try_get(1)?, row.try_get(2)?)?);
        }
        std::hint::black_box(ticket);
        if version != errand.events {
            return Err(format!("{} events were prepared, {version} found", errand.events).into());
        }
        events += version;
    }
    Ok(Row::of(errand, "raw", "events", events, started.elapsed()))
}
