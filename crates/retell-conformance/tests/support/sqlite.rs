//! The SQLite engine under test.

use std::path::PathBuf;
use std::sync::Arc;

use retell_conformance::{Attempt, Engine, EngineError, Opening, Site};
use retell_sqlite::SqliteOptions;
use retell_store::{BoxFuture, Clock, EventStore};
use rusqlite::Connection;
use tempfile::TempDir;

/// The engine of `SqliteStore`: each site is a folder of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SqliteEngine;

impl Engine for SqliteEngine {
    fn name(&self) -> &str {
        "sqlite"
    }

    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>> {
        Box::pin(async { Ok(Arc::new(Folder(tempfile::tempdir()?)) as Arc<dyn Site>) })
    }
}

struct Folder(TempDir);

impl Folder {
    fn file(&self) -> PathBuf {
        self.0.path().join("conformance.db")
    }
}

impl Site for Folder {
    fn open(&self) -> Opening<'_> {
        Box::pin(async { Ok(Arc::new(SqliteOptions::new(self.file()).open()?) as Arc<dyn EventStore>) })
    }

    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        Some(Box::pin(async {
            Ok(Arc::new(SqliteOptions::new(self.file()).clock(clock).open()?) as Arc<dyn EventStore>)
        }))
    }

    fn tamper(&self) -> Option<BoxFuture<'_, Result<Vec<Attempt>, EngineError>>> {
        Some(Box::pin(async {
            let connection = Connection::open(self.file())?;
            let attempt = |sql: &&str| {
                let refused = connection.execute_batch(sql).err().map(|error| error.to_string());
                Attempt { what: (*sql).to_owned(), refused }
            };
            Ok(TAMPERING.iter().map(attempt).collect())
        }))
    }
}

/// What a person with an SQL prompt would try.
const TAMPERING: [&str; 12] = [
    "UPDATE events SET payload = '\"changed\"' WHERE position = 1",
    "UPDATE events SET recorded_at = 0",
    "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
    "DELETE FROM events WHERE position = 1",
    "DELETE FROM events",
    "INSERT OR REPLACE INTO events SELECT * FROM events WHERE position = 1",
    "REPLACE INTO events (position, stream, version, type, schema, recorded_at, commit_index, payload) \
     SELECT position, stream, version, type, schema, recorded_at, commit_index, '\"changed\"' FROM events",
    "INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index, payload) \
     SELECT position, stream, version, type, schema, recorded_at, commit_index, '\"changed\"' FROM events \
     WHERE position = 1 ON CONFLICT (position) DO UPDATE SET payload = excluded.payload",
    "UPDATE streams SET name = 'ticket/other'",
    "DELETE FROM streams",
    "INSERT OR REPLACE INTO streams SELECT id, 'ticket/other', category FROM streams",
    "UPDATE history SET payload = '\"changed\"'",
];
