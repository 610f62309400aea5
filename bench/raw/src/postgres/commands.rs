//! W1 and W6: load tickets, decide, insert one event for each; one connection,
//! two round trips for a group.

use std::collections::HashMap;
use std::time::Instant;

use bench_common::{
    Answer, COMMAND, Errand, Failure, Latencies, Row, Tally, Ticket, TicketEvent, scattered, ticket_id,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::{HEAD, connect};
use crate::new_event::{NewEvent, now};

pub async fn commands(errand: &Errand) -> Result<Row, Failure> {
    let group = if errand.variant == "64 per transaction" { 64 } else { 1 };
    let raw = Raw::new(connect(errand).await?).await?;
    let streams = errand.streams;
    let mut times = Latencies::default();
    let mut next = 0;
    let started = Instant::now();
    while started.elapsed() < errand.time && next < streams.min(errand.count) {
        let until = (next + group).min(streams);
        let began = Instant::now();
        let name = |number| format!("ticket/{}", ticket_id(scattered(number, streams)));
        if group == 1 {
            raw.one(&name(next)).await?;
        } else {
            raw.many((next..until).map(name).collect()).await?;
        }
        (next..until).for_each(|_| times.add(began.elapsed()));
        next = until;
    }
    let took = started.elapsed();
    let tally = Tally { times, took, errors: 0, attempts: 0, worst: 0, shares: vec![] };
    Ok(Row::commands(errand, "raw", tally))
}

struct Raw {
    client: Client,
    load_one: Statement,
    load_many: Statement,
    insert_one: Statement,
    insert_many: Statement,
}

impl Raw {
    async fn new(client: Client) -> Result<Self, Failure> {
        let load =
            |of| format!("SELECT stream, version, type, payload FROM events WHERE stream {of} ORDER BY 1, 2");
        let load_one = client.prepare(&load("= $1")).await?;
        let load_many = client.prepare(&load("= any($1)")).await?;
        let insert_one = client
            .prepare(&format!("{HEAD} SELECT h.position, $3, $4, $5, 1, $2, 0, 1, $6, $7, $8 FROM h"))
            .await?;
        let insert_many = client
            .prepare(&format!(
                "{HEAD} SELECT h.position - $1 + n, stream, version, type, 1, $2, 0, 1, id, metadata, payload \
                 FROM h, unnest($3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::text[]) \
                 WITH ORDINALITY AS u (stream, version, type, id, metadata, payload, n)"
            ))
            .await?;
        Ok(Self { client, load_one, load_many, insert_one, insert_many })
    }

    async fn one(&self, stream: &str) -> Result<(), Failure> {
        let (mut ticket, mut version) = (Ticket::default(), 0_i64);
        for row in self.client.query(&self.load_one, &[&stream]).await? {
            version = row.try_get(1)?;
            ticket.take(&TicketEvent::parse(row.try_get(2)?, row.try_get(3)?)?);
        }
        let NewEvent { kind, id, metadata, payload } = NewEvent::of(&ticket.answer(&Answer)?, COMMAND)?;
        let values: [&(dyn ToSql + Sync); 8] =
            [&1_i64, &now(), &stream, &(version + 1), &kind, &id, &metadata, &payload];
        self.client.execute(&self.insert_one, &values).await?;
        Ok(())
    }

    async fn many(&self, streams: Vec<String>) -> Result<(), Failure> {
        let mut tickets: HashMap<String, (Ticket, i64)> = HashMap::with_capacity(streams.len());
        for row in self.client.query(&self.load_many, &[&streams]).await? {
            let stream: &str = row.try_get(0)?;
            if !tickets.contains_key(stream) {
                tickets.insert(stream.to_owned(), Default::default());
            }
            let (ticket, version) = tickets.get_mut(stream).ok_or("just inserted")?;
            *version = row.try_get(1)?;
            ticket.take(&TicketEvent::parse(row.try_get(2)?, row.try_get(3)?)?);
        }
        let (mut versions, mut kinds, mut ids) = (Vec::new(), Vec::new(), Vec::<Uuid>::new());
        let (mut metadatas, mut payloads) = (Vec::new(), Vec::new());
        for stream in &streams {
            let (ticket, version) = tickets.get(stream).ok_or("every ticket was prepared")?;
            let NewEvent { kind, id, metadata, payload } = NewEvent::of(&ticket.answer(&Answer)?, COMMAND)?;
            versions.push(version + 1);
            kinds.push(kind);
            ids.push(id);
            metadatas.push(metadata);
            payloads.push(payload);
        }
        let count = streams.len() as i64;
        let values: [&(dyn ToSql + Sync); 8] =
            [&count, &now(), &streams, &versions, &kinds, &ids, &metadatas, &payloads];
        self.client.execute(&self.insert_many, &values).await?;
        Ok(())
    }
}
