//! A memory store that outlives its handles and has many of them, as if it
//! were durable and shared by processes: the checks for durable engines need
//! controls too.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use retell_conformance::{Engine, EngineError, Opening, Site};
use retell_store::{
    AppendError, BoxFuture, Capabilities, Clock, Commit, CommitId, CommitIdMemory, Committed, EventStore,
    Expect, Expected, Fence, HeadSignal, HeadWatch, ListStreams, MemoryStore, Page, Position, ReadError,
    ReadLog, ReadStream, Record, RecordError, RecordKey, Records, Revision, StoreInfo, StreamHead, Summary,
    SystemClock, Timestamp,
};

/// What is wrong with it.
pub(crate) trait Sharing: Default + Send + Sync + 'static {
    /// Whether this one of so many commits is forgotten when the last handle goes.
    fn forgets(&self, _number: usize, _of: usize) -> bool {
        false
    }

    /// Whether a commit id is forgotten with the handle that stored it.
    const FORGETS_IDS: bool = false;
    /// Whether records are forgotten with the handle that wrote them.
    const FORGETS_RECORDS: bool = false;
    /// Whether other handles are told of appends.
    const TELLS_OTHERS: bool = true;
    /// Whether reads see what other handles stored since the handle was opened.
    const READS_OTHERS: bool = true;
    /// Whether the clock is asked anew after reopening, whatever was recorded.
    const KEEPS_TIME: bool = true;
}

/// No fault: the sharing itself must keep every promise.
#[derive(Default)]
pub(crate) struct Shared;

impl Sharing for Shared {}

/// What is kept while handles come and go.
#[derive(Default)]
struct Kept {
    store: Mutex<Option<Arc<MemoryStore>>>,
    /// Keeps the records; a fault in the log must not show in them.
    records: Mutex<Arc<MemoryStore>>,
    commits: Mutex<Vec<Commit>>,
    clock: Arc<Adjustable>,
    signals: Mutex<Vec<std::sync::Weak<HeadSignal>>>,
    handles: AtomicUsize,
    /// Only its identity is used.
    identity: MemoryStore,
}

/// A clock whose source can be changed, and that can be made to go back.
#[derive(Debug, Default)]
struct Adjustable(Mutex<Option<Arc<dyn Clock>>>);

impl Clock for Adjustable {
    fn now(&self) -> Timestamp {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or_else(|| SystemClock.now(), |c| c.now())
    }
}

pub(crate) struct SharedEngine<S>(PhantomData<S>);

impl<S> Default for SharedEngine<S> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

struct SharedSite<S> {
    kept: Arc<Kept>,
    sharing: PhantomData<S>,
}

impl<S: Sharing> Engine for SharedEngine<S> {
    fn name(&self) -> &str {
        std::any::type_name::<S>().rsplit("::").next().unwrap_or("shared")
    }

    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>> {
        Box::pin(async {
            Ok(Arc::new(SharedSite::<S> { kept: Arc::default(), sharing: PhantomData }) as Arc<dyn Site>)
        })
    }
}

impl<S: Sharing> Site for SharedSite<S> {
    fn open(&self) -> Opening<'_> {
        Box::pin(self.handle(Arc::new(SystemClock)))
    }

    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        Some(Box::pin(self.handle(clock)))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Sharing> SharedSite<S> {
    async fn handle(&self, clock: Arc<dyn Clock>) -> Result<Arc<dyn EventStore>, EngineError> {
        *locked(&self.kept.clock.0) = Some(clock);
        let reopened = self.kept.handles.fetch_add(1, Ordering::SeqCst) == 0;
        let known = locked(&self.kept.store).clone();
        let store = match known {
            Some(store) if !reopened => store,
            Some(store) => self.reopened(&store).await,
            None => Arc::new(MemoryStore::with_clock(Arc::clone(&self.kept.clock) as _)),
        };
        *locked(&self.kept.store) = Some(Arc::clone(&store));
        let head = store.head().await?;
        let signal = Arc::new(HeadSignal::new(head));
        locked(&self.kept.signals).push(Arc::downgrade(&signal));
        Ok(Arc::new(Handle::<S> {
            kept: Arc::clone(&self.kept),
            store,
            records: Arc::clone(&locked(&self.kept.records)),
            signal: Mutex::new(Some(signal)),
            saw: Mutex::new(head),
            closed: AtomicBool::new(false),
            sharing: PhantomData,
        }))
    }

    /// The log as it is found after all handles went.
    async fn reopened(&self, store: &Arc<MemoryStore>) -> Arc<MemoryStore> {
        if S::FORGETS_RECORDS {
            *locked(&self.kept.records) = Arc::default();
        }
        let commits = locked(&self.kept.commits).clone();
        let forgets = |number| S::default().forgets(number, commits.len());
        if !S::FORGETS_IDS && S::KEEPS_TIME && !(0..commits.len()).any(forgets) {
            return Arc::clone(store);
        }
        let again = Arc::new(MemoryStore::with_clock(Arc::clone(&self.kept.clock) as _));
        for (_, mut commit) in commits.iter().cloned().enumerate().filter(|(number, _)| !forgets(*number)) {
            if S::FORGETS_IDS {
                commit.id = CommitId::new();
            }
            commit.condition = None;
            for write in &mut commit.writes {
                write.expected = Expected::Any;
            }
            let _stored_again = again.append(commit).await;
        }
        again
    }
}

struct Handle<S> {
    kept: Arc<Kept>,
    store: Arc<MemoryStore>,
    records: Arc<MemoryStore>,
    signal: Mutex<Option<Arc<HeadSignal>>>,
    saw: Mutex<Position>,
    closed: AtomicBool,
    sharing: PhantomData<S>,
}

impl<S> Drop for Handle<S> {
    fn drop(&mut self) {
        if !self.closed.swap(true, Ordering::SeqCst) {
            self.kept.handles.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl<S: Sharing> Handle<S> {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn reason(&self) -> String {
        "the store was closed".to_owned()
    }

    fn open(&self) -> Result<(), RecordError> {
        if self.is_closed() { Err(RecordError::Stopped { reason: self.reason() }) } else { Ok(()) }
    }
}

impl<S: Sharing> EventStore for Handle<S> {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        Box::pin(async move {
            if self.is_closed() {
                return Err(AppendError::Stopped { reason: self.reason() });
            }
            let committed = self.store.append(commit.clone()).await?;
            if !committed.already_stored {
                locked(&self.kept.commits).push(commit);
            }
            let mut saw = locked(&self.saw);
            *saw = saw.max(committed.last);
            drop(saw);
            let own = locked(&self.signal).clone();
            let others = locked(&self.kept.signals).clone();
            for signal in others.into_iter().filter_map(|signal| signal.upgrade()) {
                let is_own = own.as_ref().is_some_and(|own| Arc::ptr_eq(own, &signal));
                if S::TELLS_OTHERS || is_own {
                    signal.raise(committed.last);
                }
            }
            Ok(committed)
        })
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        Box::pin(async move {
            let found = self.store.find(id).await?;
            let saw = *locked(&self.saw);
            Ok(found.filter(|found| S::READS_OTHERS || found.last <= saw))
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.store.read_stream(read)
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.store.read_log(read)
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        self.store.list_streams(list)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(async move {
            let head = self.store.head().await?;
            Ok(if S::READS_OTHERS { head } else { *locked(&self.saw) })
        })
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        self.store.summary()
    }

    fn watch(&self) -> HeadWatch {
        locked(&self.signal).as_ref().map_or_else(|| HeadSignal::new(Position::START).watch(), |s| s.watch())
    }

    fn records(&self) -> &dyn Records {
        self
    }

    fn capabilities(&self) -> Capabilities {
        let commit_ids = CommitIdMemory::ForEver;
        Capabilities { durable: true, several_processes: true, commit_ids, ..self.store.capabilities() }
    }

    fn info(&self) -> StoreInfo {
        StoreInfo { engine: "shared", ..self.kept.identity.info() }
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if !self.closed.swap(true, Ordering::SeqCst) {
                self.kept.handles.fetch_sub(1, Ordering::SeqCst);
            }
            locked(&self.signal).take();
        })
    }
}

impl<S: Sharing> Records for Handle<S> {
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>> {
        self.records.records().get(key)
    }

    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>> {
        Box::pin(async move {
            self.open()?;
            self.records.records().put(key, value, expect, fence).await
        })
    }

    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move {
            self.open()?;
            self.records.records().delete(key, expect, fence).await
        })
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>> {
        self.records.records().list(prefix, after, limit)
    }
}
