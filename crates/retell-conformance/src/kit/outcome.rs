//! Appending, and taking answers apart.

use std::time::Duration;

use retell_store::{AppendError, Commit, Committed, Conflict, EventStore, InvalidCommit};

use crate::trial::{Checked, Failure};

/// Appends; a store that is too busy is asked again.
pub(crate) async fn append(store: &dyn EventStore, commit: &Commit) -> Result<Committed, AppendError> {
    loop {
        match store.append(commit.clone()).await {
            Err(AppendError::TooBusy { .. }) => tokio::time::sleep(Duration::from_millis(2)).await,
            answer => return answer,
        }
    }
}

/// Appends what must be stored.
pub(crate) async fn put(store: &dyn EventStore, commit: &Commit) -> Checked<Committed> {
    append(store, commit).await.map_err(|error| Failure(format!("a good commit was refused: {error}")))
}

/// Appends what must meet a conflict.
pub(crate) async fn conflict(store: &dyn EventStore, commit: &Commit, what: &str) -> Checked<Conflict> {
    match append(store, commit).await {
        Err(AppendError::Conflict(conflict)) => Ok(*conflict),
        Err(other) => Err(Failure(format!("{what}: expected a conflict, found: {other}"))),
        Ok(stored) => Err(Failure(format!("{what}: expected a conflict, and it was stored: {stored:?}"))),
    }
}

/// Appends what must be refused as invalid.
pub(crate) async fn invalid(store: &dyn EventStore, commit: &Commit, what: &str) -> Checked<InvalidCommit> {
    match append(store, commit).await {
        Err(AppendError::Invalid(why)) => Ok(why),
        Err(other) => Err(Failure(format!("{what}: expected it to be invalid, found: {other}"))),
        Ok(stored) => {
            Err(Failure(format!("{what}: expected it to be invalid, and it was stored: {stored:?}")))
        }
    }
}
