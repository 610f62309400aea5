//! Where connections come from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::failure::Fault;
use crate::schema;
use crate::settings::{self, Role, SetupError};

/// The file, and how it is read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The absolute path: a later change of the working directory changes nothing.
    pub(crate) path: PathBuf,
    /// Whether it is read without locks, because nobody can write it.
    pub(crate) still: bool,
    /// The identity of the store.
    pub(crate) id: Uuid,
}

/// Each connection has one thread at a time, and errors come with their full code.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX.union(OpenFlags::SQLITE_OPEN_EXRESCODE);

impl Source {
    /// A connection that writes, not set up yet.
    pub(crate) fn writing(path: &Path, create: bool) -> rusqlite::Result<Connection> {
        let mut flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_WRITE;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        Connection::open_with_flags(path, flags)
    }

    /// A connection that reads, not set up yet.
    pub(crate) fn reading(&self) -> rusqlite::Result<Connection> {
        let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY;
        if self.still {
            return Connection::open_with_flags(still_uri(&self.path), flags | OpenFlags::SQLITE_OPEN_URI);
        }
        Connection::open_with_flags(&self.path, flags)
    }

    /// A connection that reads this store, set up.
    pub(crate) fn reader(&self, patience: Duration) -> Result<Connection, Fault> {
        let connection = self.reading()?;
        settings::apply(&connection, self.role(), patience).map_err(|error| match error {
            SetupError::Fault(fault) => fault,
            SetupError::NotTaken(not) => Fault::Damaged(format!(
                "SQLite did not take the setting {} = {} (it is {})",
                not.setting, not.wanted, not.found
            )),
        })?;
        if schema::store_id(&connection)? != self.id {
            let path = self.path.display();
            return Err(Fault::Damaged(format!("{path} was replaced by another store while it was open")));
        }
        Ok(connection)
    }

    pub(crate) fn role(&self) -> Role {
        if self.still { Role::Still } else { Role::Reader }
    }
}

/// The path as a URI that promises SQLite that the file stands still.
fn still_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte))
            }
            _ => {
                let _writing_to_a_string_works = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri.push_str("?immutable=1");
    uri
}
