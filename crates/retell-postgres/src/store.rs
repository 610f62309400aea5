//! A store in a schema of a PostgreSQL database.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use retell_store::queue::{Submitter, queue};
use retell_store::{
    AppendError, BoxFuture, Capabilities, CheckedCommit, Commit, CommitId, CommitIdMemory, Committed,
    EventStore, HeadSignal, HeadWatch, InvalidCommit, ListStreams, Page, Position, ReadError, ReadLog,
    ReadStream, RecordError, Records, StoreInfo, StreamHead, Summary,
};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::batch::Terms;
use crate::failure::CLOSED;
use crate::link::{Connector, Link, Purpose};
use crate::options::PostgresOptions;
use crate::readers::{Pool, reading};
use crate::transaction::PostgresTransaction;
use crate::watcher::Watcher;
use crate::writer::{StopReason, Writer};
use crate::{OpenError, log, reader, schema, summary};

/// A store in a schema of a PostgreSQL database.
///
/// Cheap to clone; the clones are one handle. A handle has one connection that
/// writes, on which all commits that wait are stored in one transaction, and a
/// few that read. Any number of handles, in any number of processes, may have
/// the same store open.
///
/// Its tasks live on the tokio runtime that opened it. When that runtime ends,
/// the store ends: a commit that is under way then is stored whole or not at
/// all, and its append is answered with "outcome unknown".
///
/// ```no_run
/// use retell_postgres::PostgresStore;
/// use retell_store::{Commit, EventStore, EventType, Expected, NewEvent, Payload, StreamName};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::open("postgres://desk@localhost/helpdesk").await?;
/// let opened = NewEvent::new(EventType::new("opened")?, Payload::parse(r#"{"priority":"high"}"#)?);
/// let stored = store
///     .append(Commit::new().write(StreamName::new("ticket", "42")?, Expected::Absent, vec![opened]))
///     .await?; // now it is on the server's disk
/// assert_eq!(store.head().await?, stored.last);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore(Arc<Store>);

struct Store {
    info: StoreInfo,
    runtime: Handle,
    poll_interval: Duration,
    closed: AtomicBool,
    readers: Arc<Pool>,
    watcher: Watcher,
    /// Dropped when the store is closed, which ends its watchers.
    signal: Mutex<Option<Arc<HeadSignal>>>,
    /// The way to the writer; nothing in a store that is only read.
    writing: Option<Writing>,
}

struct Writing {
    submitter: Submitter,
    stopped: StopReason,
    task: watch::Sender<()>,
    terms: Arc<Terms>,
    /// For changes of records.
    changing: Arc<Pool>,
    connector: Connector,
}

/// What a store is made of.
pub(crate) struct Parts {
    pub(crate) options: PostgresOptions,
    pub(crate) connector: Connector,
    pub(crate) terms: Arc<Terms>,
    pub(crate) link: Option<Link>,
    pub(crate) id: Uuid,
    pub(crate) head: Position,
    pub(crate) location: String,
}

/// The most connections that change records.
const CHANGING: usize = 2;

const READ_ONLY: &str = "it was opened read-only: open it for writing";

impl PostgresStore {
    /// Opens the store of this URL, and creates it if there is none.
    /// [`PostgresOptions::new`] tells what the URL may hold, and
    /// [`PostgresOptions`] has further choices. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        PostgresOptions::new(url)?.open().await
    }

    /// Begins a transaction for the caller's own SQL, which is committed
    /// together with events; [`PostgresTransaction`] has the rules.
    ///
    /// # Errors
    /// [`AppendError::Stopped`] when the store was closed,
    /// [`AppendError::Unavailable`] when it is read-only or the server cannot
    /// be reached.
    pub async fn transaction(&self) -> Result<PostgresTransaction, AppendError> {
        let writing = self.writing()?;
        let signal = self.0.signal.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signal = signal.ok_or_else(|| AppendError::Stopped { reason: CLOSED.to_owned() })?;
        let link = writing.connector.connect(Purpose::Write).await.map_err(|fault| fault.not_stored())?;
        let (terms, readers) = (Arc::clone(&writing.terms), Arc::clone(&self.0.readers));
        PostgresTransaction::begin(link, terms, readers, signal, self.0.runtime.clone()).await
    }

    pub(crate) fn readers(&self) -> &Arc<Pool> {
        &self.0.readers
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    pub(crate) fn changing(&self) -> Result<(&Arc<Pool>, &Arc<Terms>), RecordError> {
        let Some(writing) = &self.0.writing else {
            return Err(RecordError::Unavailable { reason: READ_ONLY.to_owned() });
        };
        Ok((&writing.changing, &writing.terms))
    }

    fn writing(&self) -> Result<&Writing, AppendError> {
        let Some(writing) = &self.0.writing else {
            return Err(AppendError::Unavailable { reason: READ_ONLY.to_owned() });
        };
        match self.0.closed.load(Ordering::Acquire) {
            true => Err(AppendError::Stopped { reason: CLOSED.to_owned() }),
            false => Ok(writing),
        }
    }

    async fn append_now(&self, commit: Commit) -> Result<Committed, AppendError> {
        let commit = check(commit)?;
        let writing = self.writing()?;
        writing.submitter.submit(commit).await.map_err(|error| match (error, writing.stopped.get()) {
            (AppendError::Stopped { .. }, Some(why)) => AppendError::Stopped { reason: why.clone() },
            (error, _) => error,
        })
    }

    async fn close_now(&self) {
        let store = &*self.0;
        store.closed.store(true, Ordering::Release);
        store.watcher.stop().await;
        if let Some(writing) = &store.writing {
            writing.submitter.close();
            writing.task.closed().await;
            writing.changing.close();
        }
        // After the writer, whose last answers are read with them.
        store.readers.close();
        store.signal.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Starts a store over what was opened.
    pub(crate) fn start(parts: Parts) -> Self {
        let Parts { options, connector, terms, link, id, head, location } = parts;
        let signal = Arc::new(HeadSignal::new(head));
        let readers = Arc::new(Pool::new(connector.clone(), Purpose::Read, options.pool));
        let writing = link.map(|link| {
            let (submitter, intake) = queue(options.queue);
            let (stopped, task) = (StopReason::default(), watch::Sender::new(()));
            let writer = Writer {
                connector: connector.clone(),
                terms: Arc::clone(&terms),
                link: Some(link),
                readers: Arc::clone(&readers),
                signal: Arc::clone(&signal),
                stopped: Arc::clone(&stopped),
                patience: options.patience,
                outage: false,
                answers: JoinSet::new(),
            };
            connector.runtime.spawn(writer.run(intake, task.subscribe()));
            let changing = Arc::new(Pool::new(connector.clone(), Purpose::Write, CHANGING));
            Writing { submitter, stopped, task, terms, changing, connector: connector.clone() }
        });
        let channel = options.notify.then(|| options.schema.clone());
        let watcher = Watcher::new(connector.clone(), Arc::clone(&readers), options.poll_interval, channel);
        Self(Arc::new(Store {
            info: StoreInfo { id, engine: "postgres", format: schema::FORMAT, location },
            runtime: connector.runtime,
            poll_interval: options.poll_interval,
            closed: AtomicBool::new(false),
            readers,
            watcher,
            signal: Mutex::new(Some(signal)),
            writing,
        }))
    }
}

/// Checks a commit; beyond what every engine refuses, PostgreSQL's text holds
/// no U+0000, which no JSON text has either.
pub(crate) fn check(commit: Commit) -> Result<CheckedCommit, InvalidCommit> {
    let commit = commit.checked()?;
    let mut payloads =
        commit.writes().iter().flat_map(|write| &write.events).map(|event| event.payload.as_str());
    if payloads.any(|payload| payload.as_bytes().contains(&0)) {
        return Err(InvalidCommit::OutOfRange("a payload holds a character U+0000: it is no JSON text"));
    }
    Ok(commit)
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore").field(&self.0.info.location).finish()
    }
}

impl EventStore for PostgresStore {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        Box::pin(self.append_now(commit))
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| reader::find(link, id)).map_err(|fault| fault.unread())
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| reader::stream_page(link, &read)).map_err(|fault| fault.unread())
        })
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| log::log_page(link, &read)).map_err(|fault| fault.unread())
        })
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| reader::list_streams(link, &list))
                .map_err(|fault| fault.unread())
        })
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| reader::head(link)).map_err(|fault| fault.unread())
        })
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        Box::pin(async move {
            reading!(&self.0.readers, |link| summary::summary(link)).map_err(|fault| fault.unread())
        })
    }

    fn watch(&self) -> HeadWatch {
        match &*self.0.signal.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(signal) => {
                self.0.watcher.start(signal);
                signal.watch()
            }
            // Of a closed store: its signal is gone, so it tells that at once.
            None => HeadSignal::new(Position::START).watch(),
        }
    }

    fn records(&self) -> &dyn Records {
        self
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            several_streams: true,
            conditions: true,
            several_processes: true,
            guards_history: true,
            commit_ids: CommitIdMemory::ForEver,
            // An interval, and as much again for the look itself. Notifications
            // make it shorter, and are not counted on.
            follow_latency: self.0.poll_interval * 2,
        }
    }

    fn info(&self) -> StoreInfo {
        self.0.info.clone()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.close_now())
    }
}
