//! Recording facts without a rule.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use retell_store::{AppendError, CommandRecord, CommitId, Committed, Expected, NameError};
use thiserror::Error;
use tracing::Instrument;

use crate::request::{Request, request_setters};
use crate::{Aggregate, EncodeError, Id, Repository};

/// Facts that are about to be recorded: say who, when and why, then await it.
/// Nothing happens before.
///
/// An incident log that is imported holds what breaks the rules of the desk:
/// tickets that begin resolved, edits after closing. It happened all the same,
/// so it is recorded and no rule is asked.
#[must_use = "facts are not recorded until this is awaited"]
pub struct Facts<'r, A: Aggregate> {
    repository: &'r Repository<A>,
    id: Id<A>,
    events: Vec<A::Event>,
    expected: Expected,
    request: Request,
}

/// Why facts were not recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FactsError {
    /// The store did not take them, or may not have: the error says what to do.
    #[error(transparent)]
    Store(#[from] AppendError),
    /// An event cannot be stored as it is. Nothing was stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The actor is none. Nothing was stored.
    #[error(transparent)]
    Actor(#[from] NameError),
}

impl<'r, A: Aggregate> Facts<'r, A> {
    pub(crate) fn new(repository: &'r Repository<A>, id: Id<A>, events: Vec<A::Event>) -> Self {
        let request = Request::new(repository.shared().clock.now());
        Self { repository, id, events, expected: Expected::Any, request }
    }

    request_setters!();

    /// What the stream must be like; by default anything.
    pub fn expecting(mut self, expected: Expected) -> Self {
        self.expected = expected;
        self
    }

    /// How the facts came here, for the audit, for example `import`.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.request.name = Some(name.into());
        self
    }

    async fn run(mut self) -> Result<Committed, FactsError> {
        if let Some(mistake) = self.request.mistake.take() {
            return Err(mistake.into());
        }
        let id = self.request.commit_id.unwrap_or_else(CommitId::new);
        let command = self.request.name.take().map(|name| CommandRecord { name, content: None });
        let commit = self.request.commit(&self.id, id, self.expected, &self.events, command)?;
        let span =
            tracing::debug_span!("retell.append", stream = %self.id.stream(), events = self.events.len());
        Ok(self.repository.store().append(commit).instrument(span).await?)
    }
}

impl<'r, A: Aggregate> IntoFuture for Facts<'r, A> {
    type Output = Result<Committed, FactsError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'r>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
