//! A small desk to look into, and how a command is tried on it.

use std::future::Future;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use retell::store::{CommandRecord, Commit, EventType, Expected, NewEvent, Payload, StreamName};
use retell::{Actor, CommitId, EventStore, ManualClock, MemoryStore, Metadata, Timestamp};
use retell_cli::Failure;

/// Two tickets and a customer. The second ticket holds what a terminal must not get.
pub(crate) async fn desk() -> Arc<MemoryStore> {
    let clock = Arc::new(ManualClock::at(time("2026-01-02T03:04:05Z")));
    let store = Arc::new(MemoryStore::with_clock(Arc::<ManualClock>::clone(&clock)));
    let opened = event("opened", r#"{"priority":"high","subject":"no light"}"#)
        .tag("customer:7".parse().expect("a tag"))
        .tag("floor:3".parse().expect("a tag"));
    append(&*store, "1", "ticket/42", vec![opened], by("customer/7", "open", None)).await;

    clock.advance(Duration::from_secs(60));
    let taken = event("taken", r#"{"agent":"31"}"#);
    let escalated = event("escalated", "{}").schema(2).effective(time("2026-01-01T00:00:00Z"));
    let why = Some("no answer\u{1b}[2J\nfor a day");
    append(&*store, "2", "ticket/42", vec![taken, escalated], by("agent/31", "escalate", why)).await;

    clock.advance(Duration::from_secs(60));
    let hostile = "{\n  \"subject\": \"\u{202e}thgil on\u{7f}\u{9b}31m\"\n}";
    append(&*store, "3", "ticket/43", vec![event("opened", hostile)], Metadata::default()).await;
    append(&*store, "4", "customer/7", vec![event("named", "{\"n\":1.0}")], Metadata::default()).await;
    store
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn event(event_type: &str, payload: &str) -> NewEvent {
    NewEvent::new(EventType::new(event_type).expect("a type"), Payload::parse(payload).expect("JSON"))
}

fn by(actor: &str, command: &str, reason: Option<&str>) -> Metadata {
    let command = Some(CommandRecord { name: command.to_owned(), content: None });
    let reason = reason.map(str::to_owned);
    Metadata { command, reason, ..Metadata::by(Actor::new(actor).expect("an actor")) }
}

pub(crate) async fn append(
    store: &dyn EventStore,
    id: &str,
    stream: &str,
    events: Vec<NewEvent>,
    metadata: Metadata,
) {
    let stream: StreamName = stream.parse().expect("a name");
    let commit = Commit::with_id(CommitId::named("desk", id)).write(stream, Expected::Any, events);
    store.append(commit.metadata(metadata)).await.expect("the store takes it");
}

/// The id of a commit of the desk.
pub(crate) fn commit(id: &str) -> String {
    CommitId::named("desk", id).to_string()
}

/// What a command prints that succeeds.
pub(crate) async fn printed(command: impl AsyncFnOnce(&mut Vec<u8>) -> Result<(), Failure>) -> String {
    let (text, outcome) = tried(command).await;
    outcome.expect("it succeeds");
    text
}

/// What a command prints, and how it ends.
pub(crate) async fn tried(
    command: impl AsyncFnOnce(&mut Vec<u8>) -> Result<(), Failure>,
) -> (String, Result<(), Failure>) {
    let mut out = Vec::new();
    let outcome = command(&mut out).await;
    (String::from_utf8(out).expect("UTF-8"), outcome)
}

/// What a failure tells.
pub(crate) fn told(failure: &Failure) -> String {
    let mut err = Vec::new();
    failure.tell(&mut err).expect("it is written to memory");
    String::from_utf8(err).expect("UTF-8")
}

/// An output that others can look at while it is written.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("UTF-8")
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output whose reader has gone.
pub(crate) struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// Waits until something is so; gives up after ten seconds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen within ten seconds");
}
