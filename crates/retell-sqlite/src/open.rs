//! Opening: looks before it touches, creates what is not there.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use crate::failure::Fault;
use crate::options::SqliteOptions;
use crate::schema::{self, Kind};
use crate::settings::{self, NotTaken, Role, SetupError};
use crate::source::Source;
use crate::{OpenError, SqliteStore, left_log, store};

/// The oldest SQLite that does not lose commits when a checkpoint meets a
/// commit that resets the log: <https://sqlite.org/wal.html#the_wal_reset_bug>.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The pause between two tries to create the same file as another process.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) fn open(options: SqliteOptions) -> Result<SqliteStore, OpenError> {
    check_sqlite(rusqlite::version_number())?;
    let path = std::path::absolute(&options.path).map_err(|error| cannot_open(&options.path, &error))?;
    let may_create = options.create && !options.read_only;
    look(&path, may_create)?;
    let refused = |error| refused(&path, error);
    if options.read_only {
        let (source, connection) = open_for_reading(&path, options.busy_timeout)?;
        return store::start(options, source, connection).map_err(refused);
    }
    let connection = open_for_writing(&path, &options)?;
    let id = schema::store_id(&connection).map_err(|fault| refused(fault.into()))?;
    let source = Source { path: path.clone(), still: false, id };
    store::start(options, source, connection).map_err(refused)
}

fn check_sqlite(found: i32) -> Result<(), OpenError> {
    if found >= OLDEST_SQLITE {
        return Ok(());
    }
    let version = |n: i32| format!("{}.{}.{}", n / 1_000_000, n / 1_000 % 1_000, n % 1_000);
    Err(OpenError::TooOldSqlite { found: version(found), needed: version(OLDEST_SQLITE) })
}

/// Looks at the path without opening it: closing a file that was opened beside
/// SQLite would drop the locks that SQLite holds on it.
fn look(path: &Path, may_create: bool) -> Result<(), OpenError> {
    let owned = || path.to_owned();
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(OpenError::IsDirectory { path: owned() }),
        Ok(found) if !found.is_file() => {
            Err(OpenError::CannotOpen { path: owned(), reason: "it is no regular file".to_owned() })
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !may_create => {
            Err(OpenError::NotFound { path: owned() })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => match path.parent() {
            Some(folder) if !folder.is_dir() => {
                let reason = format!("there is no folder {}: create it first", folder.display());
                Err(OpenError::CannotOpen { path: owned(), reason })
            }
            _ => Ok(()),
        },
        Err(error) => Err(cannot_open(path, &error)),
    }
}

#[expect(clippy::disallowed_methods, reason = "a lock of another process has no event to wait for")]
fn open_for_writing(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let give_up = Instant::now() + options.busy_timeout;
    loop {
        match try_for_writing(path, options) {
            // Two processes that create one file can meet where SQLite does not wait.
            Err(OpenError::Busy { .. }) if Instant::now() < give_up => thread::sleep(PAUSE),
            other => return other,
        }
    }
}

fn try_for_writing(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let refused = |error: SetupError| refused(path, error);
    let connection = Source::writing(path, options.create).map_err(|e| refused(e.into()))?;
    let look = |connection: &Connection| -> Result<Kind, SetupError> {
        connection.busy_timeout(options.busy_timeout)?;
        // Until it is known to be ours, closing it must not move its log.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let kind = schema::kind(connection)?;
        Ok(kind)
    };
    let kind = look(&connection).map_err(refused)?;
    check_kind(path, kind, options.create)?;
    if connection.is_readonly(MAIN_DB).map_err(|e| refused(e.into()))? {
        return Err(OpenError::NotWritable { path: path.to_owned() });
    }
    let ours = |connection: &Connection| -> Result<Kind, SetupError> {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        settings::apply(connection, Role::Writer, options.busy_timeout)?;
        if kind == Kind::Empty {
            create(connection, options)?;
        }
        let kind = schema::kind(connection)?;
        left_log::take_in(connection, path, options.busy_timeout)?;
        Ok(kind)
    };
    let kind = ours(&connection).map_err(refused)?;
    // Another process may have been faster in an empty file.
    check_kind(path, kind, false)?;
    Ok(connection)
}

/// Creates the schema, unless another process was faster.
fn create(connection: &Connection, options: &SqliteOptions) -> Result<(), Fault> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let created = match schema::kind(connection) {
        Ok(Kind::Empty) => schema::create(connection, options.clock.now()),
        Ok(_) => Ok(()),
        Err(fault) => Err(fault),
    };
    match created {
        Ok(()) => Ok(connection.execute_batch("COMMIT")?),
        Err(fault) => {
            let _closing_undoes_it_too = connection.execute_batch("ROLLBACK");
            Err(fault)
        }
    }
}

fn open_for_reading(path: &Path, patience: Duration) -> Result<(Source, Connection), OpenError> {
    let mut source = Source { path: path.to_owned(), still: false, id: uuid::Uuid::nil() };
    let mut opened = look_read_only(&source, patience);
    // SQLite keeps the log beside the file that a symbolic link leads to.
    let real = std::fs::canonicalize(path).map_err(|error| cannot_open(path, &error))?;
    let no_log = std::fs::metadata(left_log::beside(&real)).map_or(0, |log| log.len()) == 0;
    if no_log && matches!(&opened, Err(SetupError::Fault(fault)) if cannot_write_beside(fault)) {
        source.still = true;
        opened = look_read_only(&source, patience);
    }
    let (kind, connection) = opened.map_err(|error| refused(path, error))?;
    check_kind(path, kind, false)?;
    let id = settings::apply(&connection, source.role(), patience)
        .and_then(|()| Ok(schema::store_id(&connection)?))
        .map_err(|error| refused(path, error))?;
    Ok((Source { id, ..source }, connection))
}

fn look_read_only(source: &Source, patience: Duration) -> Result<(Kind, Connection), SetupError> {
    let connection = source.reading()?;
    connection.busy_timeout(patience)?;
    let kind = schema::kind(&connection)?;
    Ok((kind, connection))
}

/// Whether SQLite could not create its files beside the database.
fn cannot_write_beside(fault: &Fault) -> bool {
    let Fault::Sqlite(error) = fault else { return false };
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

fn check_kind(path: &Path, kind: Kind, may_create: bool) -> Result<(), OpenError> {
    let path = path.to_owned();
    match kind {
        Kind::Store { format } if format > schema::FORMAT => {
            Err(OpenError::NewerFormat { path, found: format, supported: schema::FORMAT })
        }
        Kind::Store { format: 0 } => {
            Err(OpenError::Damaged { path, detail: "its header tells no format version".to_owned() })
        }
        Kind::Store { .. } => Ok(()),
        Kind::Foreign { application_id } => Err(OpenError::ForeignDatabase { path, application_id }),
        Kind::Empty if may_create => Ok(()),
        Kind::Empty => Err(OpenError::NotFound { path }),
    }
}

fn cannot_open(path: &Path, error: &io::Error) -> OpenError {
    OpenError::CannotOpen { path: path.to_owned(), reason: error.to_string() }
}

fn refused(path: &Path, error: SetupError) -> OpenError {
    let path = path.to_owned();
    let fault = match error {
        SetupError::NotTaken(NotTaken { setting, wanted, found }) => {
            return OpenError::Settings { path, setting, wanted, found };
        }
        SetupError::Fault(fault) => fault,
    };
    let reason = fault.to_string();
    let error = match fault {
        Fault::Sqlite(error) => error,
        Fault::System(_) => return OpenError::CannotOpen { path, reason },
        Fault::Damaged(_) | Fault::Program(_) => return OpenError::Damaged { path, detail: reason },
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => OpenError::NotWritable { path },
        Some(ErrorCode::DatabaseCorrupt) | None => OpenError::Damaged { path, detail: reason },
        // A table or a column that should be there is not.
        Some(ErrorCode::Unknown) => OpenError::Damaged { path, detail: reason },
        Some(ErrorCode::CannotOpen) => {
            let hint = "SQLite must be able to create files beside it";
            OpenError::CannotOpen { path, reason: format!("{reason}; {hint}") }
        }
        Some(_) => OpenError::CannotOpen { path, reason },
    }
}

#[cfg(test)]
mod tests;
