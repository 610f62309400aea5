//! How a database is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use retell_store::queue::QueueLimits;
use retell_store::{Clock, SystemClock};

use crate::{OpenError, SqliteStore, open};

/// How a database is opened.
///
/// What cannot be chosen is durability: a commit is acknowledged when it is on
/// the disk.
///
/// ```no_run
/// use retell_sqlite::SqliteOptions;
///
/// let store = SqliteOptions::new("helpdesk.db").create(false).open()?;
/// # Ok::<(), retell_sqlite::OpenError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    pub(crate) path: PathBuf,
    pub(crate) create: bool,
    pub(crate) read_only: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queue: QueueLimits,
    pub(crate) busy_timeout: Duration,
    pub(crate) poll_interval: Duration,
}

impl SqliteOptions {
    /// The database at this path, which is created if there is none.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            create: true,
            read_only: false,
            clock: Arc::new(SystemClock),
            queue: QueueLimits::default(),
            busy_timeout: Duration::from_secs(5),
            poll_interval: Duration::from_millis(25),
        }
    }

    /// Whether a store is created where there is none; yes, if this is not called.
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Whether the store is only read; no, if this is not called. Other
    /// processes may write it meanwhile. Nothing is created then.
    ///
    /// SQLite needs to write beside the database even for reading (`-wal`,
    /// `-shm`). Where the folder cannot be written to, a store that was closed
    /// in order is read as it is, without locks: nobody may write it then.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// The clock that commits are stamped by; the machine's, if this is not called.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How many commits may wait, and how many are stored together.
    #[must_use]
    pub fn queue(mut self, limits: QueueLimits) -> Self {
        self.queue = limits;
        self
    }

    /// How long to wait for the lock of another process before a commit is
    /// refused as too busy; 5 seconds, if this is not called.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How often to look for commits of other processes; every 25
    /// milliseconds, if this is not called.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Opens the database. Blocks for as long as that takes: some
    /// milliseconds, or up to the busy timeout where another process is in
    /// the way.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(self) -> Result<SqliteStore, OpenError> {
        open::open(self)
    }
}
