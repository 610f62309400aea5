//! A small ticket, and a store in which somebody else is always faster.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::{Arc, Mutex};

use retell::store::{
    BoxFuture, Capabilities, Commit, HeadWatch, ListStreams, Page, ReadLog, ReadStream, Records, StoreInfo,
    StreamHead, Summary,
};
use retell::{
    Aggregate, AppendError, CommitId, Committed, Context, Event, EventStore, Expected, Id, MemoryStore,
    Position, ReadError, Repository, encode,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Event)]
pub(crate) enum TicketEvent {
    #[event("opened")]
    Opened { subject: String },
    #[event("message-added")]
    MessageAdded { text: String },
    #[event("taken")]
    Taken { agent: String },
    #[event("resolved")]
    Resolved,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) subject: Option<String>,
    pub(crate) messages: Vec<String>,
    pub(crate) agent: Option<String>,
    pub(crate) resolved: bool,
}

impl Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    type Event = TicketEvent;

    fn apply(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened { subject } => self.subject = Some(subject.clone()),
            TicketEvent::MessageAdded { text } => self.messages.push(text.clone()),
            TicketEvent::Taken { agent } => self.agent = Some(agent.clone()),
            TicketEvent::Resolved => self.resolved = true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    TakenBy(String),
    Resolved,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

pub(crate) fn take(
    agent: &str,
) -> impl Fn(&Ticket, &Context) -> Result<Vec<TicketEvent>, Refusal> + Send + Sync {
    let agent = agent.to_owned();
    move |ticket, _| match &ticket.agent {
        Some(other) if *other == agent => Ok(vec![]),
        Some(other) => Err(Refusal::TakenBy(other.clone())),
        None => Ok(vec![TicketEvent::Taken { agent: agent.clone() }]),
    }
}

pub(crate) fn message(text: &str) -> TicketEvent {
    TicketEvent::MessageAdded { text: text.to_owned() }
}

pub(crate) fn id() -> Id<Ticket> {
    Id::new("42").expect("a good id")
}

/// A repository whose ticket 42 has one event.
pub(crate) async fn opened(store: Arc<dyn EventStore>) -> Repository<Ticket> {
    let tickets = Repository::new(store);
    let opened = TicketEvent::Opened { subject: "no light".to_owned() };
    tickets.record(&id(), vec![opened]).await.expect("recorded");
    tickets
}

/// A store in which, before an append, others store events first: one list
/// for each coming append.
pub(crate) struct Raced {
    pub(crate) inner: MemoryStore,
    others: Mutex<Vec<Vec<TicketEvent>>>,
}

impl Raced {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { inner: MemoryStore::new(), others: Mutex::default() })
    }

    pub(crate) fn race(&self, others: impl IntoIterator<Item = Vec<TicketEvent>>) {
        let mut list: Vec<_> = others.into_iter().collect();
        list.reverse();
        *self.others.lock().expect("not poisoned") = list;
    }
}

impl EventStore for Raced {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        let first = self.others.lock().expect("not poisoned").pop().unwrap_or_default();
        Box::pin(async move {
            if !first.is_empty() {
                let events = first.iter().map(|event| encode(event).expect("encodes")).collect();
                let other = Commit::new().write(id().stream().clone(), Expected::Any, events);
                self.inner.append(other).await.expect("the faster one");
            }
            self.inner.append(commit).await
        })
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        self.inner.find(id)
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.inner.read_stream(read)
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.inner.read_log(read)
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        self.inner.list_streams(list)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        self.inner.head()
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        self.inner.summary()
    }

    fn watch(&self) -> HeadWatch {
        self.inner.watch()
    }

    fn records(&self) -> &dyn Records {
        self.inner.records()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn info(&self) -> StoreInfo {
        self.inner.info()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.inner.close()
    }
}
