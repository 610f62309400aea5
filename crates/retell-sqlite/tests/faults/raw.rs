//! A writer without the engine: the same tables, by plain SQL. What it gets
//! wrong on purpose shows that the tests can see a loss.

use std::collections::HashMap;
use std::path::Path;

use retell_sqlite::SqliteStore;
use retell_store::{CommitId, EventStore};
use rusqlite::{Connection, params};

use crate::content;

/// A connection that writes.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) connection: Connection,
    position: i64,
    streams: HashMap<String, (i64, i64)>,
}

const EVENT: &str = "INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index, \
    commit_size, commit_id, tags, metadata, payload) VALUES (?1, ?2, ?3, ?4, 1, ?1, ?5, ?6, ?7, ?8, ?9, ?10)";

impl Raw {
    /// Creates a store, and opens it with this setting of `synchronous`.
    pub(crate) async fn create(path: &Path, synchronous: &str) -> Self {
        SqliteStore::open(path).unwrap().close().await;
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.pragma_update(None, "synchronous", synchronous).unwrap();
        Self { connection, position: 0, streams: HashMap::new() }
    }

    /// Begins a transaction and writes a commit into it.
    pub(crate) fn begin(&mut self, id: CommitId) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut index = 0;
        for (name, count) in content::streams(id) {
            let category = name.split('/').next();
            let (stream, version) = match self.streams.get(&name) {
                Some(known) => *known,
                None => {
                    let sql = "INSERT INTO streams (name, category) VALUES (?1, ?2)";
                    (self.connection.prepare_cached(sql)?.insert(params![name, category])?, 0)
                }
            };
            for added in 1..=count as i64 {
                self.position += 1;
                let first = (index == 0).then_some(id);
                self.connection.prepare_cached(EVENT)?.execute(params![
                    self.position,
                    stream,
                    version + added,
                    content::TYPE,
                    index as i64,
                    first.map(|id| content::events(id) as i64),
                    first.as_ref().map(|id| &id.as_bytes()[..]),
                    content::tag(id),
                    first.map(|id| format!(r#"{{"reason":"{id}"}}"#)),
                    content::payload(id, index),
                ])?;
                let sql = "INSERT INTO tags (tag, position) VALUES (?1, ?2)";
                self.connection.prepare_cached(sql)?.execute(params![content::tag(id), self.position])?;
                index += 1;
            }
            self.streams.insert(name, (stream, version + count as i64));
        }
        Ok(())
    }

    /// Reads again what stands at the end of the log and of the streams.
    pub(crate) fn forget(&mut self) -> rusqlite::Result<()> {
        let sql = "SELECT coalesce(max(position), 0) FROM events";
        self.position = self.connection.query_row(sql, [], |row| row.get(0))?;
        let sql = "SELECT name, id, (SELECT max(version) FROM events WHERE stream = streams.id) FROM streams";
        let mut statement = self.connection.prepare(sql)?;
        let streams = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        self.streams = streams.collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// Ends the transaction.
    pub(crate) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }
}
