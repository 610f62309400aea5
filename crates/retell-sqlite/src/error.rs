//! Why a database was not opened.

use std::path::PathBuf;

use thiserror::Error;

/// Why a database was not opened. Nothing in it was changed.
///
/// Each variant says what to do next; match on it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no store, and none was to be created. **Check the path**, or
    /// let it be created.
    #[error("there is no store at {}: check the path, or let it be created", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The path names a directory. **Name a file** in it.
    #[error("{} is a directory: name a file in it, for example {}", path.display(), path.join("retell.db").display())]
    IsDirectory {
        /// The path.
        path: PathBuf,
    },
    /// The file is no SQLite database. **Check the path.**
    #[error("{} is no SQLite database: check the path", path.display())]
    NotADatabase {
        /// The path.
        path: PathBuf,
    },
    /// The file is an SQLite database of another application. **Check the
    /// path.**
    #[error(
        "{} is an SQLite database of another application (application id {application_id:#010x}): check the path",
        path.display()
    )]
    ForeignDatabase {
        /// The path.
        path: PathBuf,
        /// Its application id; zero where it has none.
        application_id: u32,
    },
    /// A newer version of retell wrote the store. **Update the program.**
    #[error(
        "{} has format {found}, this program knows {supported}: open it with a newer version of retell",
        path.display()
    )]
    NewerFormat {
        /// The path.
        path: PathBuf,
        /// The format of the store.
        found: u32,
        /// The newest format that this program knows.
        supported: u32,
    },
    /// The program was linked with an SQLite that can lose committed data.
    /// **Build it with the SQLite that rusqlite bundles.**
    #[error(
        "the program runs on SQLite {found}, older than {needed}, which can lose committed data \
         (https://sqlite.org/wal.html#the_wal_reset_bug): build it with a newer one"
    )]
    TooOldSqlite {
        /// The version of SQLite that the program runs on.
        found: String,
        /// The oldest version that is good enough.
        needed: String,
    },
    /// Another process holds the database for itself. **Try again later**, or
    /// end that process.
    #[error("another process holds {} for itself: try again later", path.display())]
    Busy {
        /// The path.
        path: PathBuf,
    },
    /// The database can be read, but not written. **Open it read-only**, or
    /// change its permissions.
    #[error(
        "{} cannot be written to: open it read-only, or change the permissions of the file and its folder",
        path.display()
    )]
    NotWritable {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused. **Mend the cause.**
    #[error("{} cannot be opened: {reason}", path.display())]
    CannotOpen {
        /// The path.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
    /// SQLite did not take a setting that the promises rest on. **Move the
    /// store to a local file system** that knows locks and shared memory.
    #[error(
        "{}: SQLite did not take the setting {setting} = {wanted} (it is {found}): \
         keep the store on a local file system",
        path.display()
    )]
    Settings {
        /// The path.
        path: PathBuf,
        /// The name of the setting.
        setting: &'static str,
        /// What was asked for.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The file is a store, but parts of it are missing or broken. **Restore a
    /// copy that verifies**, and keep this one for inspection.
    #[error("{} is damaged: {detail}; restore a copy, and keep this one for inspection", path.display())]
    Damaged {
        /// The path.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
}
