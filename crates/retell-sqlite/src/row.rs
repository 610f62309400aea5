//! From a row of SQLite into a page: each text is copied once.

use retell_store::{CommitId, PageBuilder, Position, RawEvent, Timestamp, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::failure::Fault;

/// The beginning of a statement that reads events: the columns in the order in
/// which [`copy`] takes them. `$position` and `$stream` say where the position
/// and the name of the stream come from.
macro_rules! select_events {
    ($position:literal, $stream:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $position,
            ", ",
            $stream,
            ", e.version, e.type, e.schema, e.effective_at, e.recorded_at, e.commit_index, e.commit_id, ",
            "e.tags, e.metadata, e.payload FROM ",
            $rest
        )
    };
}
pub(crate) use select_events;

const FIRST_OF_COMMIT: &str = "SELECT commit_id, recorded_at, metadata FROM events WHERE position = ?1";

/// Copies a row into the page, with the name of its stream in it.
pub(crate) fn copy(connection: &Connection, row: &Row<'_>, page: &mut PageBuilder) -> Result<(), Fault> {
    copy_of(connection, row, text(row, 1, "name")?, page)
}

/// Copies a row of this stream into the page.
pub(crate) fn copy_of(
    connection: &Connection,
    row: &Row<'_>,
    stream: &str,
    page: &mut PageBuilder,
) -> Result<(), Fault> {
    let (position, index) = (place(row, 0)?, place(row, 7)?);
    let first = Position::new(position.saturating_sub(index));
    if !page.in_commit(first) {
        if index == 0 {
            let recorded_at = Timestamp::from_micros(integer(row, 6)?);
            page.begin_commit(commit_id(row, 8)?, first, recorded_at, text(row, 10, "metadata")?);
        } else {
            begin_elsewhere(connection, first, page)?;
        }
    }
    page.push(RawEvent {
        position: Position::new(position),
        version: Version::new(place(row, 2)?),
        stream,
        event_type: text(row, 3, "type")?,
        schema: u32::try_from(integer(row, 4)?).map_err(|_| column("schema", "a version of a schema"))?,
        payload: text(row, 11, "payload")?,
        tags: text_or_empty(row, 9, "tags")?,
        effective: integer_or_null(row, 5)?.map(Timestamp::from_micros),
    });
    Ok(())
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
    match row.get_ref(index)? {
        ValueRef::Integer(number) => Ok(number),
        _ => Err(column("of numbers", "a number")),
    }
}

/// A position or a version.
pub(crate) fn place(row: &Row<'_>, index: usize) -> Result<u64, Fault> {
    u64::try_from(integer(row, index)?).map_err(|_| column("position or version", "a positive number"))
}

fn integer_or_null(row: &Row<'_>, index: usize) -> Result<Option<i64>, Fault> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number)),
        _ => Err(column("of numbers", "a number")),
    }
}

pub(crate) fn text<'r>(row: &'r Row<'_>, index: usize, name: &'static str) -> Result<&'r str, Fault> {
    row.get_ref(index)?.as_str().map_err(|_| column(name, "a text"))
}

pub(crate) fn text_or_empty<'r>(
    row: &'r Row<'_>,
    index: usize,
    name: &'static str,
) -> Result<&'r str, Fault> {
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
