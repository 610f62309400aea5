//! W4: 100 events per transaction, each a ticket of its own.

use std::time::Instant;

use bench_common::{Errand, Failure, IMPORT_COMMIT, Row, sample, ticket_id};
use rusqlite::params;

use super::commands::INSERT;
use super::{head, open};
use crate::new_event::{NewEvent, now};

pub fn import(errand: &Errand) -> Result<Row, Failure> {
    let connection = open(errand)?;
    let commits = errand.events / IMPORT_COMMIT;
    let started = Instant::now();
    for number in 0..commits {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        {
            let first = head(&connection)? + 1;
            let stream = connection
                .prepare_cached("INSERT INTO streams (name, category) VALUES (?1, 'ticket')")?
                .insert([format!("ticket/{}", ticket_id(number))])?;
            let mut insert = connection.prepare_cached(INSERT)?;
            let time = now();
            for index in 0..IMPORT_COMMIT as i64 {
                let position = first + index;
                let event = sample(index as u64 + 1);
                if index == 0 {
                    let NewEvent { kind, id, metadata, payload } = NewEvent::of(&event, "import")?;
                    let (id, size) = (&id.as_bytes()[..], IMPORT_COMMIT as i64);
                    insert
                        .execute(params![position, stream, 1, kind, time, 0, size, id, metadata, payload])?;
                } else {
                    let kind = bench_common::TicketEvent::KINDS[event.number()];
                    let (none, payload) = (None::<i64>, event.content()?);
                    insert.execute(params![
                        position,
                        stream,
                        index + 1,
                        kind,
                        time,
                        index,
                        none,
                        none,
                        none,
                        payload
                    ])?;
                }
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(Row::of(errand, "raw", "events", commits * IMPORT_COMMIT, started.elapsed()))
}
