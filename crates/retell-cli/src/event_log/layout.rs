//! The header: which column is what.

use csv::{ReaderBuilder, StringRecord};

use super::LogError;
use super::time::TimeFormat;

/// What the columns of an event log mean.
///
/// ```
/// use retell_cli::{EventLog, Layout};
///
/// let layout = Layout::new("ticket", "case", "activity", "time");
/// let log = EventLog::parse(b"case;activity;time\n7;opened;2010-01-04 08:57:16\n", &layout)?;
/// assert_eq!(log.event_count(), 1);
/// # Ok::<(), retell_cli::LogError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub(super) category: String,
    pub(super) stream_column: String,
    pub(super) type_column: String,
    pub(super) time_column: String,
    pub(super) delimiter: Option<u8>,
    pub(super) time_format: TimeFormat,
}

impl Layout {
    /// The events of each case are a stream of this category; the columns of
    /// these names say which case, which type and when.
    #[must_use]
    pub fn new(category: &str, stream_column: &str, type_column: &str, time_column: &str) -> Self {
        Self {
            category: category.to_owned(),
            stream_column: stream_column.to_owned(),
            type_column: type_column.to_owned(),
            time_column: time_column.to_owned(),
            delimiter: None,
            time_format: TimeFormat::default(),
        }
    }

    /// The columns are separated by this character, and no other is tried.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn delimiter(mut self, delimiter: &str) -> Result<Self, String> {
        self.delimiter = Some(match delimiter {
            "\\t" | "tab" => b'\t',
            _ => match delimiter.as_bytes() {
                [b'"' | b'\n' | b'\r'] => return Err("this character has a meaning of its own".to_owned()),
                [byte] if byte.is_ascii() => *byte,
                _ => return Err("write one ASCII character, or tab".to_owned()),
            },
        });
        Ok(self)
    }

    /// The times are written in this format, in the manner of strftime.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn time_format(mut self, format: &str) -> Result<Self, String> {
        self.time_format = TimeFormat::custom(format).map_err(|error| {
            format!("it does not say a moment ({error}): write it for example like \"%d.%m.%Y %H:%M\"")
        })?;
        Ok(self)
    }
}

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) delimiter: u8,
    pub(super) count: usize,
    pub(super) stream: usize,
    pub(super) kind: usize,
    pub(super) time: usize,
    /// The others: where they stand, and their names as JSON.
    pub(super) others: Vec<(usize, String)>,
}

/// What separates columns, as it is written on the command line.
const DELIMITERS: [(u8, &str); 4] = [(b',', ","), (b';', ";"), (b'\t', "\\t"), (b'|', "|")];

impl Columns {
    /// Finds the columns in the first line of a file.
    pub(super) fn find(text: &str, layout: &Layout) -> Result<Self, LogError> {
        let wanted = [&layout.stream_column, &layout.type_column, &layout.time_column];
        let missing = |header: &[String]| -> Vec<String> {
            wanted.into_iter().filter(|name| !header.contains(name)).cloned().collect()
        };
        let fits = |delimiter: u8| missing(&header(text, delimiter)).is_empty();
        let fitting = DELIMITERS.into_iter().find(|(delimiter, _)| fits(*delimiter));
        // Where none fits, the one that makes the most columns is the one that is meant; of equals the first.
        let likely =
            || DELIMITERS.into_iter().rev().max_by_key(|(delimiter, _)| header(text, *delimiter).len());
        let found = || fitting.or_else(likely).map_or(b',', |(delimiter, _)| delimiter);
        let delimiter = layout.delimiter.unwrap_or_else(found);
        let header = header(text, delimiter);
        let missing = missing(&header);
        if !missing.is_empty() {
            let delimiter = fitting.map(|(_, written)| written);
            return Err(LogError::NoColumn { missing, header, delimiter });
        }
        if let Some(column) = header.iter().enumerate().find(|(at, name)| header[..*at].contains(name)) {
            return Err(LogError::ColumnTwice { column: column.1.clone() });
        }
        let place = |wanted: &str| header.iter().position(|name| name == wanted).unwrap_or_default();
        let [stream, kind, time] = wanted.map(|name| place(name));
        let others = (0..header.len()).filter(|at| ![stream, kind, time].contains(at));
        let others = others.map(|at| (at, json(&header[at]))).collect();
        Ok(Self { delimiter, count: header.len(), stream, kind, time, others })
    }
}

/// The names in the first line; a column without one is named by its place.
fn header(text: &str, delimiter: u8) -> Vec<String> {
    let mut record = StringRecord::new();
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    // Reading text from memory: what is left to fail is nothing.
    let _ = reader.read_record(&mut record);
    let name = |(at, name): (usize, &str)| match name.trim() {
        "" => format!("column {}", at + 1),
        name => name.to_owned(),
    };
    record.iter().enumerate().map(name).collect()
}

/// A text as a JSON string.
pub(super) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
