//! Why a file is no event log.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::escape::short;

/// Why a file is no event log. Nothing of it was stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// There is no such file.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// It is a directory.
    #[error("{} is a directory", path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is UTF-16.
    #[error("the file is UTF-16, not UTF-8")]
    Utf16,
    /// It is no text.
    #[error("the file is no text: it holds bytes that are zero")]
    Binary,
    /// It is in another encoding.
    #[error("the file is not UTF-8 (line {line})")]
    NotUtf8 {
        /// The line of the first byte that is not UTF-8.
        line: u64,
    },
    /// A column that was named is not there.
    #[error(
        "the file has no column{} {}: its first line names {}",
        if missing.len() == 1 { "" } else { "s" },
        quoted(missing),
        quoted(header)
    )]
    NoColumn {
        /// The columns that are not there.
        missing: Vec<String>,
        /// The columns that are there.
        header: Vec<String>,
        /// The delimiter with which the columns would be there, as it is
        /// written on the command line.
        delimiter: Option<&'static str>,
    },
    /// A column is named twice.
    #[error("the first line names the column \"{column}\" twice")]
    ColumnTwice {
        /// The column.
        column: String,
    },
}

impl LogError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } => "check the path".to_owned(),
            Self::Directory { .. } => "name a file in it".to_owned(),
            Self::Unreadable { .. } => return None,
            Self::Empty => "an event log begins with a line that names its columns".to_owned(),
            Self::Utf16 => "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`".to_owned(),
            Self::Binary => "is it the right file? An event log is a table of text, saved as CSV".to_owned(),
            Self::NotUtf8 { .. } => {
                "save it as UTF-8; if it is Latin-1, with `iconv -f LATIN1 -t UTF-8`".to_owned()
            }
            Self::NoColumn { delimiter: Some(delimiter), .. } => {
                format!("its columns seem to be separated otherwise: use --delimiter '{delimiter}'")
            }
            Self::NoColumn { header, .. } if header.len() == 1 => {
                "are the columns separated by something else? Say so with --delimiter".to_owned()
            }
            Self::NoColumn { .. } => "write the names as they stand in the first line".to_owned(),
            Self::ColumnTwice { .. } => "give each column a name of its own".to_owned(),
        })
    }
}

fn quoted(names: &[String]) -> String {
    const MOST: usize = 40;
    let quoted: Vec<String> = names.iter().take(MOST).map(|name| format!("\"{}\"", short(name))).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    quoted.join(", ") + more
}
