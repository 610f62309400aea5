//! How fast commands become durable on SQLite: one caller and 64 callers
//! through a `Repository`, beside raw grouped inserts of the same columns.
//!
//! Run it with `cargo bench -p retell --bench appends`. The three are measured
//! in turn, several rounds in one run, because a machine's speed drifts; what
//! counts is the ratio.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use retell::store::Metadata;
use retell::{Actor, Aggregate, Context, Event, EventStore, Id, Repository};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

const ROUNDS: usize = 5;
const CALLERS: usize = 64;
const TICKETS_PER_CALLER: usize = 50;
const FIRST_EVENTS: u64 = 5;
const PER_ROUND_ONE: usize = 3_000;
const PER_ROUND_MANY: usize = 32_000;

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("message-added")]
    MessageAdded { number: u64, agent: String, text: String },
}

#[derive(Default, Clone)]
struct Ticket {
    messages: u64,
}

impl Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    type Event = TicketEvent;
    fn apply(&mut self, TicketEvent::MessageAdded { .. }: &TicketEvent) {
        self.messages += 1;
    }
}

fn add(number: u64) -> TicketEvent {
    let text = "The printer on the third floor prints blank pages since the update of last night, \
                and restarting it twice did not help at all, so please have a look.";
    TicketEvent::MessageAdded { number, agent: "agent/31".to_owned(), text: text.to_owned() }
}

fn ticket(caller: usize, number: usize) -> Id<Ticket> {
    Id::new(&format!("{caller}-{number}")).expect("a good id")
}

async fn callers(tickets: &Repository<Ticket>, callers: usize, commands: usize) -> Duration {
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let tickets = tickets.clone();
        tasks.spawn(async move {
            for number in 0..commands / callers {
                let id = ticket(caller, number % TICKETS_PER_CALLER);
                let write = |ticket: &Ticket, _: &Context| Ok::<_, String>(vec![add(ticket.messages + 1)]);
                tickets.execute(&id, write).named("write").by("agent/31").await.expect("stored");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    started.elapsed()
}

/// A store whose tickets have five events each.
async fn prepared(path: &Path) -> Repository<Ticket> {
    let store: Arc<dyn EventStore> =
        retell::open(&format!("sqlite:{}", path.display())).await.expect("opens");
    let tickets = Repository::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let tickets = tickets.clone();
        tasks.spawn(async move {
            for number in 0..TICKETS_PER_CALLER {
                let events = (1..=FIRST_EVENTS).map(add).collect();
                tickets.record(&ticket(caller, number), events).await.expect("recorded");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    tickets
}

/// Raw inserts into the same tables, 64 in a transaction, versions known
/// beforehand, nothing looked up, nobody answered.
struct Raw {
    connection: Connection,
    position: i64,
    streams: Vec<(i64, i64)>,
}

impl Raw {
    fn on(path: &Path) -> Self {
        let connection = Connection::open(path).expect("opens");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
                 PRAGMA wal_autocheckpoint = 10000;",
            )
            .expect("settings");
        let position =
            connection.query_row("SELECT max(position) FROM events", [], |row| row.get(0)).expect("head");
        let streams = connection
            .prepare("SELECT stream, max(version) FROM events GROUP BY stream")
            .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
            .expect("streams");
        Self { connection, position, streams }
    }

    fn insert(&mut self, events: usize) -> Duration {
        let metadata = Metadata::by(Actor::new("agent/31").expect("an actor"));
        let metadata = serde_json::to_string(&metadata).expect("writes");
        let started = Instant::now();
        let mut next = 0;
        for _ in 0..events / CALLERS {
            let transaction = self.connection.transaction().expect("begins");
            {
                let mut insert = transaction
                    .prepare_cached(
                        "INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index,
                             commit_size, commit_id, metadata, payload)
                         VALUES (?1, ?2, ?3, 'message-added', 1, ?4, 0, 1, ?5, ?6, ?7)",
                    )
                    .expect("prepares");
                for _ in 0..CALLERS {
                    let count = self.streams.len();
                    let (stream, version) = &mut self.streams[next % count];
                    next += 1;
                    *version += 1;
                    self.position += 1;
                    let payload = serde_json::to_string(&add(*version as u64)).expect("writes");
                    let id = retell::CommitId::new();
                    let row =
                        params![self.position, *stream, *version, 0, &id.as_bytes()[..], metadata, payload];
                    insert.execute(row).expect("inserts");
                }
            }
            transaction.commit().expect("commits");
        }
        started.elapsed()
    }
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The middle of the rounds, and the lowest and highest.
fn spread(mut rates: Vec<f64>) -> (f64, f64, f64) {
    rates.sort_by(f64::total_cmp);
    (rates[rates.len() / 2], rates[0], rates[rates.len() - 1])
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn report(what: &str, rates: Vec<f64>) -> f64 {
    let (median, low, high) = spread(rates);
    println!("{what:<44} {median:>9.0}/s   ({low:.0} to {high:.0})");
    median
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let tickets = prepared(&folder.path().join("retell.db")).await;
    let raw_path = folder.path().join("raw.db");
    prepared(&raw_path).await.store().close().await;
    let mut raw = Raw::on(&raw_path);

    let (mut one, mut many, mut grouped) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(rate(PER_ROUND_ONE, callers(&tickets, 1, PER_ROUND_ONE).await));
        many.push(rate(PER_ROUND_MANY, callers(&tickets, CALLERS, PER_ROUND_MANY).await));
        grouped.push(rate(PER_ROUND_MANY, raw.insert(PER_ROUND_MANY)));
    }
    println!(
        "commands that load a ticket, decide and append one event of about 200 bytes, SQLite, synchronous=FULL\n"
    );
    let one = report("retell, 1 caller", one);
    let many = report("retell, 64 callers, distinct tickets", many);
    let grouped = report("raw rusqlite inserts, 64 in a transaction", grouped);
    println!("\n64 callers against 1 caller: {:.1} times", many / one);
    println!("64 callers against raw grouped inserts: {:.0} %", 100.0 * many / grouped);
    tickets.store().close().await;
}
