//! From rows of the server into a page: each text is copied once, from the
//! buffer of the protocol into the page's.

use std::collections::HashMap;

use retell_store::{CommitId, PageBuilder, PageLimit, Position, RawEvent, Timestamp, Version};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::failure::Fault;
use crate::link::Link;
use crate::sql::Q;

/// The values that ask for as many rows as a page takes, and one more.
pub(crate) fn wanted(limit: PageLimit, have: usize) -> (i64, i64) {
    let rows = limit.events.max(1).saturating_sub(have).saturating_add(1);
    (i64::try_from(rows).unwrap_or(i64::MAX), i64::try_from(limit.bytes.max(1)).unwrap_or(i64::MAX))
}

/// Copies rows into the page until it is full; tells whether one was left
/// over.
pub(crate) async fn fill(link: &Link, rows: &[Row], page: &mut PageBuilder) -> Result<bool, Fault> {
    let elsewhere = elsewhere(link, rows, page).await?;
    for row in rows {
        if page.is_full() {
            return Ok(true);
        }
        copy(row, &elsewhere, page)?;
    }
    Ok(false)
}

/// The first events of the commits that the page has no row of at their turn.
async fn elsewhere(link: &Link, rows: &[Row], page: &PageBuilder) -> Result<HashMap<u64, Row>, Fault> {
    let mut missing = Vec::new();
    let mut current = None;
    for row in rows {
        let (first, index) = first_of_commit(row)?;
        if current != Some(first) {
            let begun = current.is_none() && page.in_commit(Position::new(first));
            if index != 0 && !begun {
                missing.push(place_to_sql(first));
            }
            current = Some(first);
        }
    }
    if missing.is_empty() {
        return Ok(HashMap::new());
    }
    let found = link.rows(Q::FirstOfCommit, &[&missing]).await?;
    found.into_iter().map(|row| Ok((place(&row, 0)?, row))).collect()
}

fn first_of_commit(row: &Row) -> Result<(u64, u64), Fault> {
    let index: i32 = row.try_get(7)?;
    let index = u64::from(index.unsigned_abs());
    Ok((place(row, 0)?.saturating_sub(index), index))
}

fn copy(row: &Row, elsewhere: &HashMap<u64, Row>, page: &mut PageBuilder) -> Result<(), Fault> {
    let (first, index) = first_of_commit(row)?;
    let recorded_at = Timestamp::from_micros(integer(row, 6)?);
    let begins = Position::new(first);
    if !page.in_commit(begins) {
        if index == 0 {
            page.begin_commit(commit_id(row, 8)?, begins, recorded_at, text(row, 10)?);
        } else {
            let head = elsewhere
                .get(&first)
                .ok_or_else(|| Fault::Damaged(format!("a commit has no first event at position {first}")))?;
            page.begin_commit(commit_id(head, 1)?, begins, recorded_at, text(head, 3)?);
        }
    }
    let schema = integer(row, 4)?;
    page.push(RawEvent {
        position: Position::new(place(row, 0)?),
        version: Version::new(place(row, 2)?),
        stream: text(row, 1)?,
        event_type: text(row, 3)?,
        schema: u32::try_from(schema)
            .map_err(|_| Fault::Damaged(format!("an event has schema version {schema}")))?,
        payload: text(row, 11)?,
        tags: row.try_get::<_, Option<&str>>(9)?.unwrap_or(""),
        effective: row.try_get::<_, Option<i64>>(5)?.map(Timestamp::from_micros),
    });
    Ok(())
}

pub(crate) fn text(row: &Row, index: usize) -> Result<&str, Fault> {
    Ok(row.try_get(index)?)
}

pub(crate) fn integer(row: &Row, index: usize) -> Result<i64, Fault> {
    Ok(row.try_get(index)?)
}

/// A position, a version or a count.
pub(crate) fn place(row: &Row, index: usize) -> Result<u64, Fault> {
    let number = integer(row, index)?;
    u64::try_from(number)
        .map_err(|_| Fault::Damaged(format!("{number} stands where a position or version should")))
}

fn place_to_sql(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn commit_id(row: &Row, index: usize) -> Result<CommitId, Fault> {
    let id: Option<Uuid> = row.try_get(index)?;
    let id = id.ok_or_else(|| Fault::Damaged("the first event of a commit has no commit id".to_owned()))?;
    Ok(CommitId::from_bytes(id.into_bytes()))
}
