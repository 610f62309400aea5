//! Retries that are carried out once: the header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use retell::store::ReadStream;
use retell::{Actor, CommitId, Done, ReadError, Version};
use serde::Serialize;

use super::actor::only;
use super::api::TicketApi;
use super::problem::{Kind, Problem};
use crate::domain::{Ticket, TicketId};

const HEADER: &str = "idempotency-key";

/// Under which name the metadata of a commit keep the mark of its request.
const MARK: &str = "request";

/// What the caller calls the request, so that a retry is known as one.
pub(super) struct Key(Option<String>);

impl Key {
    const LONGEST: usize = 255;
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let problem = |detail: String| Problem::new(Kind::BadIdempotencyKey, detail);
        let Some(header) = only(&parts.headers, HEADER).map_err(problem)? else { return Ok(Self(None)) };
        let printable = header.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte));
        match header.to_str() {
            Ok(key) if printable && (1..=Self::LONGEST).contains(&key.len()) => {
                Ok(Self(Some(key.to_owned())))
            }
            _ => Err(problem("a key is 1 to 255 printable ASCII characters, for example a UUID".to_owned())),
        }
    }
}

/// The identity of a request: the id of the commit that it stores.
///
/// With a key it is the same for every retry by the same actor. Without one it
/// is new, and still known before anything is stored: so that the answer can
/// name it when the outcome is unknown.
pub(super) struct Identity {
    pub(super) commit: CommitId,
    key: Option<String>,
}

impl Identity {
    pub(super) fn new(actor: &Actor, Key(key): Key) -> Self {
        // No actor holds a line break, so no two pairs make the same name.
        let commit = match &key {
            Some(key) => CommitId::named("helpdesk http", &format!("{actor}\n{key}")),
            None => CommitId::new(),
        };
        Self { commit, key }
    }

    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// A mark of what is asked for, kept with what is stored: so that a key
    /// that comes again with something else is not taken for a retry. It
    /// depends on the key, which is not stored: nobody can find the content by
    /// trying.
    pub(super) fn mark<C: Serialize>(&self, command: &C) -> Option<Mark> {
        let key = self.key.as_ref()?;
        let content = serde_json::to_string(command).ok()?;
        Some(Mark(CommitId::named("helpdesk http request", &format!("{key}\n{content}")).to_string()))
    }
}

/// The mark of a request.
pub(super) struct Mark(String);

impl Mark {
    /// The name and the value of the note in the metadata.
    pub(super) fn note(&self) -> (&'static str, &str) {
        (MARK, &self.0)
    }

    /// Whether what was stored before bears this mark.
    pub(super) async fn is_on(
        &self,
        api: &TicketApi,
        id: &TicketId,
        done: &Done<Ticket>,
    ) -> Result<bool, ReadError> {
        let before = Version::new(done.version.get().saturating_sub(1));
        let page = api
            .store()
            .read_stream(ReadStream::new(id.stream().clone()).after(before).until(done.version))
            .await?;
        let Some(last) = page.first() else { return Ok(false) };
        let metadata =
            last.commit().metadata().map_err(|error| ReadError::Damaged { detail: error.to_string() })?;
        Ok(metadata.extra.get(MARK) == Some(&self.0))
    }
}
