//! A store in memory that does something of its own on the way.

use retell::store::{
    BoxFuture, Capabilities, Commit, HeadWatch, ListStreams, Page, ReadLog, ReadStream, Records, StoreInfo,
    StreamHead, Summary,
};
use retell::{AppendError, CommitId, Committed, EventStore, MemoryStore, Position, ReadError};

/// What is done on the way; by default nothing.
pub(crate) trait Hooks: Send + Sync + 'static {
    fn append<'a>(
        &'a self,
        store: &'a MemoryStore,
        commit: Commit,
    ) -> BoxFuture<'a, Result<Committed, AppendError>> {
        store.append(commit)
    }

    fn find<'a>(
        &'a self,
        store: &'a MemoryStore,
        id: CommitId,
    ) -> BoxFuture<'a, Result<Option<Committed>, ReadError>> {
        store.find(id)
    }

    fn read_stream<'a>(
        &'a self,
        store: &'a MemoryStore,
        read: ReadStream,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        store.read_stream(read)
    }

    fn head<'a>(&'a self, store: &'a MemoryStore) -> BoxFuture<'a, Result<Position, ReadError>> {
        store.head()
    }
}

pub(crate) struct Wrapped {
    pub(crate) store: MemoryStore,
    hooks: Box<dyn Hooks>,
}

impl Wrapped {
    pub(crate) fn new(store: MemoryStore, hooks: impl Hooks) -> Self {
        Self { store, hooks: Box::new(hooks) }
    }
}

impl EventStore for Wrapped {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        self.hooks.append(&self.store, commit)
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        self.hooks.find(&self.store, id)
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.hooks.read_stream(&self.store, read)
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.store.read_log(read)
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        self.store.list_streams(list)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        self.hooks.head(&self.store)
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        self.store.summary()
    }

    fn watch(&self) -> HeadWatch {
        self.store.watch()
    }

    fn records(&self) -> &dyn Records {
        self.store.records()
    }

    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn info(&self) -> StoreInfo {
        self.store.info()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}
