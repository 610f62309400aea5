//! Opening a store by its URL. The one place that knows which engines exist.

use std::sync::Arc;

use retell_store::{Clock, EventStore, MemoryStore, SystemClock};
use thiserror::Error;

/// Opens a store by its URL; creates it where there is none yet.
///
/// | URL | engine |
/// |---|---|
/// | `memory:` | in memory, gone with the process |
/// | `sqlite:helpdesk.db`, `sqlite:/var/lib/desk.db` | SQLite, one file (feature `sqlite`, on by default) |
/// | `postgres://user@host/database?schema=desk` | PostgreSQL, a schema of a database (feature `postgres`); inside a tokio runtime, which must outlive the store |
///
/// # Errors
/// [`OpenError`] says what to do.
pub async fn open(url: &str) -> Result<Arc<dyn EventStore>, OpenError> {
    OpenOptions::new().open(url).await
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    create: bool,
    read_only: bool,
    clock: Arc<dyn Clock>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl OpenOptions {
    /// Reading and writing, created where there is none, stamped by the
    /// machine's clock.
    #[must_use]
    pub fn new() -> Self {
        Self { create: true, read_only: false, clock: Arc::new(SystemClock) }
    }

    /// Only a store that exists already.
    #[must_use]
    pub fn existing(mut self) -> Self {
        self.create = false;
        self
    }

    /// Only for reading, and only a store that exists already.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self.create = false;
        self
    }

    /// Stamped by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the store of this URL.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open(self, url: &str) -> Result<Arc<dyn EventStore>, OpenError> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(OpenError::NoScheme { url: url.to_owned() });
        };
        match scheme {
            "memory" if !rest.is_empty() => Err(OpenError::Malformed {
                url: url.to_owned(),
                reason: "a store in memory has no name: write memory:",
            }),
            "memory" if self.create => Ok(Arc::new(MemoryStore::with_clock(self.clock))),
            "memory" => Err(OpenError::Malformed {
                url: url.to_owned(),
                reason: "a store in memory is always new: there is none to open",
            }),
            #[cfg(feature = "sqlite")]
            "sqlite" => self.sqlite(rest, url),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => self.postgres(url).await,
            _ => Err(OpenError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }

    #[cfg(feature = "sqlite")]
    fn sqlite(self, path: &str, url: &str) -> Result<Arc<dyn EventStore>, OpenError> {
        // sqlite:desk.db, sqlite:/var/desk.db and sqlite:///var/desk.db are all in use.
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            let reason = "it names no file: write for example sqlite:helpdesk.db";
            return Err(OpenError::Malformed { url: url.to_owned(), reason });
        }
        let Self { create, read_only, clock } = self;
        let options =
            retell_sqlite::SqliteOptions::new(path).create(create).read_only(read_only).clock(clock);
        Ok(Arc::new(options.open()?))
    }
}

#[cfg(feature = "postgres")]
impl OpenOptions {
    async fn postgres(self, url: &str) -> Result<Arc<dyn EventStore>, OpenError> {
        let Self { create, read_only, clock } = self;
        let options =
            retell_postgres::PostgresOptions::new(url)?.create(create).read_only(read_only).clock(clock);
        Ok(Arc::new(options.open().await?))
    }
}

/// Why a store could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL has no scheme.
    #[error("\"{url}\" is no URL of a store: write for example sqlite:{url} or memory:")]
    NoScheme {
        /// The URL as it was given.
        url: String,
    },
    /// No engine has this scheme, or its feature is off.
    #[error("no engine knows the scheme \"{scheme}:\": this program knows {}", schemes())]
    UnknownScheme {
        /// The scheme.
        scheme: String,
    },
    /// The rest of the URL makes no sense to the engine.
    #[error("\"{url}\" cannot be opened: {reason}")]
    Malformed {
        /// The URL as it was given.
        url: String,
        /// What is wrong, and what to write.
        reason: &'static str,
    },
    /// The SQLite engine could not open the file.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Sqlite(#[from] retell_sqlite::OpenError),
    /// The PostgreSQL engine could not open the store.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] retell_postgres::OpenError),
}

fn schemes() -> &'static str {
    match (cfg!(feature = "sqlite"), cfg!(feature = "postgres")) {
        (true, true) => "memory:, sqlite:FILE and postgres://HOST/DATABASE",
        (true, false) => "memory: and sqlite:FILE",
        (false, true) => "memory: and postgres://HOST/DATABASE",
        (false, false) => "memory:",
    }
}
