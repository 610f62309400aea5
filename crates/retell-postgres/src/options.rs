//! How a store is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use retell_store::queue::QueueLimits;
use retell_store::{Clock, SystemClock};

use crate::tls::TlsMode;
use crate::{OpenError, PostgresStore, open, url};

/// How a store is opened.
///
/// What cannot be chosen is durability: a commit is acknowledged when the
/// server has it on its disk, and a server that is set up otherwise is
/// refused.
///
/// ```no_run
/// # async fn open() -> Result<(), retell_postgres::OpenError> {
/// use retell_postgres::PostgresOptions;
///
/// let store = PostgresOptions::new("postgres://desk@db.example/helpdesk?schema=tickets")?.create(false).open().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) tls: TlsMode,
    pub(crate) schema: String,
    /// Whether statements are prepared under names.
    pub(crate) named: bool,
    pub(crate) notify: bool,
    pub(crate) create: bool,
    pub(crate) read_only: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queue: QueueLimits,
    pub(crate) pool: usize,
    pub(crate) poll_interval: Duration,
    pub(crate) patience: Duration,
    pub(crate) timeouts: Timeouts,
}

/// The bounds that every transaction that appends sets for itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    pub(crate) stall: Duration,
    pub(crate) lock: Duration,
    pub(crate) statement: Duration,
}

impl PostgresOptions {
    /// The store of this URL:
    /// `postgres://user:password@host:port/database?name=value&…`.
    ///
    /// Besides what libpq knows (`host`, `port`, `user`, `dbname`,
    /// `application_name`, `connect_timeout`, `keepalives`,
    /// `target_session_attrs`, …; a directory as `host` means a Unix socket):
    ///
    /// | name | means | if not given |
    /// |---|---|---|
    /// | `schema` | the schema that holds the store: `[a-z_][a-z0-9_]*`, at most 63 | `retell` |
    /// | `statements` | `named`, or `unnamed` for a pooler in transaction mode (pgbouncer) | `named` |
    /// | `notify` | `on` or `off`: whether commits are told, and heard of, by NOTIFY | `on`; `off` with unnamed statements |
    /// | `pool` | the most connections for reading | 8 |
    /// | `poll_ms` | how often to look for commits of other processes | 100 |
    /// | `stall_timeout_ms` | how long a transaction may hold the end of the log without doing anything | 5000 |
    /// | `lock_timeout_ms` | how long to wait for the end of the log | 10000 |
    /// | `statement_timeout_ms` | how long one statement of an append may take | 30000 |
    /// | `patience_ms` | how long an append waits for a lost server to come back | 10000 |
    /// | `sslmode` | `disable`; `prefer`; `require`; `verify-full` | `prefer` with the feature `tls`, else `disable` |
    /// | `sslrootcert` | a PEM file of the authorities for `verify-full` | those of the system |
    ///
    /// `prefer` and `require` encrypt without looking at the certificate, so
    /// they keep listeners out and impostors not; `prefer` goes on without
    /// encryption where the server has none. `verify-full` checks the chain
    /// and the name of the host.
    ///
    /// # Errors
    /// [`OpenError::Url`] and [`OpenError::SchemaName`].
    pub fn new(url: &str) -> Result<Self, OpenError> {
        url::parse(url)
    }

    pub(crate) fn of(config: tokio_postgres::Config) -> Self {
        Self {
            config,
            tls: TlsMode::default(),
            schema: "retell".to_owned(),
            named: true,
            notify: true,
            create: true,
            read_only: false,
            clock: Arc::new(SystemClock),
            queue: QueueLimits::default(),
            pool: 8,
            poll_interval: Duration::from_millis(100),
            patience: Duration::from_secs(10),
            timeouts: Timeouts {
                stall: Duration::from_secs(5),
                lock: Duration::from_secs(10),
                statement: Duration::from_secs(30),
            },
        }
    }

    /// Whether a store is created where there is none, and an older format
    /// brought up to date; yes, if this is not called.
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Whether the store is only read; no, if this is not called. Nothing is
    /// created then, and a standby will do.
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

    /// How often to look for commits of other processes. This is the truth
    /// that followers rest on; NOTIFY only makes them quicker.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Whether commits are told, and heard of, by NOTIFY. Every process that
    /// is to be told soon needs it on both sides.
    #[must_use]
    pub fn notify(mut self, notify: bool) -> Self {
        self.notify = notify;
        self
    }

    /// How long a transaction may hold the end of the log without doing
    /// anything before the server ends it: the bound on how long a process
    /// that was stopped can hold up the others.
    #[must_use]
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.stall = timeout.max(Duration::from_millis(1));
        self
    }

    /// How long to wait for the end of the log before a commit is refused as
    /// too busy.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.lock = timeout.max(Duration::from_millis(1));
        self
    }

    /// How long one statement of an append may take.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.statement = timeout.max(Duration::from_millis(1));
        self
    }

    /// How long an append waits for a lost server to come back, before it is
    /// answered with "unavailable" or, where it was under way, with "outcome
    /// unknown".
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Opens the store, and creates it if there is none.
    ///
    /// Call it inside a tokio runtime with time and I/O enabled: the store's
    /// tasks live on that runtime, and with it they end.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(self) -> Result<PostgresStore, OpenError> {
        open::open(self).await
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = url::location(&self.config, &self.schema);
        f.debug_struct("PostgresOptions").field("location", &location).finish_non_exhaustive()
    }
}
