//! Keyed values beside the log.

use retell_store::{BoxFuture, Expect, Fence, Record, RecordError, RecordKey, Records, Revision};
use rusqlite::{Connection, OptionalExtension, params};

use crate::changes::{Change, Changed};
use crate::failure::{CLOSED, Fault};
use crate::reader::Reader;
use crate::readers::Undone;
use crate::row::{integer, text};
use crate::store::SqliteStore;

/// The largest value that is read on the caller's own thread.
const SMALL: i64 = 64 << 10;

const REVISION: &str = "SELECT revision FROM records WHERE key = ?1";
const NEXT: &str = "UPDATE meta SET value = value + 1 WHERE key = 'last_revision' RETURNING value";
const PUT: &str = "INSERT INTO records (key, value, revision) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision";
const DELETE: &str = "DELETE FROM records WHERE key = ?1";
const GET: &str =
    "SELECT revision, CASE WHEN octet_length(value) <= ?2 THEN value END FROM records WHERE key = ?1";
const LIST: &str = "SELECT key, revision, value FROM records WHERE key >= ?1 AND key <> ?2 ORDER BY key";

impl Change {
    /// Makes the change, in the writer's transaction.
    pub(crate) fn apply(&self, connection: &Connection) -> Result<Changed, Fault> {
        if let Some(Fence { lease, revision }) = &self.fence
            && revision_of(connection, lease)? != Some(*revision)
        {
            return Ok(Err(RecordError::Fenced { lease: lease.clone() }));
        }
        let current = revision_of(connection, &self.key)?;
        let holds = match self.expect {
            Expect::Any => true,
            Expect::Absent => current.is_none(),
            Expect::Revision(revision) => current == Some(revision),
        };
        if !holds {
            return Ok(Err(RecordError::Changed { key: self.key.clone(), current }));
        }
        let key = self.key.as_str();
        let Some(value) = &self.value else {
            connection.prepare_cached(DELETE)?.execute([key])?;
            return Ok(Ok(None));
        };
        let revision: i64 = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
        connection.prepare_cached(PUT)?.execute(params![key, value, revision])?;
        Ok(Ok(Some(Revision::new(revision.unsigned_abs()))))
    }
}

fn revision_of(connection: &Connection, key: &RecordKey) -> Result<Option<Revision>, Fault> {
    let mut statement = connection.prepare_cached(REVISION)?;
    let revision: Option<i64> = statement.query_row([key.as_str()], |row| row.get(0)).optional()?;
    Ok(revision.map(|revision| Revision::new(revision.unsigned_abs())))
}

impl Reader {
    /// Reads a record; nothing more than that it is larger than `most` bytes where it is.
    fn record(&self, key: &RecordKey, most: i64) -> Result<Option<Result<Record, TooLarge>>, Fault> {
        let mut statement = self.connection.prepare_cached(GET)?;
        let mut rows = statement.query(params![key.as_str(), most])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let revision = Revision::new(integer(row, 0)?.unsigned_abs());
        let value: Option<Vec<u8>> = row.get(1)?;
        let record = value.map(|value| Record { key: key.clone(), value, revision });
        Ok(Some(record.ok_or(TooLarge)))
    }

    fn records(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Record>, Fault> {
        let mut records = Vec::new();
        let (first, not) = (after.unwrap_or_default().max(prefix), after.unwrap_or_default());
        let mut statement = self.connection.prepare_cached(LIST)?;
        let mut rows = statement.query([first, not])?;
        while records.len() < limit
            && let Some(row) = rows.next()?
        {
            let key = text(row, 0, "key")?;
            if !key.starts_with(prefix) {
                break;
            }
            let revision = Revision::new(integer(row, 1)?.unsigned_abs());
            let key = RecordKey::new(key).map_err(|error| Fault::Damaged(error.to_string()))?;
            records.push(Record { key, value: row.get(2)?, revision });
        }
        Ok(records)
    }
}

/// A value that is too large to be read on the caller's own thread.
struct TooLarge;

impl Records for SqliteStore {
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>> {
        Box::pin(async move {
            let found = self.readers().here(|reader| reader.record(key, SMALL)).map_err(undone)?;
            match found {
                Some(None) => return Ok(None),
                Some(Some(Ok(record))) => return Ok(Some(record)),
                Some(Some(Err(TooLarge))) | None => {}
            }
            let key = key.clone();
            let found = self
                .readers()
                .elsewhere(move |reader| reader.record(&key, i64::MAX))
                .await
                .map_err(undone)?;
            Ok(found.and_then(Result::ok))
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>> {
        Box::pin(async move {
            <dyn Records>::check_size(&value)?;
            let changed = self.change(Change::new(key.clone(), Some(value), expect, fence)).await?;
            changed.ok_or_else(|| RecordError::Unavailable { reason: "the change was not made".to_owned() })
        })
    }

    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move { self.change(Change::new(key.clone(), None, expect, fence)).await.map(drop) })
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>> {
        let (prefix, after) = (prefix.to_owned(), after.cloned());
        Box::pin(async move {
            let list = move |reader: &mut Reader| {
                reader.records(&prefix, after.as_ref().map(RecordKey::as_str), limit)
            };
            self.readers().elsewhere(list).await.map_err(undone)
        })
    }
}

fn undone(undone: Undone) -> RecordError {
    match undone {
        Undone::Fault(fault) => fault.unchanged(),
        Undone::Closed => RecordError::Stopped { reason: CLOSED.to_owned() },
    }
}
