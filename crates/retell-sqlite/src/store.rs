//! A store in an SQLite database.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use retell_store::queue::{Submitter, queue};
use retell_store::{
    AppendError, BoxFuture, Capabilities, Commit, CommitId, CommitIdMemory, Committed, EventStore,
    HeadSignal, HeadWatch, ListStreams, Page, Position, ReadError, ReadLog, ReadStream, RecordError, Records,
    StoreInfo, StreamHead, Summary,
};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::changes::{Change, Changed, Changer, queue as changes_queue};
use crate::checkpoint::Checkpoints;
use crate::failure::{CLOSED, Fault};
use crate::options::SqliteOptions;
use crate::reader::{Patience, Reader, StreamPage};
use crate::readers::{Readers, Undone};
use crate::settings::SetupError;
use crate::source::Source;
use crate::transaction::Session;
use crate::watcher::Watcher;
use crate::work::Inbox;
use crate::writer::{StopReason, Writer};
use crate::{OpenError, schema};

/// A store in an SQLite database: one file, in this process, durable.
///
/// Cheap to clone; the clones are one handle. One thread writes, and stores
/// all commits that wait together in one transaction. Any number of handles,
/// in any number of processes of one machine, may have the same file open.
///
/// ```
/// use retell_sqlite::SqliteStore;
/// use retell_store::{Commit, EventStore, EventType, Expected, NewEvent, Payload, StreamName};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("helpdesk.db");
/// let store = SqliteStore::open(path)?;
/// let opened = NewEvent::new(EventType::new("opened")?, Payload::parse(r#"{"priority":"high"}"#)?);
/// let stored = store
///     .append(Commit::new().write(StreamName::new("ticket", "42")?, Expected::Absent, vec![opened]))
///     .await?; // now it is on the disk
/// assert_eq!(store.head().await?, stored.last);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SqliteStore(Arc<Handle>);

#[derive(Debug)]
struct Handle {
    info: StoreInfo,
    poll_interval: Duration,
    closed: AtomicBool,
    readers: Readers,
    watcher: Watcher,
    /// Dropped when the store is closed, which ends its watchers.
    signal: Mutex<Option<Arc<HeadSignal>>>,
    /// The way to the writer; nothing in a store that is only read.
    writing: Option<Writing>,
}

#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) submitter: Submitter,
    changer: Changer,
    pub(crate) stopped: StopReason,
    thread: watch::Sender<()>,
}

const READ_ONLY: &str = "it was opened read-only: open it for writing";

impl SqliteStore {
    /// Opens the database at this path, and creates it if there is none.
    /// [`SqliteOptions`] has the choices. Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        SqliteOptions::new(path).open()
    }

    pub(crate) fn readers(&self) -> &Readers {
        &self.0.readers
    }

    pub(crate) async fn change(&self, change: Change) -> Changed {
        let Some(writing) = &self.0.writing else {
            return Err(RecordError::Unavailable { reason: READ_ONLY.to_owned() });
        };
        if self.is_closed() {
            return Err(RecordError::Stopped { reason: CLOSED.to_owned() });
        }
        writing.changer.submit(change).await.map_err(|error| match (error, writing.stopped.get()) {
            (RecordError::Stopped { reason }, Some(why)) if reason == CLOSED => {
                RecordError::Stopped { reason: why.clone() }
            }
            (error, _) => error,
        })
    }

    async fn append_now(&self, commit: Commit) -> Result<Committed, AppendError> {
        let commit = commit.checked()?;
        let Some(writing) = &self.0.writing else {
            return Err(AppendError::Unavailable { reason: READ_ONLY.to_owned() });
        };
        if self.is_closed() {
            return Err(AppendError::Stopped { reason: CLOSED.to_owned() });
        }
        writing.submitter.submit(commit).await.map_err(|error| match (error, writing.stopped.get()) {
            (AppendError::Stopped { .. }, Some(why)) => AppendError::Stopped { reason: why.clone() },
            (error, _) => error,
        })
    }

    fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    async fn close_now(&self) {
        let handle = &*self.0;
        handle.closed.store(true, Ordering::Release);
        // The writer's connection is the last to be closed, so that SQLite
        // can take its log in and remove it.
        handle.readers.close();
        handle.watcher.stop();
        handle.readers.closed().await;
        handle.watcher.stopped().await;
        if let Some(writing) = &handle.writing {
            writing.submitter.close();
            writing.changer.close();
            writing.thread.closed().await;
        }
        handle.signal.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // The writer holds a submitter too, so the queue does not end by itself.
        self.submitter.close();
    }
}

/// Starts a store over an opened connection.
pub(crate) fn start(
    options: SqliteOptions,
    source: Source,
    connection: Connection,
) -> Result<SqliteStore, SetupError> {
    let id = source.id;
    let signal = Arc::new(HeadSignal::new(crate::reader::head(&connection)?));
    let (first, writing) = if options.read_only {
        (Reader::new(connection), None)
    } else {
        let first = Reader::open(&source, options.busy_timeout)?;
        (first, Some(start_writer(&options, connection, Arc::clone(&signal))?))
    };
    // On a caller's thread nothing waits.
    first.connection.busy_timeout(Duration::ZERO)?;
    let info = StoreInfo {
        id,
        engine: "sqlite",
        format: schema::FORMAT,
        location: format!("sqlite:{}", source.path.display()),
    };
    Ok(SqliteStore(Arc::new(Handle {
        info,
        poll_interval: options.poll_interval,
        closed: AtomicBool::new(false),
        readers: Readers::new(source.clone(), options.busy_timeout, first),
        watcher: Watcher::new(source, options.poll_interval),
        signal: Mutex::new(Some(signal)),
        writing,
    })))
}

pub(crate) fn start_writer(
    options: &SqliteOptions,
    mut connection: Connection,
    signal: Arc<HeadSignal>,
) -> Result<Writing, SetupError> {
    let checkpoints = Checkpoints::new(&mut connection, options.busy_timeout)?;
    let session = Session::new(connection, Arc::clone(&options.clock));
    let (submitter, intake) = queue(options.queue);
    let (changer, changes) = changes_queue();
    let stopped = StopReason::default();
    let writer = Writer::new(session, checkpoints, signal, Arc::clone(&stopped), submitter.clone());
    let thread = watch::Sender::new(());
    let alive = thread.subscribe();
    thread::Builder::new()
        .name("retell-write".to_owned())
        .spawn(move || {
            // Dropped after the writer: whoever waits for it finds the file closed.
            let alive = alive;
            writer.run(Inbox::new(intake, changes), &alive);
        })
        .map_err(|error| Fault::Program(format!("no thread to write with: {error}")))?;
    Ok(Writing { submitter, changer, stopped, thread })
}

fn undone(undone: Undone) -> ReadError {
    match undone {
        Undone::Fault(fault) => fault.unread(),
        Undone::Closed => ReadError::Stopped { reason: CLOSED.to_owned() },
    }
}

impl EventStore for SqliteStore {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        Box::pin(self.append_now(commit))
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        Box::pin(async move {
            // After a failed sync this handle and the file opened again can
            // disagree about the last commits: only the latter is right.
            if let Some(reason) = self.0.writing.as_ref().and_then(|writing| writing.stopped.get()) {
                return Err(ReadError::Stopped { reason: reason.clone() });
            }
            let found =
                self.0.readers.here(|reader| reader.find(id, Some(Patience::ROWS))).map_err(undone)?;
            if let Some(Ok(found)) = found {
                return Ok(found);
            }
            let found =
                self.0.readers.elsewhere(move |reader| reader.find(id, None)).await.map_err(undone)?;
            Ok(found.unwrap_or_default())
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            let mut page = StreamPage::new(read);
            let (on, patience) = (&mut page, Some(Patience::start()));
            let whole = self.0.readers.here(|reader| reader.read_stream(on, patience)).map_err(undone)?;
            if whole == Some(true) {
                return Ok(page.finish());
            }
            let read = move |reader: &mut Reader| {
                reader.read_stream(&mut page, None)?;
                Ok(page.finish())
            };
            self.0.readers.elsewhere(read).await.map_err(undone)
        })
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            self.0.readers.elsewhere(move |reader| reader.log_page(&read)).await.map_err(undone)
        })
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        Box::pin(async move {
            self.0.readers.elsewhere(move |reader| reader.list_streams(&list)).await.map_err(undone)
        })
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(async move {
            if let Some(head) = self.0.readers.here(|reader| reader.head()).map_err(undone)? {
                return Ok(head);
            }
            self.0.readers.elsewhere(|reader| reader.head()).await.map_err(undone)
        })
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        Box::pin(async move { self.0.readers.elsewhere(Reader::summary).await.map_err(undone) })
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
            // An interval, and as much again for the look itself.
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
