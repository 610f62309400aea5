//! The write-ahead log that an earlier process left beside the database.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

use crate::failure::{Class, Fault};

/// Where SQLite keeps the log of a database.
pub(crate) fn beside(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Moves what was left in the log into the database, so that nothing is
/// appended behind pages whose sync may have failed. Other processes that are
/// at work keep the log sound themselves.
///
/// After a failed sync the system shows pages that the disk does not have, and
/// takes them for clean: a sync that is repeated succeeds and writes nothing.
/// What is shown is about to be vouched for, so it is written once more before
/// it is moved; and the emptied log is synced too, lest an older one comes
/// back with a cut of power and is replayed over newer pages.
pub(crate) fn take_in(connection: &Connection, database: &Path, patience: Duration) -> Result<(), Fault> {
    // SQLite keeps the log beside the file that a symbolic link leads to.
    let log = beside(&std::fs::canonicalize(database)?);
    connection.busy_timeout(Duration::ZERO)?;
    let taken = rewrite_locked(connection, &log).and_then(|()| {
        connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE)?;
        Ok(sync(&log)?)
    });
    connection.busy_timeout(patience)?;
    match taken {
        Err(fault) if fault.class() != Class::Busy => Err(fault),
        _ => Ok(()),
    }
}

/// Writes the log once more while nobody else can append to it.
fn rewrite_locked(connection: &Connection, log: &Path) -> Result<(), Fault> {
    if std::fs::metadata(log).map_or(0, |log| log.len()) == 0 {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let rewritten = rewrite(log);
    connection.execute_batch("ROLLBACK")?;
    Ok(rewritten?)
}

/// SQLite holds no lock on the log itself, so opening and closing it here
/// drops none.
fn rewrite(log: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(log)?;
    let mut part = vec![0; 1 << 20];
    let mut place = 0;
    loop {
        file.seek(SeekFrom::Start(place))?;
        let read = file.read(&mut part)?;
        if read == 0 {
            return file.sync_all();
        }
        file.seek(SeekFrom::Start(place))?;
        file.write_all(&part[..read])?;
        place += read as u64;
    }
}

/// Makes the length of the log durable, where there is one.
fn sync(log: &Path) -> io::Result<()> {
    match File::options().write(true).open(log) {
        Ok(file) => file.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
