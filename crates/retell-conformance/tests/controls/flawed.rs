//! A memory store with a fault: every call goes through the fault.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use retell_conformance::{Attempt, Engine, EngineError, Opening, Site};
use retell_store::{
    AppendError, BoxFuture, Capabilities, Clock, Commit, CommitId, Committed, Conflict, EventStore, Expect,
    Fence, HeadSignal, HeadWatch, ListStreams, MemoryStore, Page, PageBuilder, PageLimit, Position, RawEvent,
    ReadError, ReadLog, ReadStream, Record, RecordError, RecordKey, Records, Revision, StoreInfo,
    StoredEvent, StreamHead, Summary, SystemClock, Timestamp,
};

/// An append that is under way.
pub(crate) type Appending<'a> = BoxFuture<'a, Result<Committed, AppendError>>;

/// What is wrong. Each method does the right thing unless a fault says otherwise.
pub(crate) trait Fault: Default + Send + Sync + 'static {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        store.append(commit)
    }

    /// The id under which a commit is looked up.
    fn look_up(&self, id: CommitId) -> CommitId {
        id
    }

    fn found(&self, found: Option<Committed>) -> Option<Committed> {
        found
    }

    /// Changes a page of the log or of a stream.
    fn page(&self, page: Page) -> Page {
        page
    }

    fn log(&self, _read: &ReadLog, page: Page, _store: &MemoryStore) -> Page {
        self.page(page)
    }

    fn stream(&self, _read: &ReadStream, page: Page) -> Page {
        self.page(page)
    }

    fn list(&self, list: ListStreams) -> ListStreams {
        list
    }

    fn head(&self, head: Position) -> Position {
        head
    }

    fn summary(&self, summary: Summary) -> Summary {
        summary
    }

    fn change(&self, expect: Expect, fence: Option<Fence>) -> (Expect, Option<Fence>) {
        (expect, fence)
    }

    fn value(&self, value: Vec<u8>) -> Vec<u8> {
        value
    }

    fn revision(&self, revision: Revision) -> Revision {
        revision
    }

    fn records(&self, records: Vec<Record>) -> Vec<Record> {
        records
    }

    fn capabilities(&self, can: Capabilities) -> Capabilities {
        can
    }

    fn stamp(&self, _commit: CommitId, recorded: Timestamp) -> Timestamp {
        recorded
    }

    /// What a fresh store holds before anybody wrote to it.
    fn seed(&self, _store: &MemoryStore) {}

    /// Called when a watch is handed out.
    fn watched(&self, _store: &Arc<dyn EventStore>) {}

    /// Whether closing stops the store.
    const CLOSES: bool = true;
    /// Whether closing ends what waits.
    const WAKES: bool = true;
}

/// No fault: the wrapper itself must keep every promise.
#[derive(Default)]
pub(crate) struct Faultless;

impl Fault for Faultless {}

pub(crate) struct Flawed<F> {
    store: MemoryStore,
    fault: F,
    signal: Mutex<Option<HeadSignal>>,
    me: std::sync::Weak<Flawed<F>>,
}

impl<F: Fault> Flawed<F> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let (store, fault) = (MemoryStore::with_clock(clock), F::default());
        fault.seed(&store);
        let signal = Mutex::new(Some(HeadSignal::new(Position::START)));
        Arc::new_cyclic(|me| Self { store, fault, signal, me: me.clone() })
    }

    fn signal<T>(&self, use_it: impl FnOnce(&mut Option<HeadSignal>) -> T) -> T {
        use_it(&mut self.signal.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A page of the same events, each changed like this.
pub(crate) fn rewritten(page: &Page, mut change: impl FnMut(&StoredEvent<'_>, &mut RawEvent<'_>)) -> Page {
    let mut builder = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
    for event in page.iter() {
        let commit = event.commit();
        if !builder.in_commit(commit.first) {
            builder.begin_commit(commit.id, commit.first, commit.recorded_at, commit.metadata);
        }
        let mut raw = raw(&event);
        change(&event, &mut raw);
        builder.push(raw);
    }
    finished(builder, page)
}

pub(crate) fn finished(builder: PageBuilder, page: &Page) -> Page {
    let mut built = builder.finish(page.more);
    built.covered = page.covered;
    built
}

pub(crate) fn raw<'p>(event: &StoredEvent<'p>) -> RawEvent<'p> {
    RawEvent {
        position: event.position(),
        version: event.version(),
        stream: event.stream(),
        event_type: event.event_type(),
        schema: event.schema(),
        payload: event.payload(),
        tags: event.tags_text(),
        effective: event.effective(),
    }
}

/// The page without some of its events.
pub(crate) fn without(page: &Page, leave_out: impl Fn(&StoredEvent<'_>) -> bool) -> Page {
    let mut builder = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
    for event in page.iter().filter(|event| !leave_out(event)) {
        builder.push_stored(&event);
    }
    finished(builder, page)
}

impl<F: Fault> Flawed<F> {
    fn stamped(&self, page: Page) -> Page {
        let mut builder = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
        for event in page.iter() {
            let commit = event.commit();
            if !builder.in_commit(commit.first) {
                let recorded = self.fault.stamp(commit.id, commit.recorded_at);
                builder.begin_commit(commit.id, commit.first, recorded, commit.metadata);
            }
            builder.push(raw(&event));
        }
        finished(builder, &page)
    }

    fn told(&self, committed: Committed) -> Committed {
        Committed { recorded_at: self.fault.stamp(committed.id, committed.recorded_at), ..committed }
    }
}

impl<F: Fault> EventStore for Flawed<F> {
    fn append(&self, commit: Commit) -> Appending<'_> {
        Box::pin(async move {
            let answer = self.fault.append(&self.store, commit).await;
            let committed = answer.map_err(|error| match error {
                AppendError::Conflict(told) => {
                    let competing = self.fault.page(self.stamped(told.competing.clone()));
                    AppendError::Conflict(Box::new(Conflict { competing, ..*told }))
                }
                other => other,
            })?;
            self.signal(|signal| signal.as_ref().map(|signal| signal.raise(committed.last)));
            Ok(self.told(committed))
        })
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        Box::pin(async move {
            Ok(self.fault.found(self.store.find(self.fault.look_up(id)).await?).map(|found| self.told(found)))
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            let page = self.store.read_stream(read.clone()).await?;
            Ok(self.fault.stream(&read, self.stamped(page)))
        })
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(async move {
            let page = self.store.read_log(read.clone()).await?;
            Ok(self.fault.log(&read, self.stamped(page), &self.store))
        })
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        self.store.list_streams(self.fault.list(list))
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(async move { Ok(self.fault.head(self.store.head().await?)) })
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        Box::pin(async move { Ok(self.fault.summary(self.store.summary().await?)) })
    }

    fn watch(&self) -> HeadWatch {
        if let Some(me) = self.me.upgrade() {
            self.fault.watched(&(me as Arc<dyn EventStore>));
        }
        self.signal(|signal| signal.as_ref().map(HeadSignal::watch)).unwrap_or_else(|| self.store.watch())
    }

    fn records(&self) -> &dyn Records {
        self
    }

    fn capabilities(&self) -> Capabilities {
        self.fault.capabilities(self.store.capabilities())
    }

    fn info(&self) -> StoreInfo {
        self.store.info()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if F::CLOSES {
                self.store.close().await;
            }
            if F::CLOSES && F::WAKES {
                self.signal(Option::take);
            }
        })
    }
}

impl<F: Fault> Records for Flawed<F> {
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>> {
        self.store.records().get(key)
    }

    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>> {
        let (expect, fence) = self.fault.change(expect, fence);
        Box::pin(async move {
            let revision = self.store.records().put(key, self.fault.value(value), expect, fence).await?;
            Ok(self.fault.revision(revision))
        })
    }

    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        let (expect, fence) = self.fault.change(expect, fence);
        self.store.records().delete(key, expect, fence)
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>> {
        Box::pin(
            async move { Ok(self.fault.records(self.store.records().list(prefix, after, limit).await?)) },
        )
    }
}

/// The engine of stores with this fault. It claims a way past the contract,
/// which refuses unless `OBEYS`.
pub(crate) struct Wrong<F, const OBEYS: bool = false>(PhantomData<F>);

impl<F, const OBEYS: bool> Default for Wrong<F, OBEYS> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<F: Fault, const OBEYS: bool> Engine for Wrong<F, OBEYS> {
    fn name(&self) -> &str {
        std::any::type_name::<F>().rsplit("::").next().unwrap_or("flawed")
    }

    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>> {
        Box::pin(async { Ok(Arc::new(Self::default()) as Arc<dyn Site>) })
    }
}

impl<F: Fault, const OBEYS: bool> Site for Wrong<F, OBEYS> {
    fn open(&self) -> Opening<'_> {
        Box::pin(async { Ok(Flawed::<F>::new(Arc::new(SystemClock)) as Arc<dyn EventStore>) })
    }

    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        Some(Box::pin(async { Ok(Flawed::<F>::new(clock) as Arc<dyn EventStore>) }))
    }

    fn tamper(&self) -> Option<BoxFuture<'_, Result<Vec<Attempt>, EngineError>>> {
        let refused = (!OBEYS).then(|| "history stays".to_owned());
        Some(Box::pin(async { Ok(vec![Attempt { what: "delete everything".to_owned(), refused }]) }))
    }
}
