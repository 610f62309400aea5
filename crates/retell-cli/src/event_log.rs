//! Event logs as files: a table whose rows are events.
//!
//! An event log has a column that says which case an event belongs to, one
//! that says what happened, and one that says when. [`EventLog::read`] checks
//! the whole file before anything is done with it:
//!
//! | to learn about | read |
//! |---|---|
//! | the bytes: encodings | `text.rs` |
//! | the header: which column is what, and how columns are separated | `layout.rs` |
//! | times, and how they are written | `time.rs` |
//! | the rows, and why one is refused | `rows.rs` |
//! | what is said of a file that is no event log | `error.rs` |

mod error;
mod layout;
mod rows;
mod text;
mod time;

use std::path::Path;

use retell::store::{NewEvent, StreamName};

pub use error::LogError;
pub use layout::Layout;

/// An event log as it was read: the events of each stream in the order of the
/// file, and the rows that were refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventLog {
    /// The name of the file, without its folder.
    pub(crate) file: String,
    /// The streams in the order in which they first appear.
    pub(crate) streams: Vec<LoggedStream>,
    /// The rows that are no events, in the order of the file.
    pub(crate) refused: Vec<RefusedRow>,
}

/// The rows of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoggedStream {
    pub(crate) stream: StreamName,
    pub(crate) rows: Vec<LoggedEvent>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoggedEvent {
    /// The line of the file on which it begins.
    pub(crate) line: u64,
    pub(crate) event: NewEvent,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct RefusedRow {
    /// The line of the file on which it begins.
    pub line: u64,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

impl EventLog {
    /// Reads a file.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read or is no event log. Single rows
    /// that are broken are no error: they are refused one by one.
    pub fn read(path: &Path, layout: &Layout) -> Result<Self, LogError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = Self::parse(&text::read(path)?, layout)?;
        Ok(Self { file, ..log })
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// [`LogError`] when it is no event log.
    pub fn parse(content: &[u8], layout: &Layout) -> Result<Self, LogError> {
        rows::read(text::decode(content)?, layout)
    }

    /// How many rows the file has, refused ones included.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.event_count() + self.refused.len() as u64
    }

    /// How many rows are events.
    #[must_use]
    pub fn event_count(&self) -> u64 {
        self.streams.iter().map(|stream| stream.rows.len() as u64).sum()
    }

    /// How many streams the events belong to.
    #[must_use]
    pub fn stream_count(&self) -> u64 {
        self.streams.len() as u64
    }

    /// The rows that were refused.
    #[must_use]
    pub fn refused(&self) -> &[RefusedRow] {
        &self.refused
    }
}
