//! How fast commands become durable on SQLite: one caller and 64 callers
//! through a `Repository`, beside raw grouped inserts of the same columns.
//!
//! Run it with `cargo bench -p retell --bench appends`. The three are measured
//! in turn, several rounds in one run, because a machine's speed drifts; what
//! counts is the ratio. Every command meets a ticket with five events of its
//! own, which are stored beforehand: the first command on a ticket loads it,
//! for the second one the repository remembers it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use retell::store::Metadata;
use retell::{Actor, Aggregate, Context, Event, EventStore, Id, Repository};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

const ROUNDS: usize = 5;
const CALLERS: usize = 64;
const FIRST_EVENTS: u64 = 5;
const BY_ONE: usize = 2_000;
const BY_MANY: usize = 150 * CALLERS;

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

fn ticket(name: &str, number: usize) -> Id<Ticket> {
    Id::new(&format!("{name}-{number}")).expect("a good id")
}

/// Does something for each number from 0 on, by so many callers at once.
async fn by_callers<F>(
    callers: usize,
    count: usize,
    each: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Duration
where
    F: Future<Output = ()> + Send,
{
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let each = each.clone();
        tasks.spawn(async move {
            for number in (caller..count).step_by(callers) {
                each(number).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    started.elapsed()
}

/// Tickets of this name with five events each.
async fn prepare(tickets: &Repository<Ticket>, name: String, count: usize) {
    let tickets = tickets.clone();
    let each = move |number| {
        let (tickets, name) = (tickets.clone(), name.clone());
        async move {
            let events = (1..=FIRST_EVENTS).map(add).collect();
            tickets.record(&ticket(&name, number), events).await.expect("recorded");
        }
    };
    by_callers(CALLERS, count, each).await;
}

/// Two commands for each of the tickets of this name, one after the other:
/// the rates of the first, which loads the ticket, and of the second.
async fn command(tickets: &Repository<Ticket>, name: String, callers: usize, count: usize) -> [f64; 2] {
    prepare(tickets, name.clone(), count).await;
    let mut rates = [0.0; 2];
    for (pass, pass_rate) in rates.iter_mut().enumerate() {
        let (tickets, name) = (tickets.clone(), name.clone());
        let each = move |number| {
            let (tickets, name) = (tickets.clone(), name.clone());
            async move {
                let write = |ticket: &Ticket, _: &Context| Ok::<_, String>(vec![add(ticket.messages + 1)]);
                let id = ticket(&name, number);
                let done = tickets.execute(&id, write).named("write").by("agent/31").await.expect("stored");
                assert_eq!(done.version.get(), FIRST_EVENTS + 1 + pass as u64);
            }
        };
        *pass_rate = rate(count, by_callers(callers, count, each).await);
    }
    rates
}

async fn open(path: &Path) -> Repository<Ticket> {
    let store: Arc<dyn EventStore> =
        retell::open(&format!("sqlite:{}", path.display())).await.expect("opens");
    Repository::new(store)
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
            .prepare(
                "SELECT stream, max(version) FROM events GROUP BY stream ORDER BY stream DESC LIMIT 9600",
            )
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
    let tickets = open(&folder.path().join("retell.db")).await;
    let raw_path = folder.path().join("raw.db");
    let raw_tickets = open(&raw_path).await;

    let (mut one, mut many, mut grouped) = ([vec![], vec![]], [vec![], vec![]], vec![]);
    for round in 0..ROUNDS {
        let rates = command(&tickets, format!("one-{round}"), 1, BY_ONE).await;
        one.iter_mut().zip(rates).for_each(|(all, rate)| all.push(rate));
        let rates = command(&tickets, format!("many-{round}"), CALLERS, BY_MANY).await;
        many.iter_mut().zip(rates).for_each(|(all, rate)| all.push(rate));
        prepare(&raw_tickets, format!("raw-{round}"), BY_MANY).await;
        grouped.push(rate(BY_MANY, Raw::on(&raw_path).insert(BY_MANY)));
    }
    raw_tickets.store().close().await;
    println!(
        "commands that decide and append one event of about 200 bytes to a ticket of five, SQLite, synchronous=FULL\n"
    );
    let [one_loaded, one] = one;
    let [many_loaded, many] = many;
    let one_loaded = report("retell, 1 caller, ticket loaded", one_loaded);
    let one = report("retell, 1 caller, ticket remembered", one);
    let many_loaded = report("retell, 64 callers, tickets loaded", many_loaded);
    let many = report("retell, 64 callers, tickets remembered", many);
    let grouped = report("raw rusqlite inserts, 64 in a transaction", grouped);
    for (what, one, many) in [("loaded", one_loaded, many_loaded), ("remembered", one, many)] {
        println!(
            "\n{what}: 64 callers are {:.1} times 1 caller, and {:.0} % of raw grouped inserts",
            many / one,
            100.0 * many / grouped
        );
    }
    tickets.store().close().await;
}
