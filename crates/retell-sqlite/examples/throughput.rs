//! How many commits a second: many callers through the store, against the
//! same rows written by hand, 64 in a transaction.
//!
//! `cargo run --release -p retell-sqlite --example throughput -- [callers] [seconds] [rounds]`
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use retell_sqlite::SqliteStore;
use retell_store::{
    Actor, Commit, CommandRecord, EventStore, EventType, Expected, Metadata, NewEvent, Payload, ReadStream, StreamName,
    Version,
};
use rusqlite::params;

/// Streams of each caller, used in turn.
const STREAMS: u64 = 100;

const PAYLOAD: &str = r#"{"reason":"customer waits since yesterday","agent":"agent/31","level":2,"at":"2016-02-29T01:16:00Z"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let callers = arguments.next().transpose()?.unwrap_or(64);
    let time = Duration::from_secs(arguments.next().transpose()?.unwrap_or(3));
    let rounds = arguments.next().transpose()?.unwrap_or(3);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for _ in 0..rounds {
        let raw = by_hand(callers, time)?;
        let (store, p50, p99) = runtime.block_on(through_the_store(callers, time))?;
        println!(
            "{callers} callers: by hand {raw:>7.0}/s, store {store:>7.0}/s ({:.0} %), p50 {p50:?}, p99 {p99:?}",
            100.0 * store / raw
        );
    }
    runtime.block_on(reads())?;
    Ok(())
}

fn metadata() -> Result<Metadata, Box<dyn Error>> {
    let command = CommandRecord { name: "request-escalation".to_owned(), content: None };
    Ok(Metadata { command: Some(command), ..Metadata::by(Actor::new("customer/7")?) })
}

async fn through_the_store(callers: u64, time: Duration) -> Result<(f64, Duration, Duration), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let store = Arc::new(SqliteStore::open(folder.path().join("store.db"))?);
    let (kind, payload, metadata) = (EventType::new("escalated")?, Payload::parse(PAYLOAD)?, metadata()?);
    let total = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let mut tasks = Vec::new();
    for caller in 0..callers {
        let (store, total) = (Arc::clone(&store), Arc::clone(&total));
        let (kind, payload, metadata) = (kind.clone(), payload.clone(), metadata.clone());
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            let mut count = 0;
            while begin.elapsed() < time {
                let started = Instant::now();
                let (turn, stream) = (count / STREAMS, count % STREAMS);
                let stream = StreamName::new("ticket", &format!("{caller}-{stream}")).expect("a name");
                let event = NewEvent::new(kind.clone(), payload.clone());
                let expected = Expected::Exact(Version::new(turn));
                let commit = Commit::new().write(stream, expected, vec![event]).metadata(metadata.clone());
                store.append(commit).await.expect("an append");
                times.push(started.elapsed());
                count += 1;
            }
            total.fetch_add(count, Ordering::Relaxed);
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await?);
    }
    let rate = total.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    store.close().await;
    Ok((rate, at(0.5), at(0.99)))
}

fn by_hand(callers: u64, time: Duration) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let path = folder.path().join("store.db");
    drop(SqliteStore::open(&path)?);
    let connection = rusqlite::Connection::open(&path)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 10000; PRAGMA cache_size = -32768; \
         PRAGMA foreign_keys = OFF;",
    )?;
    let metadata = serde_json::to_string(&metadata()?)?;
    let (mut position, mut count) = (0_i64, 0_u64);
    let begin = Instant::now();
    while begin.elapsed() < time {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for caller in 0..64 {
            let caller = caller % callers.max(1) + callers * (caller / callers.max(1));
            let (turn, stream) = (count / STREAMS, count % STREAMS);
            let id = (caller * STREAMS + stream) as i64;
            if turn == 0 {
                let mut statement =
                    connection.prepare_cached("INSERT INTO streams (id, name, category) VALUES (?1, ?2, ?3)")?;
                statement.execute(params![id, format!("ticket/{caller}-{stream}"), "ticket"])?;
            }
            position += 1;
            let mut statement = connection.prepare_cached(
                "INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index, \
                 commit_size, commit_id, metadata, payload) VALUES (?1, ?2, ?3, ?4, 1, ?5, 0, 1, ?6, ?7, ?8)",
            )?;
            let commit = retell_store::CommitId::new();
            let now = retell_store::Clock::now(&retell_store::SystemClock).as_micros();
            statement.execute(params![
                position,
                id,
                (turn + 1) as i64,
                "escalated",
                now,
                &commit.as_bytes()[..],
                metadata,
                PAYLOAD
            ])?;
        }
        connection.execute_batch("COMMIT")?;
        count += 1;
    }
    Ok(position as f64 / begin.elapsed().as_secs_f64())
}

/// Reads of one stream, and of the whole log.
async fn reads() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let store = Arc::new(SqliteStore::open(folder.path().join("store.db"))?);
    let (kind, payload) = (EventType::new("escalated")?, Payload::parse(PAYLOAD)?);
    for part in 0..200 {
        let mut commit = Commit::new();
        for stream in 0..1_000 {
            let stream = StreamName::new("ticket", &format!("{}", part % 40 * 1_000 + stream))?;
            commit = commit.write(stream, Expected::Any, vec![NewEvent::new(kind.clone(), payload.clone())]);
        }
        store.append(commit).await?;
    }
    let begin = Instant::now();
    let mut events = 0;
    let mut read = retell_store::ReadLog::new();
    loop {
        let page = store.read_log(read.clone()).await?;
        events += page.len();
        read.after = page.covered;
        if !page.more {
            break;
        }
    }
    println!("log: {:.0} events/s", events as f64 / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let mut streams = 0;
    while begin.elapsed() < Duration::from_secs(2) {
        let name = StreamName::new("ticket", &format!("{}", streams * 7_919 % 40_000))?;
        let page = store.read_stream(ReadStream::new(name)).await?;
        assert_eq!(page.len(), 5);
        streams += 1;
    }
    println!("streams of 5 events, one caller: {:.0}/s", f64::from(streams) / begin.elapsed().as_secs_f64());
    store.close().await;
    Ok(())
}
