//! Appends by many callers in one process, beside one INSERT per transaction
//! on as many connections, in the same run on the same server:
//!
//! ```text
//! RETELL_TEST_POSTGRES=postgres://… cargo run --release -p retell-postgres --example throughput -- 64 5
//! ```
//!
//! The numbers are the callers (and connections) and the seconds of each part.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use retell_postgres::PostgresStore;
use retell_store::{Commit, EventStore, EventType, Expected, NewEvent, Payload, StreamName};
use tokio::time::Instant;
use tokio_postgres::NoTls;
use uuid::Uuid;

const PAYLOAD: &str =
    r#"{"priority":"high","impact":"2 - Medium","by":"agent/31","note":"the printer is on fire"}"#;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::var("RETELL_TEST_POSTGRES")?;
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u64>());
    let callers = numbers.next().transpose()?.unwrap_or(64);
    let seconds = Duration::from_secs(numbers.next().transpose()?.unwrap_or(5));
    let schema = format!("t_{}", Uuid::now_v7().simple());
    let separator = if url.contains('?') { '&' } else { '?' };
    let store = Arc::new(PostgresStore::open(&format!("{url}{separator}schema={schema}")).await?);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let table = format!("{schema}.plain");
    client
        .batch_execute(&format!(
            "CREATE TABLE {table} (id bigserial PRIMARY KEY, stream text NOT NULL, version bigint NOT NULL, \
             payload text NOT NULL, UNIQUE (stream, version))"
        ))
        .await?;

    // Taken in turns, so that what the machine does besides meets both.
    let (mut ours, mut plain) = (0, 0);
    for round in 0..2 {
        plain += inserts(&url, &table, callers, seconds / 2, round).await?;
        ours += appends(&store, callers, seconds / 2, round).await?;
    }
    let rate = |count: u64| count as f64 / seconds.as_secs_f64();
    println!("{callers} callers, one handle:              {:>8.0} appends a second", rate(ours));
    println!("{callers} connections, INSERT + autocommit:  {:>8.0} a second", rate(plain));
    println!("ratio: {:.1}", rate(ours) / rate(plain));
    store.close().await;
    client.batch_execute(&format!("SET client_min_messages = error; DROP SCHEMA {schema} CASCADE")).await?;
    Ok(())
}

async fn appends(
    store: &Arc<PostgresStore>,
    callers: u64,
    time: Duration,
    round: u64,
) -> Result<u64, Failure> {
    let (count, end) = (Arc::new(AtomicU64::new(0)), Instant::now() + time);
    let tasks = (0..callers).map(|caller| {
        let (store, count) = (Arc::clone(store), Arc::clone(&count));
        tokio::spawn(async move {
            for number in 0_u64.. {
                if Instant::now() >= end {
                    break;
                }
                let stream = StreamName::new("ticket", &format!("{round}-{caller}-{}", number / 5))?;
                let expected = match number % 5 {
                    0 => Expected::Absent,
                    version => Expected::Exact(retell_store::Version::new(version)),
                };
                let event =
                    NewEvent::new(EventType::new("noted")?, Payload::from_trusted_json(PAYLOAD.to_owned()));
                store.append(Commit::new().write(stream, expected, vec![event])).await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), Failure>(())
        })
    });
    for task in join_all(tasks).await {
        task??;
    }
    Ok(count.load(Ordering::Relaxed))
}

async fn inserts(
    url: &str,
    table: &str,
    connections: u64,
    time: Duration,
    round: u64,
) -> Result<u64, Failure> {
    let sql = format!("INSERT INTO {table} (stream, version, payload) VALUES ($1, $2, $3)");
    let mut clients = Vec::new();
    for _ in 0..connections {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare(&sql).await?;
        clients.push((client, statement));
    }
    let (count, end) = (Arc::new(AtomicU64::new(0)), Instant::now() + time);
    let tasks = clients.into_iter().enumerate().map(|(caller, (client, statement))| {
        let count = Arc::clone(&count);
        tokio::spawn(async move {
            for number in 0_i64.. {
                if Instant::now() >= end {
                    break;
                }
                let stream = format!("ticket/{round}-{caller}-{}", number / 5);
                client.execute(&statement, &[&stream, &(number % 5 + 1), &PAYLOAD]).await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), Failure>(())
        })
    });
    for task in join_all(tasks).await {
        task??;
    }
    Ok(count.load(Ordering::Relaxed))
}
