//! Faults in what a commit id stands for.

use std::collections::HashMap;
use std::sync::Mutex;

use retell_store::{
    AppendError, Commit, CommitId, Committed, EventStore, Expected, InvalidCommit, MemoryStore, Page,
    PageBuilder, PageLimit, Version,
};

use crate::flawed::{Appending, Fault, finished, raw};

/// Stores a commit once more when it comes again.
#[derive(Default)]
pub(crate) struct ForgetsACommitId;

impl Fault for ForgetsACommitId {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit.clone()).await?;
            if !answer.already_stored {
                return Ok(answer);
            }
            store.append(Commit { id: CommitId::new(), ..commit }).await
        })
    }
}

/// Answers a stored id with the stored commit, whatever comes under it.
#[derive(Default)]
pub(crate) struct TakesOtherContent;

impl Fault for TakesOtherContent {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit).await;
            let Err(AppendError::Invalid(InvalidCommit::IdTaken(id))) = answer else { return answer };
            match store.find(id).await {
                Ok(Some(stored)) => Ok(stored),
                _ => answer,
            }
        })
    }
}

/// Judges expectations before it looks at the id.
#[derive(Default)]
pub(crate) struct JudgesBeforeTheId;

impl Fault for JudgesBeforeTheId {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            // A commit with one more, hopeless expectation is judged and never stored.
            let nowhere = Expected::Exact(Version::new(999_999));
            let probe = Commit { id: CommitId::new(), ..commit.clone() };
            let probe = probe.write("nobody/here".parse().unwrap(), nowhere, Vec::new());
            match store.append(probe).await {
                Err(AppendError::Conflict(mut told)) if told.streams.len() > 1 => {
                    told.streams.pop();
                    Err(AppendError::Conflict(told))
                }
                _ => store.append(commit).await,
            }
        })
    }
}

/// Finds no commit by its id.
#[derive(Default)]
pub(crate) struct FindsNothing;

impl Fault for FindsNothing {
    fn found(&self, _found: Option<Committed>) -> Option<Committed> {
        None
    }
}

/// Takes the id of a commit that it refuses.
#[derive(Default)]
pub(crate) struct RemembersTheRefused(Mutex<Vec<CommitId>>);

impl Fault for RemembersTheRefused {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let id = commit.id;
            if self.0.lock().unwrap().contains(&id) {
                return Err(InvalidCommit::IdTaken(id).into());
            }
            let answer = store.append(commit).await;
            if matches!(answer, Err(AppendError::Conflict(_))) {
                self.0.lock().unwrap().push(id);
            }
            answer
        })
    }
}

/// Writes the id down only after the events: who drops the append in between
/// leaves events that nobody finds, and the retry stores them again.
#[derive(Default)]
pub(crate) struct WritesTheIdLater {
    /// The id that the caller gave, by the id that is stored.
    given: Mutex<HashMap<CommitId, CommitId>>,
    known: Mutex<HashMap<CommitId, CommitId>>,
}

impl WritesTheIdLater {
    fn given(&self, stored: CommitId) -> CommitId {
        self.given.lock().unwrap().get(&stored).copied().unwrap_or(stored)
    }
}

impl Fault for WritesTheIdLater {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let given = commit.id;
            let known = self.known.lock().unwrap().get(&given).copied();
            let stored = known.unwrap_or_else(CommitId::new);
            self.given.lock().unwrap().insert(stored, given);
            let answer = store.append(Commit { id: stored, ..commit }).await;
            let answer = answer.map(|committed| Committed { id: given, ..committed });
            let answer = answer.map_err(|error| match error {
                AppendError::Invalid(InvalidCommit::IdTaken(_)) => InvalidCommit::IdTaken(given).into(),
                other => other,
            });
            if answer.is_ok() && known.is_none() {
                tokio::task::yield_now().await;
                self.known.lock().unwrap().entry(given).or_insert(stored);
            }
            answer
        })
    }

    fn look_up(&self, id: CommitId) -> CommitId {
        self.known.lock().unwrap().get(&id).copied().unwrap_or(id)
    }

    fn found(&self, found: Option<Committed>) -> Option<Committed> {
        found.map(|found| Committed { id: self.given(found.id), ..found })
    }

    fn page(&self, page: Page) -> Page {
        let mut builder = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
        for event in page.iter() {
            let commit = event.commit();
            if !builder.in_commit(commit.first) {
                builder.begin_commit(
                    self.given(commit.id),
                    commit.first,
                    commit.recorded_at,
                    commit.metadata,
                );
            }
            builder.push(raw(&event));
        }
        finished(builder, &page)
    }
}
