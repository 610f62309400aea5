//! What whoever wrote an engine provides: a way to open stores.

use std::error::Error;
use std::sync::Arc;

use retell_store::{BoxFuture, Clock, EventStore};

/// What went wrong while a store was opened or tampered with.
pub type EngineError = Box<dyn Error + Send + Sync>;

/// A store that is being opened.
pub type Opening<'a> = BoxFuture<'a, Result<Arc<dyn EventStore>, EngineError>>;

/// An engine under test: makes places for stores.
pub trait Engine: Send + Sync + 'static {
    /// What the engine is called in the table, for example `sqlite`.
    fn name(&self) -> &str;

    /// A new place that holds an empty store; other places must not see it.
    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>>;
}

/// Where one store is kept: a directory, a schema, an account.
///
/// It is dropped when the check has ended; then it may remove what it holds.
pub trait Site: Send + Sync {
    /// Opens the store, in the settings that users get. It is called again
    /// after the store was closed, and, for an engine that says
    /// `several_processes`, while other handles are open: then it opens the
    /// store as another process would, sharing nothing in memory.
    fn open(&self) -> Opening<'_>;

    /// Opens the store so that this clock stamps its commits; nothing where
    /// the engine takes no clock.
    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        let _no_clock = clock;
        None
    }

    /// Tries to change and to delete stored events by the engine's own means
    /// (SQL, stream administration), past the contract, and tells how each
    /// attempt went; nothing where the engine has no such means.
    ///
    /// The store is open and holds events while this runs.
    fn tamper(&self) -> Option<BoxFuture<'_, Result<Vec<Attempt>, EngineError>>> {
        None
    }
}

/// An attempt to change history past the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried, for example the SQL statement.
    pub what: String,
    /// The engine's refusal, or nothing where it obeyed.
    pub refused: Option<String>,
}
