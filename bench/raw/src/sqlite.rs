//! SQLite through rusqlite.

mod catch_up;
mod commands;
mod import;
mod replay;

use bench_common::{Errand, Failure, Row, Workload};
use rusqlite::Connection;

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; \
    PRAGMA wal_autocheckpoint = 10000; PRAGMA foreign_keys = OFF; PRAGMA temp_store = 2;";

pub fn run(errand: &Errand) -> Result<Row, Failure> {
    let row = match errand.workload {
        Workload::Command | Workload::Growth => commands::commands(errand)?,
        Workload::Replay => replay::replay(errand)?,
        Workload::CatchUp => catch_up::catch_up(errand)?,
        Workload::Import => import::import(errand)?,
        Workload::Hot | Workload::Memory => return Err(errand.unknown()),
    };
    Ok(row.setting("store", "WAL, synchronous=FULL, cache 32 MiB, checkpoint every 10,000 pages"))
}

/// The store, with or without the triggers that keep history as it is.
fn open(errand: &Errand) -> Result<Connection, Failure> {
    let connection = Connection::open(errand.database())?;
    connection.execute_batch(SETTINGS)?;
    if errand.variant.ends_with("no triggers") {
        let mut triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")?;
        let names: Vec<String> = triggers.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for name in names {
            connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
        }
    }
    Ok(connection)
}

fn head(connection: &Connection) -> Result<i64, Failure> {
    let mut select = connection.prepare_cached("SELECT coalesce(max(position), 0) FROM events")?;
    Ok(select.query_row([], |row| row.get(0))?)
}
