//! What is printed: tables for people, a line of JSON each for programs.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::escape::JsonLine;

/// Writes a value as one line of JSON.
pub(crate) fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    writeln!(out, "{}", JsonLine(&text))
}

/// A column of a [`Table`].
#[derive(Debug)]
pub(crate) struct Column {
    title: &'static str,
    right: bool,
    width: usize,
}

impl Column {
    /// A column of words.
    pub(crate) fn left(title: &'static str) -> Self {
        Self { title, right: false, width: title.width() }
    }

    /// A column of numbers.
    pub(crate) fn right(title: &'static str) -> Self {
        Self { title, right: true, width: title.width() }
    }
}

/// Rows of text in columns, each as wide as its widest cell.
///
/// It is written in parts, so that a long list needs little memory: a part is
/// never narrower than the one before.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    headed: bool,
}

#[derive(Debug)]
struct Row {
    cells: Vec<String>,
    /// Lines that follow the row, indented to the second column.
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new(), headed: false }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<String>>) {
        let cells = cells.into();
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.width = column.width.max(cell.width());
        }
        self.rows.push(Row { cells, notes: Vec::new() });
    }

    /// Adds a line to the row that was added last.
    pub(crate) fn note(&mut self, line: String) {
        if let Some(row) = self.rows.last_mut() {
            row.notes.push(line);
        }
    }

    /// Writes the rows that were added since the last time, under a header if
    /// they are the first.
    pub(crate) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.headed && !self.rows.is_empty() {
            self.headed = true;
            self.line(out, self.columns.iter().map(|column| column.title))?;
        }
        for row in std::mem::take(&mut self.rows) {
            self.line(out, row.cells.iter().map(String::as_str))?;
            let indent = self.columns.first().map_or(0, |column| column.width + 2);
            for note in row.notes {
                writeln!(out, "{:indent$}{note}", "")?;
            }
        }
        Ok(())
    }

    fn line<'a>(&self, out: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        let mut line = String::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let padding = " ".repeat(column.width - cell.width());
            let (before, after) = if column.right { (padding.as_str(), "") } else { ("", padding.as_str()) };
            for part in [before, cell, after, "  "] {
                line.push_str(part);
            }
        }
        writeln!(out, "{}", line.trim_end())
    }
}
