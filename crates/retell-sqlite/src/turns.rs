//! Taking turns with writers of other processes.
//!
//! SQLite has one lock for writing and no queue before it: whoever asks at the
//! right moment gets it. A writer that takes it again at once, as a busy one
//! does, keeps the others out for seconds. So those who wait ask often, and
//! whoever has just seen that others write leaves them a moment to ask.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::failure::Fault;

/// How long to leave to others between two transactions.
const MOMENT: Duration = Duration::from_micros(300);

/// For how long others count as being at work after a commit of theirs.
const AT_WORK: Duration = Duration::from_secs(1);

/// Lets a connection wait for a lock for at most this long, asking often.
#[expect(clippy::disallowed_methods, reason = "a lock of another process has no event to wait for")]
pub(crate) fn wait_for_locks(connection: &mut Connection, patience: Duration) -> Result<(), Fault> {
    let mut since = Instant::now();
    let again = move |tries: i32| {
        if tries == 0 {
            since = Instant::now();
        }
        if since.elapsed() >= patience {
            return false;
        }
        thread::sleep(match tries {
            ..50 => Duration::from_micros(100),
            50..500 => Duration::from_micros(500),
            _ => Duration::from_millis(2),
        });
        true
    };
    connection.busy_handler(Some(again))?;
    Ok(())
}

/// Whether others write, too.
#[derive(Debug, Default)]
pub(crate) struct Others {
    version: Option<i64>,
    seen: Option<Instant>,
}

impl Others {
    /// Looks at a number that every commit of theirs changes.
    pub(crate) fn look(&mut self, version: i64) {
        if self.version.replace(version).is_some_and(|before| before != version) {
            self.seen = Some(Instant::now());
        }
    }

    /// Leaves them a moment to take the lock, if they are at work.
    #[expect(
        clippy::disallowed_methods,
        reason = "the time is left to others, who do not tell when they are done"
    )]
    pub(crate) fn give_way(&mut self) {
        match self.seen {
            Some(seen) if seen.elapsed() < AT_WORK => thread::sleep(MOMENT),
            Some(_) => self.seen = None,
            None => {}
        }
    }
}
