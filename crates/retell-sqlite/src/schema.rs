//! The stored format: one object a file. `docs/format.md` explains it.

use retell_store::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::failure::Fault;

/// `Rtel` in ASCII, in the header of the file: tells a store from other SQLite databases.
pub(crate) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"Rtel");

/// The version of the format that this code writes, and the newest that it reads.
pub(crate) const FORMAT: u32 = 1;

const OBJECTS: [&str; 9] = [
    include_str!("schema/meta.sql"),
    include_str!("schema/streams.sql"),
    include_str!("schema/events.sql"),
    include_str!("schema/events_by_stream.sql"),
    include_str!("schema/events_by_commit.sql"),
    include_str!("schema/tags.sql"),
    include_str!("schema/records.sql"),
    include_str!("schema/guards.sql"),
    include_str!("schema/history.sql"),
];

/// What the header and the schema tell about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing is in it.
    Empty,
    /// A store of this format.
    Store { format: u32 },
    /// A database of another application.
    Foreign { application_id: u32 },
}

/// One statement, so that it is one look: another process may be creating the
/// store right now.
const KIND: &str = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) \
                    FROM pragma_application_id, pragma_user_version";

/// Looks at a file and changes nothing.
pub(crate) fn kind(connection: &Connection) -> Result<Kind, Fault> {
    let (application_id, format, objects): (i64, i64, i64) =
        connection.query_row(KIND, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    // Both are 32 bits in the header, which SQLite shows as signed.
    Ok(match application_id as u32 {
        APPLICATION_ID => Kind::Store { format: format as u32 },
        0 if objects == 0 => Kind::Empty,
        application_id => Kind::Foreign { application_id },
    })
}

/// Writes the schema into an empty file. The caller holds the write lock.
pub(crate) fn create(connection: &Connection, now: Timestamp) -> Result<(), Fault> {
    for object in OBJECTS {
        connection.execute_batch(object)?;
    }
    let mut meta = connection.prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)")?;
    meta.execute(params!["store_id", Uuid::now_v7().to_string()])?;
    meta.execute(params!["created_at", now.as_micros()])?;
    meta.execute(params!["format", FORMAT])?;
    meta.execute(params!["last_revision", 0])?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(())
}

/// The identity of the store.
pub(crate) fn store_id(connection: &Connection) -> Result<Uuid, Fault> {
    let sql = "SELECT value FROM meta WHERE key = 'store_id'";
    let text = match connection.query_row(sql, [], |row| row.get::<_, String>(0)) {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            return Err(Fault::Damaged("the table meta holds no store_id".to_owned()));
        }
        other => other?,
    };
    Uuid::parse_str(&text)
        .map_err(|_| Fault::Damaged(format!("the store_id {text:?} in the table meta is no UUID")))
}
