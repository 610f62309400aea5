//! What a child of this binary does, by role.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use retell_sqlite::SqliteStore;
use retell_store::{CommitId, EventStore, Expect};

use crate::marks::{Marks, Outcome};
use crate::{content, lock, power, rig, room, sync};

/// Does what the role asks for; without one, in an ordinary run, nothing.
#[test]
fn child() {
    let Ok(role) = std::env::var(rig::ROLE) else { return };
    let database = PathBuf::from(std::env::var_os(rig::DATABASE).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (role, rest) = role.split_once(' ').unwrap_or((&role, ""));
    runtime.block_on(async {
        match role {
            "write" => power::write(&database).await,
            "write-raw" => power::write_raw(&database, rest).await,
            "sync-fails" => sync::sync_fails(&database, rest).await,
            "checkpoint-fails" => sync::checkpoint_fails(&database).await,
            "ask-again" => sync::ask_again(&database, rest).await,
            "close-fails" => sync::close_fails(&database).await,
            "naive" => sync::naive(&database).await,
            "full" => room::full(&database).await,
            "full-checkpoint" => room::full_checkpoint(&database).await,
            "full-index" => room::full_index(&database).await,
            "full-disk" => room::full_disk(&database).await,
            "hold" => lock::hold(&database),
            other => panic!("{other} is no role"),
        }
    });
}

/// A store with several tasks that write to it.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) store: SqliteStore,
    pub(crate) marks: Arc<Marks>,
}

/// How many tasks write at the same time.
pub(crate) const TASKS: usize = 8;

impl Desk {
    pub(crate) fn open(database: &Path) -> Self {
        let store = SqliteStore::open(database).unwrap();
        Self { store, marks: Arc::new(Marks::new(database)) }
    }

    /// Appends a new commit.
    pub(crate) async fn append(&self) -> (CommitId, Outcome) {
        let id = CommitId::new();
        (id, self.marks.append(&self.store, id).await)
    }

    /// Appends commits, so many from each task, and returns how each ended.
    pub(crate) async fn round(&self, each: usize) -> Vec<(CommitId, Outcome)> {
        let tasks = (0..TASKS).map(|_| {
            let desk = self.clone();
            tokio::spawn(async move {
                let mut outcomes = Vec::with_capacity(each);
                for _ in 0..each {
                    outcomes.push(desk.append().await);
                }
                outcomes
            })
        });
        join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect()
    }

    /// Writes the large record, and tells whether it was stored.
    pub(crate) async fn put(&self, number: u64) -> bool {
        let (key, value) = (content::cursor(), content::cursor_value(number));
        let stored = self.store.records().put(&key, value, Expect::Any, None).await.is_ok();
        if stored {
            self.marks.say(&format!("cursor {number}"));
        }
        stored
    }
}
