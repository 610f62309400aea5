//! What a child tells while it works: lines in a file that the shim records
//! between the writes of the database, and obeys where they are orders to it.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use retell_store::{AppendError, CommitId, EventStore};

use crate::content;

/// The lines of a child.
#[derive(Debug)]
pub(crate) struct Marks(File);

/// How an append ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    Unknown,
    Stopped,
    Unavailable,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Unknown => "unknown",
            Self::Stopped => "stopped",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Marks {
    /// The lines that belong to this database.
    pub(crate) fn new(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(".marks");
        Self(File::options().create(true).append(true).open(path).unwrap())
    }

    /// Tells a line.
    pub(crate) fn say(&self, line: &str) {
        (&self.0).write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Appends the commit of this id, and tells when it begins and how it ends.
    pub(crate) async fn append(&self, store: &dyn EventStore, id: CommitId) -> Outcome {
        self.say(&format!("began {id}"));
        let outcome = match store.append(content::commit(id)).await {
            Ok(committed) => {
                assert_eq!(committed.id, id);
                Outcome::Stored
            }
            Err(AppendError::OutcomeUnknown { commit, .. }) => {
                assert_eq!(commit, id);
                Outcome::Unknown
            }
            Err(AppendError::Stopped { .. }) => Outcome::Stopped,
            Err(AppendError::Unavailable { reason }) if reason.contains("full") => Outcome::Unavailable,
            Err(other) => panic!("commit {id}: {other}"),
        };
        self.say(&format!("{} {id}", outcome.word()));
        outcome
    }
}
