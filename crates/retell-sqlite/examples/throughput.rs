//! How many commits a second: many callers through the store, against the
//! same rows written by hand, 64 in a transaction.
//!
//! `cargo run --release -p retell-sqlite --example throughput -- [callers] [seconds] [rounds]`,
//! or `-- reads` for reading.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use retell_sqlite::SqliteStore;
use retell_store::{
    Actor, CommandRecord, Commit, EventStore, EventType, Expected, Metadata, NewEvent, Payload, ReadStream,
    StreamName, Version,
};
use rusqlite::params;

/// Streams of each caller, used in turn.
const STREAMS: u64 = 100;

const PAYLOAD: &str =
    r#"{"reason":"customer waits since yesterday","agent":"agent/31","level":2,"at":"2016-02-29T01:16:00Z"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "reads") {
        return runtime.block_on(reads());
    }
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<u64>());
    let (callers, time, rounds) = (number(64)?, Duration::from_secs(number(3)?), number(3)?);
    for _ in 0..rounds {
        let raw = by_hand(callers, time)?;
        let (store, p50, p99) = runtime.block_on(through_the_store(callers, time))?;
        println!(
            "{callers} callers: by hand {raw:>7.0}/s, store {store:>7.0}/s ({:.0} %), p50 {p50:?}, p99 {p99:?}",
            100.0 * store / raw
        );
    }
    Ok(())
}

fn metadata() -> Result<Metadata, Box<dyn Error>> {
    let command = CommandRecord { name: "request-escalation".to_owned(), content: None };
    Ok(Metadata { command: Some(command), ..Metadata::by(Actor::new("customer/7")?) })
}

async fn through_the_store(
    callers: u64,
    time: Duration,
) -> Result<(f64, Duration, Duration), Box<dyn Error>> {
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
                let mut statement = connection
                    .prepare_cached("INSERT INTO streams (id, name, category) VALUES (?1, ?2, ?3)")?;
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

/// Reads of the whole log, and of short streams.
async fn reads() -> Result<(), Box<dyn Error>> {
    for streams in
        std::env::args().nth(2).map_or(vec![1_000, 100_000], |text| vec![text.parse().unwrap_or(1_000)])
    {
        let folder = tempfile::tempdir_in(".")?;
        let store = Arc::new(SqliteStore::open(folder.path().join("store.db"))?);
        let (kind, payload) = (EventType::new("escalated")?, Payload::parse(PAYLOAD)?);
        for first in (0..5).flat_map(|_| (0..streams).step_by(1_000)) {
            let mut commit = Commit::new();
            for stream in first..first + 1_000 {
                let stream = StreamName::new("ticket", &stream.to_string())?;
                commit =
                    commit.write(stream, Expected::Any, vec![NewEvent::new(kind.clone(), payload.clone())]);
            }
            store.append(commit).await?;
        }
        let begin = Instant::now();
        let (mut events, mut rounds) = (0, 0);
        let mut read = retell_store::ReadLog::new();
        while begin.elapsed() < Duration::from_secs(1) {
            let page = store.read_log(read.clone()).await?;
            events += page.len();
            read.after = if page.more { page.covered } else { retell_store::Position::START };
            rounds += usize::from(!page.more);
        }
        let log = events as f64 / begin.elapsed().as_secs_f64();
        let raw = scan_by_hand(&folder.path().join("store.db"))?;
        let begin = Instant::now();
        let mut count = 0;
        while begin.elapsed() < Duration::from_secs(1) {
            let name = StreamName::new("ticket", &(count * 7_919 % streams).to_string())?;
            let page = store.read_stream(ReadStream::new(name)).await?;
            assert_eq!(page.len(), 5);
            count += 1;
        }
        let short = count as f64 / begin.elapsed().as_secs_f64();
        println!(
            "{streams} streams of 5 events: log {log:.0} events/s ({rounds} times, {:.0} % of by hand), \
             streams {short:.0}/s",
            100.0 * log / raw
        );
        store.close().await;
    }
    Ok(())
}

fn scan_by_hand(path: &std::path::Path) -> Result<f64, Box<dyn Error>> {
    let connection = rusqlite::Connection::open(path)?;
    let mut statement = connection.prepare(
        "SELECT e.position, s.name, e.version, e.type, e.schema, e.effective_at, e.recorded_at, e.commit_id, \
         e.tags, e.metadata, e.payload FROM events e CROSS JOIN streams s ON s.id = e.stream ORDER BY e.position",
    )?;
    let (mut count, mut bytes) = (0_u64, 0);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(1) {
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in [1, 3, 8, 9, 10] {
                bytes += row.get_ref(column)?.as_str_or_null()?.map_or(0, str::len);
            }
            bytes += row.get_ref(7)?.as_blob_or_null()?.map_or(0, <[u8]>::len);
            for column in [0, 2, 4, 5, 6] {
                bytes += row.get_ref(column)?.as_i64_or_null()?.is_some_and(|number| number == 0) as usize;
            }
            count += 1;
        }
    }
    std::hint::black_box(bytes);
    Ok(count as f64 / begin.elapsed().as_secs_f64())
}
