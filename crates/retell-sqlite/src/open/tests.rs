//! Tests of `open`.

use super::*;

#[test]
fn an_sqlite_that_loses_commits_is_refused() {
    assert_eq!(check_sqlite(3_051_003), Ok(()));
    assert_eq!(check_sqlite(rusqlite::version_number()), Ok(()));
    let error = check_sqlite(3_050_004).unwrap_err();
    assert_eq!(error, OpenError::TooOldSqlite { found: "3.50.4".to_owned(), needed: "3.51.3".to_owned() });
}

#[test]
fn a_setting_that_was_not_taken_is_told() {
    // A database in memory has no write-ahead log.
    let connection = Connection::open_in_memory().unwrap();
    for role in [Role::Writer, Role::Reader] {
        let error = settings::apply(&connection, role, Duration::ZERO).unwrap_err();
        let (path, setting) = (std::path::PathBuf::from("x"), "journal_mode");
        let (wanted, found) = ("wal".to_owned(), "memory".to_owned());
        assert_eq!(refused(Path::new("x"), error), OpenError::Settings { path, setting, wanted, found });
    }
}

#[test]
fn every_setting_is_set_on_every_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let options = SqliteOptions::new(&path);
    let writer = open_for_writing(&path, &options).unwrap();
    let source = Source { path, still: false, id: schema::store_id(&writer).unwrap() };
    let reader = source.reader(Duration::ZERO).unwrap();
    let still = Source { still: true, ..source }.reader(Duration::ZERO).unwrap();
    let value = |connection: &Connection, setting: &str| -> i64 {
        connection.query_row(&format!("PRAGMA {setting}"), [], |row| row.get(0)).unwrap()
    };
    for connection in [&writer, &reader, &still] {
        for (setting, wanted) in [
            ("synchronous", 2),
            ("foreign_keys", 0),
            ("mmap_size", 0),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("temp_store", 2),
        ] {
            assert_eq!(value(connection, setting), wanted, "{setting}");
        }
        assert_eq!(value(connection, "query_only") == 1, !std::ptr::eq(connection, &writer));
        assert!(connection.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
        assert!(connection.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG).unwrap());
    }
    assert_eq!(value(&writer, "wal_autocheckpoint"), 0);
    assert!(!writer.db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).unwrap());
}

#[test]
fn a_log_that_a_crash_left_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(open_for_writing(&path, &SqliteOptions::new(&path)).unwrap());
    let log = || std::fs::metadata(crate::left_log::beside(&path)).map_or(0, |log| log.len());
    let crashed = Connection::open(&path).unwrap();
    crashed.execute_batch("INSERT INTO records VALUES ('k', x'00', 1)").unwrap();
    crashed.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    drop(crashed);
    assert!(log() > 0);
    let writer = open_for_writing(&path, &SqliteOptions::new(&path)).unwrap();
    assert_eq!(log(), 0);
    let value: Vec<u8> = writer.query_row("SELECT value FROM records", [], |row| row.get(0)).unwrap();
    assert_eq!(value, [0]);
}
