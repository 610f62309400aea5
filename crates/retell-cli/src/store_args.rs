//! Which store: `--store URL` or `RETELL_STORE`.

use std::sync::Arc;

use clap::Args;
use retell::{EventStore, OpenOptions};

use crate::Failure;

/// The option `--store`, to be flattened into an application's own arguments.
///
/// ```
/// use clap::Parser;
/// use retell_cli::StoreArgs;
///
/// #[derive(Parser)]
/// struct Desk {
///     #[command(flatten)]
///     store: StoreArgs,
/// }
///
/// let desk = Desk::parse_from(["desk", "--store", "sqlite:desk.db"]);
/// assert_eq!(desk.store.url_or("sqlite:helpdesk.db"), "sqlite:desk.db");
/// ```
#[derive(Debug, Clone, Default, Args)]
pub struct StoreArgs {
    /// The store, for example sqlite:helpdesk.db
    ///
    /// sqlite:FILE is a store in one file; postgres://USER@HOST/DATABASE is one
    /// in a PostgreSQL database (`?schema=NAME` says in which schema, unless it
    /// is `retell`). Commands that only read open it read-only, and never
    /// create it.
    #[arg(long, value_name = "URL", env = "RETELL_STORE", hide_env_values = true, global = true)]
    pub store: Option<String>,
}

impl StoreArgs {
    /// The URL of the store.
    ///
    /// # Errors
    /// [`Failure::NoStore`] where none was given.
    pub fn url(&self) -> Result<&str, Failure> {
        self.given().ok_or(Failure::NoStore)
    }

    /// The URL of the store, or that of the application's own.
    #[must_use]
    pub fn url_or<'a>(&'a self, default: &'a str) -> &'a str {
        self.given().unwrap_or(default)
    }

    fn given(&self) -> Option<&str> {
        self.store.as_deref().filter(|url| !url.trim().is_empty())
    }
}

/// Opens a store that exists, to read it.
///
/// # Errors
/// [`Failure::Open`].
pub async fn open_to_read(url: &str) -> Result<Arc<dyn EventStore>, Failure> {
    Ok(OpenOptions::new().read_only().open(url).await?)
}

/// Opens a store to write to it; creates it where there is none.
///
/// # Errors
/// [`Failure::Open`].
pub async fn open_to_write(url: &str) -> Result<Arc<dyn EventStore>, Failure> {
    Ok(OpenOptions::new().open(url).await?)
}
