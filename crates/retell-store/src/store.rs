//! The store itself.

use std::future::Future;
use std::pin::Pin;

use crate::{
    AppendError, Capabilities, Commit, CommitId, Committed, HeadWatch, ListStreams, Page, Position,
    ReadError, ReadLog, ReadStream, Records, StoreInfo, StreamHead, Summary,
};

/// A future that is boxed, so that a store can be used behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A log of events, kept in streams.
///
/// The ticket desk's log is one store: a stream for each ticket
/// (`ticket/42`), and in it what happened to the ticket. What a store promises
/// is written down as P1 to P13 in `docs/promises.md` and tested by
/// `retell-conformance`; [`MemoryStore`](crate::MemoryStore) shows how an
/// engine is written.
///
/// Every future may be dropped at any time. A dropped append leaves the commit
/// stored whole or not at all: it runs to its end without its caller.
pub trait EventStore: Send + Sync {
    /// Stores a commit, all or nothing; returns when it is durable.
    ///
    /// In this order: a commit whose id is stored already is answered with
    /// the stored commit if it has the same events (else
    /// [`InvalidCommit::IdTaken`](crate::InvalidCommit::IdTaken)); then the
    /// expectations and the condition are judged against all that was stored
    /// before; then the events are stored, with positions after all others.
    /// Content means the events and their streams, not expectations, metadata
    /// or times.
    ///
    /// # Errors
    /// [`AppendError`]; each variant says what to do next.
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>>;

    /// Looks a commit up by its id.
    ///
    /// # Errors
    /// [`ReadError`].
    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>>;

    /// Reads a page of a stream.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>>;

    /// Reads a page of the log.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>>;

    /// Lists streams by name.
    ///
    /// # Errors
    /// [`ReadError`].
    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>>;

    /// The position of the last event, [`Position::START`] where there is none.
    ///
    /// # Errors
    /// [`ReadError`].
    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>>;

    /// Counts what the store holds. Reads the whole log on most engines.
    ///
    /// # Errors
    /// [`ReadError`].
    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>>;

    /// Watches for new events, of this and of other processes. A hint: read
    /// the log to learn what is new.
    fn watch(&self) -> HeadWatch;

    /// The keyed values beside the log.
    fn records(&self) -> &dyn Records;

    /// What this engine can do.
    fn capabilities(&self) -> Capabilities;

    /// Which store this is.
    fn info(&self) -> StoreInfo;

    /// Takes no further commits, stores those that were taken in, releases
    /// what the store holds, and returns when that is done. Dropping the last
    /// handle does the same without waiting.
    fn close(&self) -> BoxFuture<'_, ()>;
}
