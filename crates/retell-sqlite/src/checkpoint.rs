//! Moves the write-ahead log into the database, when it suits the writer.
//!
//! SQLite would do it inside a commit, every 1,000 pages. Here it is done
//! after the answers were given, ten times less often, and in full when
//! nothing else is to do.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

use crate::failure::{Class, Fault};
use crate::turns::wait_for_locks;

/// The pages in the log (of 4 KiB) at which it is moved.
const PAGES: i32 = 10_000;

/// How many more before the next try, where a reader kept some of it in use.
const MORE: i32 = 2_500;

/// The pages for which moving them is worth it when there is nothing else to do.
const WORTH: i32 = 250;

/// When nothing came for so long, there is nothing else to do.
pub(crate) const IDLE: Duration = Duration::from_secs(2);

/// Watches the write-ahead log.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    /// How many pages the log had after the last commit.
    pages: Arc<AtomicI32>,
    next: i32,
    patience: Duration,
}

impl Checkpoints {
    pub(crate) fn new(connection: &mut Connection, patience: Duration) -> Result<Self, Fault> {
        let pages = Arc::new(AtomicI32::new(0));
        let seen = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut Wal, pages: c_int| {
            seen.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        wait_for_locks(connection, patience)?;
        Ok(Self { pages, next: PAGES, patience })
    }

    /// After a transaction: moves the log where it has grown long. Waits for nobody.
    pub(crate) fn after_commit(&mut self, connection: &Connection) -> Result<(), Fault> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < PAGES {
            // It began anew.
            self.next = PAGES;
        }
        if pages < self.next {
            return Ok(());
        }
        self.next = pages.saturating_add(MORE);
        let (all, moved) = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE)?;
        tracing::debug!(pages = all, moved, "checkpoint");
        Ok(())
    }

    /// Whether there is something to do when there is nothing else to do.
    pub(crate) fn wants_idle(&self) -> bool {
        self.pages.load(Ordering::Relaxed) >= WORTH
    }

    /// Moves all of the log and empties it, unless someone is in the way.
    pub(crate) fn truncate(&mut self, connection: &mut Connection) -> Result<(), Fault> {
        // One try for each time that the log has grown.
        self.pages.store(0, Ordering::Relaxed);
        connection.busy_timeout(Duration::ZERO)?;
        let done = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE).map_err(Fault::from);
        wait_for_locks(connection, self.patience)?;
        match done {
            Ok(_) => tracing::debug!("the write-ahead log was emptied"),
            Err(fault) if fault.class() == Class::Busy => tracing::debug!("the write-ahead log is in use"),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}
