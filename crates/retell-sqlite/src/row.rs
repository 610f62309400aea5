//! From a row of SQLite into a page: each text is copied once.

use std::collections::HashMap;

use retell_store::{CommitId, PageBuilder, Position, RawEvent, Timestamp, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::failure::Fault;

/// The beginning of a statement that reads events: the columns in the order in
/// which [`copy`] takes them, from `$position` (a column) on.
macro_rules! select_events {
    ($position:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $position,
            ", e.stream, e.version, e.type, e.schema, e.effective_at, e.recorded_at, e.commit_index, ",
            "e.commit_id, e.tags, e.metadata, e.payload FROM ",
            $rest
        )
    };
}
pub(crate) use select_events;

const FIRST_OF_COMMIT: &str = "SELECT commit_id, recorded_at, metadata FROM events WHERE position = ?1";
const NAME: &str = "SELECT name FROM streams WHERE id = ?1";

/// Names of streams by their number, so that reading the log looks up each
/// once. A stream never changes its name.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<i64, Box<str>>);

impl Names {
    /// How many names are kept; then they are collected anew.
    const MOST: usize = 16_384;

    /// The name of a stream.
    pub(crate) fn name(&mut self, connection: &Connection, stream: i64) -> Result<&str, Fault> {
        if !self.0.contains_key(&stream) {
            let mut statement = connection.prepare_cached(NAME)?;
            let mut rows = statement.query([stream])?;
            let Some(row) = rows.next()? else {
                return Err(Fault::Damaged(format!("there are events of stream {stream}, but no such stream")));
            };
            let name = text(row, 0, "streams")?.into();
            if self.0.len() >= Self::MOST {
                self.0.clear();
            }
            self.0.insert(stream, name);
        }
        Ok(self.0.get(&stream).map_or("", |name| name))
    }
}

/// Whose event the row is.
pub(crate) enum Stream<'a> {
    /// Of this stream.
    Named(&'a str),
    /// Of the stream whose number it holds.
    Look(&'a mut Names),
}

/// Copies a row into the page.
pub(crate) fn copy(
    connection: &Connection,
    row: &Row<'_>,
    stream: &mut Stream<'_>,
    page: &mut PageBuilder,
) -> Result<Position, Fault> {
    let position = place(row, 0)?;
    let (recorded_at, index) = (Timestamp::from_micros(integer(row, 6)?), integer(row, 7)?);
    let first = Position::new(position.saturating_sub(index.unsigned_abs()));
    if !page.in_commit(first) {
        if index == 0 {
            page.begin_commit(commit_id(row, 8)?, first, recorded_at, text(row, 10, "metadata")?);
        } else {
            begin_elsewhere(connection, first, page)?;
        }
    }
    let number = integer(row, 1)?;
    let stream = match stream {
        Stream::Named(name) => name,
        Stream::Look(names) => names.name(connection, number)?,
    };
    let schema = integer(row, 4)?;
    page.push(RawEvent {
        position: Position::new(position),
        version: Version::new(place(row, 2)?),
        stream,
        event_type: text(row, 3, "type")?,
        schema: u32::try_from(schema).map_err(|_| column("schema", "a version of a schema"))?,
        payload: text(row, 11, "payload")?,
        tags: text_or_empty(row, 9, "tags")?,
        effective: integer_or_null(row, 5)?.map(Timestamp::from_micros),
    });
    Ok(Position::new(position))
}

/// Begins a commit whose first event is not on the page.
fn begin_elsewhere(connection: &Connection, first: Position, page: &mut PageBuilder) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(FIRST_OF_COMMIT)?;
    let mut rows = statement.query([to_sql(first.get())])?;
    let Some(row) = rows.next()? else {
        return Err(Fault::Damaged(format!("a commit has no first event at position {first}")));
    };
    let recorded_at = Timestamp::from_micros(integer(row, 1)?);
    page.begin_commit(commit_id(row, 0)?, first, recorded_at, text(row, 2, "metadata")?);
    Ok(())
}

/// A position or version as SQLite keeps it; what is beyond its range comes
/// after everything that it can hold.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn integer(row: &Row<'_>, index: usize) -> Result<i64, Fault> {
    Ok(row.get(index)?)
}

/// A position or a version.
pub(crate) fn place(row: &Row<'_>, index: usize) -> Result<u64, Fault> {
    u64::try_from(integer(row, index)?).map_err(|_| column("position or version", "a positive number"))
}

fn integer_or_null(row: &Row<'_>, index: usize) -> Result<Option<i64>, Fault> {
    Ok(row.get(index)?)
}

pub(crate) fn text<'r>(row: &'r Row<'_>, index: usize, name: &'static str) -> Result<&'r str, Fault> {
    row.get_ref(index)?.as_str().map_err(|_| column(name, "a text"))
}

pub(crate) fn text_or_empty<'r>(row: &'r Row<'_>, index: usize, name: &'static str) -> Result<&'r str, Fault> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(""),
        value => value.as_str().map_err(|_| column(name, "a text")),
    }
}

pub(crate) fn commit_id(row: &Row<'_>, index: usize) -> Result<CommitId, Fault> {
    let bytes = match row.get_ref(index)? {
        ValueRef::Blob(bytes) => bytes.try_into().ok(),
        _ => None,
    };
    bytes.map(CommitId::from_bytes).ok_or_else(|| column("commit_id", "a UUID of 16 bytes"))
}

fn column(name: &'static str, wanted: &'static str) -> Fault {
    Fault::Damaged(format!("a column {name} does not hold {wanted}"))
}
