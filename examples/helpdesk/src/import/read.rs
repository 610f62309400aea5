//! The file: what it may look like, and what is said when it looks otherwise.
//!
//! A comma separated table in UTF-8, with or without a byte order mark, with
//! any line ends, whose first line names the columns, in any order. The whole
//! file is read and checked before anything is done with it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::row::{Cells, Columns, Row, shown};
use crate::domain::TicketId;

/// A log as it was read: its rows in the order of the file, and what was refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentLog {
    /// The rows that can be imported.
    pub rows: Vec<Row>,
    /// The rows that cannot.
    pub refused: Vec<RefusedRow>,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// The line of the file on which it begins.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for RefusedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why a file is no incident log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// There is no such file.
    #[error("there is no file {}: check the path", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// It is a directory.
    #[error("{} is a directory: name the file in it", path.display())]
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
    #[error("the file is empty: an incident log begins with a line that names its columns")]
    Empty,
    /// It is UTF-16.
    #[error("the file is UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`")]
    Utf16,
    /// It is no text.
    #[error("the file is no text: is it the right one?")]
    Binary,
    /// It is in another encoding.
    #[error(
        "the file is not UTF-8 (line {line}): save it as UTF-8, \
         for example with `iconv -f LATIN1 -t UTF-8` if it is Latin-1"
    )]
    NotUtf8 {
        /// The line of the first byte that is not UTF-8.
        line: usize,
    },
    /// It has not the columns of an incident log.
    #[error("{}", missing_columns(missing, header))]
    Columns {
        /// The columns that are not there.
        missing: Vec<&'static str>,
        /// The header as it is, shortened.
        header: String,
    },
}

fn missing_columns(missing: &[&str], header: &str) -> String {
    let columns = if missing.len() == 1 { "column" } else { "columns" };
    let names = missing.join(", ");
    let advice = if header.contains(';') { "; separate them by commas, not semicolons" } else { "" };
    format!("the file lacks the {columns} {names}: its first line is \"{header}\"{advice}")
}

impl IncidentLog {
    /// Reads a file.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read or is no incident log. Single rows
    /// that are broken are no error, but [`refused`](Self::refused).
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => LogError::Missing { path: path.to_owned() },
            io::ErrorKind::IsADirectory => LogError::Directory { path: path.to_owned() },
            _ => LogError::Unreadable { path: path.to_owned(), source },
        };
        if path.is_dir() {
            return Err(LogError::Directory { path: path.to_owned() });
        }
        Self::parse(&std::fs::read(path).map_err(failed)?)
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// [`LogError`] when it is no incident log.
    pub fn parse(content: &[u8]) -> Result<Self, LogError> {
        let text = text_of(content)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        // Reading text from memory, with rows of any length: what is left to fail is nothing.
        let header = reader.headers().cloned().unwrap_or_default();
        let columns = Columns::find(&header).map_err(|missing| LogError::Columns {
            missing,
            header: shown(text.lines().next().unwrap_or_default()),
        })?;

        let mut log = Self::default();
        let mut ordinals = BTreeMap::new();
        let mut lines = Lines::of(text);
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = lines.at(error.position());
                    log.refused.push(RefusedRow { line, reason: error.to_string() });
                    continue;
                }
            };
            let line = lines.at(record.position());
            match row(&Cells::new(&columns, &record), line, &mut ordinals) {
                Ok(row) => log.rows.push(row),
                Err(reason) => log.refused.push(RefusedRow { line, reason }),
            }
        }
        Ok(log)
    }

    /// The rows of each ticket in the order of the file, the tickets in the
    /// order in which they first appear.
    #[must_use]
    pub fn tickets(&self) -> Vec<(&TicketId, Vec<&Row>)> {
        let mut places = BTreeMap::new();
        let mut tickets: Vec<(&TicketId, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            let place = *places.entry(&row.ticket).or_insert(tickets.len());
            if place == tickets.len() {
                tickets.push((&row.ticket, Vec::new()));
            }
            tickets[place].1.push(row);
        }
        tickets
    }
}

/// Reads a row. One that is refused after its number was read still counts
/// among the rows of its ticket, so that the others keep their ordinals when
/// it is repaired.
fn row(cells: &Cells<'_>, line: u64, ordinals: &mut BTreeMap<TicketId, u32>) -> Result<Row, String> {
    cells.must_fit()?;
    let number = cells.get("number").ok_or("number is missing")?;
    let ticket = TicketId::new(number).map_err(|error| format!("number names no ticket: {error}"))?;
    let ordinal = ordinals.entry(ticket.clone()).or_insert(0);
    *ordinal += 1;
    Row::read(cells, ticket, line, *ordinal)
}

/// Counts lines, with any line ends, as a reader goes on.
///
/// The reader's own count is that of line feeds, and one too low where lines
/// end in two characters.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), counted: 0, line: 1 }
    }

    /// The line on which the record begins that the reader found at this place
    /// or after the line ends that stand there. Places must not go back.
    fn at(&mut self, place: Option<&csv::Position>) -> u64 {
        let place = place.map_or(0, |place| usize::try_from(place.byte()).unwrap_or(usize::MAX));
        while let Some(byte) = self.text.get(self.counted) {
            if self.counted >= place && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.counted += 1;
            let pair = *byte == b'\r' && self.text.get(self.counted) == Some(&b'\n');
            self.line += u64::from(matches!(byte, b'\r' | b'\n') && !pair);
        }
        self.line
    }
}

/// The text in a file.
fn text_of(content: &[u8]) -> Result<&str, LogError> {
    let marked = content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]);
    // Without a mark, every other byte of a header in UTF-16 is zero.
    let zeros: Vec<bool> = content.iter().take(4).map(|byte| *byte == 0).collect();
    if marked || zeros == [true, false, true, false] || zeros == [false, true, false, true] {
        return Err(LogError::Utf16);
    }
    if content.contains(&0) {
        return Err(LogError::Binary);
    }
    let content = content.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        LogError::NotUtf8 { line: before.iter().filter(|byte| **byte == b'\n').count() + 1 }
    })?;
    if text.trim().is_empty() { Err(LogError::Empty) } else { Ok(text) }
}
