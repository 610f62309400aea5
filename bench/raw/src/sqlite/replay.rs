//! W2: step, parse, fold.

use std::time::Instant;

use bench_common::{Errand, Failure, ONE_TICKET, Row, Ticket, TicketEvent};

use super::open;

const LOAD: &str = "SELECT e.version, e.type, e.payload FROM streams s \
    CROSS JOIN events e ON e.stream = s.id WHERE s.name = ?1 ORDER BY e.version";

pub fn replay(errand: &Errand) -> Result<Row, Failure> {
    let connection = open(errand)?;
    let mut load = connection.prepare(LOAD)?;
    let mut events = 0;
    let started = Instant::now();
    while events == 0 || started.elapsed() < errand.time {
        let (mut ticket, mut version) = (Ticket::default(), 0_u64);
        let mut rows = load.query([format!("ticket/{ONE_TICKET}")])?;
        while let Some(row) = rows.next()? {
            version = row.get::<_, i64>(0)?.unsigned_abs();
            ticket.take(&TicketEvent::parse(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?)?);
        }
        std::hint::black_box(ticket);
        if version != errand.events {
            return Err(format!("{} events were prepared, {version} found", errand.events).into());
        }
        events += version;
    }
    Ok(Row::of(errand, "raw", "events", events, started.elapsed()))
}
