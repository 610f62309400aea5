//! A lock that another process holds for too long.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use retell_sqlite::{SqliteOptions, SqliteStore};
use retell_store::{AppendError, CommitId, EventStore, ReadLog};
use rusqlite::Connection;

use crate::audit::audit;
use crate::{content, rig};

const HELD: &str = "the lock is held";

/// Takes the lock, says so, and holds it until its input ends.
pub(crate) fn hold(database: &Path) {
    let connection = Connection::open(database).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE; UPDATE meta SET value = value;").unwrap();
    println!("{HELD}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// A store that does not wait long.
fn open(path: &Path) -> SqliteStore {
    SqliteOptions::new(path).busy_timeout(Duration::from_millis(40)).open().unwrap()
}

/// Appends and finds that it was refused, while reading goes on.
async fn is_refused(store: &SqliteStore, id: CommitId) {
    let refused = store.append(content::commit(id)).await;
    assert!(
        matches!(&refused, Err(AppendError::TooBusy { reason }) if reason.contains("lock")),
        "{refused:?}"
    );
    assert_eq!(store.find(id).await.unwrap(), None);
    let page = store.read_log(ReadLog::new().backward()).await.unwrap();
    assert_eq!(page.first().unwrap().position(), store.head().await.unwrap());
}

#[tokio::test]
async fn a_lock_that_another_connection_holds_is_too_busy_and_the_store_goes_on() {
    let folder = rig::folder();
    let path = folder.path().join(rig::NAME);
    let store = open(&path);
    let [before, meanwhile, after] = std::array::from_fn(|_| CommitId::new());
    store.append(content::commit(before)).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    is_refused(&store, meanwhile).await;
    is_refused(&store, meanwhile).await;
    other.execute_batch("ROLLBACK").unwrap();
    store.append(content::commit(after)).await.unwrap();
    store.close().await;
    assert_eq!(audit(&path).await.unwrap().differs(&[before, after].into()), None);
}

#[tokio::test]
async fn a_lock_that_another_process_holds_is_too_busy_and_goes_with_the_process() {
    let folder = rig::folder();
    let path = folder.path().join(rig::NAME);
    let store = open(&path);
    let [before, refused] = std::array::from_fn(|_| CommitId::new());
    store.append(content::commit(before)).await.unwrap();
    let mut command = rig::child("hold", &path);
    let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().ends_with(HELD)), "the child ended without the lock");
    is_refused(&store, refused).await;
    // Killed within its transaction, of which nothing is left.
    holder.kill().unwrap();
    holder.wait().unwrap();
    let again = store.append(content::commit(refused)).await.unwrap();
    assert!(!again.already_stored);
    store.close().await;
    assert_eq!(audit(&path).await.unwrap().differs(&[before, refused].into()), None);
}
