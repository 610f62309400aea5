//! Opening: what is refused, and what is created.

use std::path::Path;
use std::sync::Barrier;
use std::time::Duration;

use retell_sqlite::{OpenError, SqliteOptions, SqliteStore};
use retell_store::EventStore;
use rusqlite::Connection;

use crate::common::{Place, append};

fn refused(path: &Path) -> OpenError {
    SqliteStore::open(path).unwrap_err()
}

#[test]
fn nothing_is_created_where_nothing_was_to_be_created() {
    let place = Place::new();
    for options in [place.options().create(false), place.options().read_only(true)] {
        assert_eq!(options.open().unwrap_err(), OpenError::NotFound { path: place.path() });
        assert!(!place.path().exists());
    }
    // A file without content is no store either.
    std::fs::write(place.path(), "").unwrap();
    for options in [place.options().create(false), place.options().read_only(true)] {
        assert_eq!(options.open().unwrap_err(), OpenError::NotFound { path: place.path() });
    }
    place.open();
}

#[test]
fn a_folder_is_refused() {
    let place = Place::new();
    let path = place.folder.path();
    assert_eq!(refused(path), OpenError::IsDirectory { path: path.to_owned() });
}

#[test]
fn a_file_in_a_missing_folder_is_refused() {
    let place = Place::new();
    let error = refused(&place.folder.path().join("missing/helpdesk.db"));
    assert!(error.to_string().contains("create it first"), "{error}");
}

#[test]
fn what_is_no_file_is_refused() {
    for path in ["/dev/null", ""] {
        let error = refused(Path::new(path));
        assert!(matches!(error, OpenError::CannotOpen { .. }), "{error:?}");
    }
}

#[test]
fn another_kind_of_file_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let text = "Dear diary, ".repeat(1_000);
    std::fs::write(place.path(), &text).unwrap();
    assert_eq!(refused(&place.path()), OpenError::NotADatabase { path: place.path() });
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
}

#[test]
fn a_database_of_another_application_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let other = place.raw();
    other.execute_batch("CREATE TABLE diary (entry TEXT)").unwrap();
    let error = OpenError::ForeignDatabase { path: place.path(), application_id: 0 };
    assert_eq!(refused(&place.path()), error);
    other.execute_batch("PRAGMA application_id = 0x0f055111").unwrap();
    let error = OpenError::ForeignDatabase { path: place.path(), application_id: 0x0f05_5111 };
    assert_eq!(refused(&place.path()), error);
    assert!(error.to_string().contains("0x0f055111"));
    let mode: String = other.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");
}

#[test]
fn a_newer_format_is_refused() {
    let place = Place::new();
    place.open();
    place.raw().execute_batch("PRAGMA user_version = 2").unwrap();
    let error = OpenError::NewerFormat { path: place.path(), found: 2, supported: 1 };
    assert_eq!(refused(&place.path()), error);
    assert_eq!(place.options().read_only(true).open().unwrap_err(), error);
}

#[test]
fn a_store_without_its_tables_is_refused_as_damaged() {
    let place = Place::new();
    for sql in ["DELETE FROM meta WHERE key = 'store_id'", "DROP TABLE meta", "PRAGMA user_version = 0"] {
        place.open();
        place.raw().execute_batch(sql).unwrap();
        let error = refused(&place.path());
        assert!(matches!(&error, OpenError::Damaged { .. }), "{sql}: {error:?}");
        std::fs::remove_file(place.path()).unwrap();
    }
}

#[test]
fn a_lock_that_is_held_makes_it_busy() {
    let place = Place::new();
    place.open();
    let holder = place.raw();
    holder.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let options = || place.options().busy_timeout(Duration::from_millis(30));
    for options in [options(), options().read_only(true)] {
        assert_eq!(options.open().unwrap_err(), OpenError::Busy { path: place.path() });
    }
}

#[tokio::test]
async fn a_path_that_looks_like_something_else_is_a_path() {
    let place = Place::new();
    for name in [":memory:", "file:helpdesk.db?mode=memory", "a b%20ü?#.db"] {
        let path = place.folder.path().join(name);
        let store = SqliteStore::open(&path).unwrap();
        append(&store, "a/1", 1).await;
        store.close().await;
        assert!(path.exists());
        assert!(SqliteOptions::new(&path).read_only(true).open().is_ok());
    }
}

#[test]
fn many_that_create_the_same_file_at_once_open_one_store() {
    for _ in 0..10 {
        let place = Place::new();
        let barrier = Barrier::new(8);
        let ids: Vec<_> = std::thread::scope(|scope| {
            let opens: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        place.open().info().id
                    })
                })
                .collect();
            opens.into_iter().map(|open| open.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }
}

#[test]
fn a_creation_that_was_cut_short_is_done_again() {
    let place = Place::new();
    let half: String = place.raw().query_row("PRAGMA journal_mode = wal", [], |row| row.get(0)).unwrap();
    assert_eq!(half, "wal");
    place.open();
}

#[test]
fn the_file_says_what_it_is() {
    let place = Place::new();
    let store = place.open();
    let raw: Connection = place.raw();
    let text = |sql: &str| raw.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("SELECT printf('%x', application_id) FROM pragma_application_id"), "5274656c");
    assert_eq!(text("SELECT CAST(user_version AS TEXT) FROM pragma_user_version"), "1");
    assert_eq!(text("SELECT value FROM meta WHERE key = 'store_id'"), store.info().id.to_string());
    assert_eq!(text("SELECT integrity_check FROM pragma_integrity_check"), "ok");
    assert_eq!(text("SELECT journal_mode FROM pragma_journal_mode"), "wal");
    assert_eq!(text("SELECT encoding FROM pragma_encoding"), "UTF-8");
}
