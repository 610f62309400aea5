//! No subscriber skips an event and none sees one twice, whatever becomes of
//! the processes that write. The same test finds the fault of a log whose
//! positions are drawn before the commit.

mod support;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use retell_store::{EventStore, Position, Query, ReadLog, Subscription};
use support::{Place, one};
use tokio::time::{Instant, sleep};

/// The variables by which a child knows what it is to do.
const CHILD: &str = "RETELL_TEST_CHILD";

const PROCESSES: usize = 4;
const WRITERS: usize = 16;

/// What a subscriber saw, or what is stored: positions and what stands there.
type Seen = Vec<(u64, String)>;

/// The order that a log promises: what each subscriber saw is the log.
fn check(name: &str, seen: &Seen, log: &Seen) -> Result<(), String> {
    if let Some(pair) = seen.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return Err(format!("{name} saw {} after {}", pair[1].0, pair[0].0));
    }
    if let Some(missed) = log.iter().find(|event| !seen.contains(event)) {
        return Err(format!("{name} never saw the event at {}", missed.0));
    }
    if seen.len() == log.len() {
        Ok(())
    } else {
        Err(format!("{name} saw {} of {} events", seen.len(), log.len()))
    }
}

/// Not a test of its own: the process that writes, when it is told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_writes() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let store: Arc<dyn EventStore> =
        Arc::new(retell_postgres::PostgresStore::open(&url).await.expect("opened"));
    let child = std::process::id();
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 0.. {
                // Being cut off after it was stopped is part of the test.
                if store.append(one(format!("{child} {writer} {number}"))).await.is_err() {
                    sleep(Duration::from_millis(10)).await;
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("it writes until it is killed");
    }
}

struct Writers(Vec<Child>);

impl Writers {
    fn start(url: &str) -> Self {
        let exe = std::env::current_exe().expect("this program");
        let child = |index| {
            let mut command = Command::new(&exe);
            command.args(["--exact", "a_child_writes", "--nocapture"]).env(CHILD, format!("{url}_{index}"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child starts")
        };
        Self((0..PROCESSES).map(child).collect())
    }

    fn signal(&self, index: usize, signal: &str) {
        let pid = self.0[index].id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn follow(place: Arc<Place>, delay: Duration, end: Arc<AtomicU64>) -> Seen {
    sleep(delay).await;
    let store: Arc<dyn EventStore> = Arc::new(place.open("&poll_ms=20").await);
    let mut subscription = Subscription::new(store, Query::all(), Position::START);
    let mut seen = Seen::new();
    loop {
        let page = tokio::time::timeout(Duration::from_millis(200), subscription.next()).await;
        if let Ok(page) = page {
            let page = page.expect("read");
            seen.extend(page.iter().map(|event| (event.position().get(), event.stream().to_owned())));
        }
        let end = end.load(Ordering::Acquire);
        if end > 0 && subscription.position().get() >= end {
            return seen;
        }
    }
}

/// Stops one process while it holds the head of the log, as the server sees
/// it; tells whether that was achieved.
async fn stop_in_the_middle(
    writers: &Writers,
    index: usize,
    client: &tokio_postgres::Client,
    name: &str,
) -> bool {
    let name = format!("{name}_{index}");
    let holding = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state LIKE 'idle in transaction%'";
    for _ in 0..50 {
        writers.signal(index, "-STOP");
        // What the server was doing for it comes to its end; what is open then stays open.
        sleep(Duration::from_millis(20)).await;
        let before: i64 = client.query_one(holding, &[&name]).await.expect("asked").get(0);
        sleep(Duration::from_millis(60)).await;
        let after: i64 = client.query_one(holding, &[&name]).await.expect("asked").get(0);
        if before > 0 && after > 0 {
            return true;
        }
        writers.signal(index, "-CONT");
        sleep(Duration::from_millis(3)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::print_stdout, reason = "a test tells its figures")]
async fn no_subscriber_skips_or_repeats_while_writers_are_stopped_and_killed() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let client = place.client().await;
    let name = place.schema.clone();
    // Each process is known to the server by a name of its own.
    let url = place.url(&format!("&stall_timeout_ms=1000&application_name={name}"));
    let end = Arc::new(AtomicU64::new(0));
    let followers: Vec<_> = [0, 500, 2_000]
        .into_iter()
        .map(|delay| tokio::spawn(follow(Arc::clone(&place), Duration::from_millis(delay), Arc::clone(&end))))
        .collect();
    let mut writers = Writers::start(&url);
    while store.head().await.expect("read") == Position::START {
        sleep(Duration::from_millis(20)).await;
    }
    let mut stopped = 0;
    for index in 0..2 {
        if stop_in_the_middle(&writers, index, &client, &name).await {
            stopped += 1;
            let (held, begun) = (store.head().await.expect("read"), Instant::now());
            while store.head().await.expect("read") == held {
                assert!(begun.elapsed() < Duration::from_secs(10), "the others go on once it is cut off");
                sleep(Duration::from_millis(20)).await;
            }
            writers.signal(index, "-CONT");
        }
    }
    // Some of the caller's own transactions take the head and roll back.
    for _ in 0..5 {
        let transaction = store.transaction().await.expect("begun");
        let lock = format!("SELECT position FROM {}.head FOR UPDATE", place.schema);
        let _held = transaction.query(&lock, &[]).await;
        let _rolled_back = transaction.roll_back().await;
    }
    writers.0[2].kill().expect("killed");
    sleep(Duration::from_millis(500)).await;
    drop(writers);
    // What a killed process had under way comes to its end on the server.
    let last = loop {
        let last = store.append(one("the end")).await;
        match last {
            Ok(last) => break last.last,
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    };
    end.store(last.get(), Ordering::Release);
    let mut log = Seen::new();
    let mut read = ReadLog::new().until(last);
    loop {
        let page = store.read_log(read.clone()).await.expect("read");
        log.extend(page.iter().map(|event| (event.position().get(), event.stream().to_owned())));
        read.after = page.covered;
        if !page.more {
            break;
        }
    }
    assert_eq!(log.len() as u64, last.get(), "positions without a gap");
    println!("{} events, {stopped} processes stopped with the head in their hands", log.len());
    assert!(stopped > 0, "no process was stopped in the middle: the test shows nothing");
    for (number, follower) in followers.into_iter().enumerate() {
        let seen = follower.await.expect("no panic");
        // The log is long: compared as it comes, before it is searched for what is missing.
        if seen != log {
            panic!("{:?}", check(&format!("subscriber {number}"), &seen, &log));
        }
    }
}

/// The same with positions from a sequence: the fault must be seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_control_with_positions_from_a_sequence_skips() {
    let Some(place) = Place::new() else { return };
    let client = place.client().await;
    let table = format!("{}.naive", place.schema);
    client
        .batch_execute(&format!(
            "CREATE SCHEMA {}; CREATE TABLE {table} (position bigserial PRIMARY KEY, stream text NOT NULL)",
            place.schema
        ))
        .await
        .expect("made");
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (place, table) = (Arc::clone(&place), table.clone());
            tokio::spawn(async move {
                let client = place.client().await;
                for number in 0..40 {
                    // Between drawing a position and the commit there is always some time; here a little more.
                    let pause = f64::from((writer * 7 + number * 3) % 5) / 500.0;
                    let sql = format!(
                        "BEGIN; INSERT INTO {table} (stream) VALUES ('{writer} {number}'); \
                         SELECT pg_sleep({pause}); COMMIT"
                    );
                    client.batch_execute(&sql).await.expect("stored");
                }
            })
        })
        .collect();
    let follower = {
        let (place, table, done) = (Arc::clone(&place), table.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let client = place.client().await;
            let mut seen = Seen::new();
            loop {
                let last = done.load(Ordering::Acquire);
                let after = seen.last().map_or(0, |(position, _)| *position as i64);
                seen.extend(read_naive(&client, &table, after).await);
                if last {
                    return seen;
                }
            }
        })
    };
    for writer in writers {
        writer.await.expect("no panic");
    }
    done.store(true, Ordering::Release);
    let seen = follower.await.expect("no panic");
    let log = read_naive(&client, &table, 0).await;
    let fault =
        check("the subscriber", &seen, &log).expect_err("a log like this skips, and the test must see it");
    assert!(fault.contains("never saw"), "{fault}");
}

async fn read_naive(client: &tokio_postgres::Client, table: &str, after: i64) -> Seen {
    let sql = format!("SELECT position, stream FROM {table} WHERE position > $1 ORDER BY position");
    let rows = client.query(&sql, &[&after]).await.expect("read");
    rows.iter().map(|row| (row.get::<_, i64>(0) as u64, row.get(1))).collect()
}
