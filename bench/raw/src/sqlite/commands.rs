//! W1 and W6: load a ticket, decide, insert one event; one thread.

use std::time::Instant;

use bench_common::{
    Answer, COMMAND, Errand, Failure, Latencies, Row, Tally, Ticket, TicketEvent, scattered, ticket_id,
};
use rusqlite::{CachedStatement, Connection, params};

use super::{head, open};
use crate::new_event::{NewEvent, now};

const LOAD: &str = "SELECT e.stream, e.version, e.type, e.payload FROM streams s \
    CROSS JOIN events e ON e.stream = s.id WHERE s.name = ?1 ORDER BY e.version";
pub const INSERT: &str = "INSERT INTO events (position, stream, version, type, schema, effective_at, \
    recorded_at, commit_index, commit_size, commit_id, tags, metadata, payload) \
    VALUES (?1, ?2, ?3, ?4, 1, NULL, ?5, ?6, ?7, ?8, NULL, ?9, ?10)";

pub fn commands(errand: &Errand) -> Result<Row, Failure> {
    let group = if errand.variant.starts_with("64 per transaction") { 64 } else { 1 };
    let connection = open(errand)?;
    let streams = errand.streams;
    let mut times = Latencies::default();
    let mut next = 0;
    let started = Instant::now();
    while started.elapsed() < errand.time && next < streams.min(errand.count) {
        let until = (next + group).min(streams);
        let began = Instant::now();
        transaction(&connection, (next..until).map(|number| scattered(number, streams)))?;
        (next..until).for_each(|_| times.add(began.elapsed()));
        next = until;
    }
    let took = started.elapsed();
    let tally = Tally { times, took, errors: 0, attempts: 0, worst: 0, shares: vec![] };
    Ok(Row::commands(errand, "raw", tally))
}

fn transaction(connection: &Connection, tickets: impl Iterator<Item = u64>) -> Result<(), Failure> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    {
        let mut position = head(connection)?;
        let mut load = connection.prepare_cached(LOAD)?;
        let mut insert = connection.prepare_cached(INSERT)?;
        for number in tickets {
            position += 1;
            command(&mut load, &mut insert, number, position)?;
        }
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn command(
    load: &mut CachedStatement<'_>,
    insert: &mut CachedStatement<'_>,
    number: u64,
    position: i64,
) -> Result<(), Failure> {
    let (mut ticket, mut stream, mut version) = (Ticket::default(), 0_i64, 0_i64);
    let mut rows = load.query([format!("ticket/{}", ticket_id(number))])?;
    while let Some(row) = rows.next()? {
        (stream, version) = (row.get(0)?, row.get(1)?);
        ticket.take(&TicketEvent::parse(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?)?);
    }
    drop(rows);
    let NewEvent { kind, id, metadata, payload } = NewEvent::of(&ticket.answer(&Answer)?, COMMAND)?;
    let id = &id.as_bytes()[..];
    insert.execute(params![position, stream, version + 1, kind, now(), 0, 1, id, metadata, payload])?;
    Ok(())
}
