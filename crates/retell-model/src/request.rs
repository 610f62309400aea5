//! What a caller says about a request besides the command or the facts.

use retell_store::{
    CommandRecord, Commit, CommitId, Expected, Metadata, NameError, NewEvent, Timestamp, Version,
};

use crate::{Aggregate, Context, EncodeError, Id, IntoActor, encode};

/// Who asks, when, why, under which identity.
pub(crate) struct Request {
    pub(crate) context: Context,
    /// A name for the command in place of its own.
    pub(crate) name: Option<String>,
    /// The identity that the caller gave.
    pub(crate) commit_id: Option<CommitId>,
    /// What was wrong with the actor; told when the request is carried out.
    pub(crate) mistake: Option<NameError>,
}

impl Request {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { context: Context::new(now), name: None, commit_id: None, mistake: None }
    }

    pub(crate) fn by(&mut self, actor: impl IntoActor) {
        match actor.into_actor() {
            Ok(actor) => self.context.actor = Some(actor),
            Err(mistake) => self.mistake = Some(mistake),
        }
    }

    /// The commit that stores these events of one aggregate.
    pub(crate) fn commit<A: Aggregate>(
        &self,
        id: &Id<A>,
        commit: CommitId,
        expected: Expected,
        events: &[A::Event],
        command: Option<CommandRecord>,
    ) -> Result<Commit, EncodeError> {
        let Context { effective, actor, correlation, causation, reason, extra, .. } = self.context.clone();
        let events: Result<Vec<NewEvent>, EncodeError> =
            events.iter().map(|event| Ok(NewEvent { effective, ..encode(event)? })).collect();
        let metadata = Metadata { actor, command, correlation, causation, reason, extra };
        Ok(Commit::with_id(commit).write(id.stream().clone(), expected, events?).metadata(metadata))
    }
}

/// The expectation of somebody who has seen this version.
pub(crate) fn expected(version: Version) -> Expected {
    if version == Version::NONE { Expected::Absent } else { Expected::Exact(version) }
}

/// The setters that commands and recorded facts share.
macro_rules! request_setters {
    () => {
        /// Who asks: an [`Actor`](retell_store::Actor), or a text like `agent/31`.
        pub fn by(mut self, actor: impl crate::IntoActor) -> Self {
            self.request.by(actor);
            self
        }

        /// When it takes effect, where that is not now.
        pub fn effective_at(mut self, time: retell_store::Timestamp) -> Self {
            self.request.context.effective = Some(time);
            self
        }

        /// The identity of the commit, so that the same request is carried out
        /// once however often it is sent (an HTTP `Idempotency-Key`).
        pub fn commit_id(mut self, id: retell_store::CommitId) -> Self {
            self.request.commit_id = Some(id);
            self
        }

        /// The root of the chain of causes.
        pub fn correlation(mut self, id: impl Into<String>) -> Self {
            self.request.context.correlation = Some(id.into());
            self
        }

        /// The immediate cause.
        pub fn causation(mut self, id: impl Into<String>) -> Self {
            self.request.context.causation = Some(id.into());
            self
        }

        /// Why, in words.
        pub fn reason(mut self, reason: impl Into<String>) -> Self {
            self.request.context.reason = Some(reason.into());
            self
        }

        /// Something of the program's own, kept in the metadata.
        pub fn note(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
            self.request.context.extra.insert(key.into(), value.into());
            self
        }
    };
}

pub(crate) use request_setters;
