//! Several processes on one file, and one that is killed. The test starts this
//! very program again as the other process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use retell_sqlite::SqliteStore;
use retell_store::{
    AppendError, Commit, EventStore, EventType, Expected, NewEvent, PageLimit, Payload, Position, ReadLog,
    ReadStream, StreamName, Version,
};

/// Tells the started program which database to write.
const DATABASE: &str = "RETELL_TEST_DATABASE";

fn other_process(what: &str, database: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", what, "--nocapture"])
        .env(DATABASE, database)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn database() -> Option<SqliteStore> {
    std::env::var_os(DATABASE).map(|path| SqliteStore::open(path).unwrap())
}

fn commit(stream: &StreamName, expected: Expected, events: usize) -> Commit {
    let event = NewEvent::new(EventType::new("counted").unwrap(), Payload::parse("{}").unwrap());
    Commit::new().write(stream.clone(), expected, vec![event; events])
}

/// Adds events to the end of a stream, deciding anew after each conflict.
async fn count(store: &SqliteStore, stream: &StreamName, times: u64) {
    let mut version = Version::NONE;
    for _ in 0..times {
        loop {
            match store.append(commit(stream, Expected::Exact(version), 1)).await {
                Ok(done) => {
                    version = done.version_of(stream).unwrap();
                    break;
                }
                Err(AppendError::Conflict(conflict)) => {
                    let last = conflict.competing.last().unwrap().version();
                    assert_eq!(last, conflict.streams[0].actual);
                    version = last;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// What another process does; in an ordinary run nothing.
#[tokio::test]
async fn counting() {
    let Some(store) = database() else { return };
    let stream = StreamName::new("count", "shared").unwrap();
    count(&store, &stream, 200).await;
    store.close().await;
}

#[tokio::test]
async fn processes_write_one_stream_without_losing_a_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let others: Vec<_> = (0..2).map(|_| other_process("counting", &path)).collect();
    let store = SqliteStore::open(&path).unwrap();
    let stream = StreamName::new("count", "shared").unwrap();
    count(&store, &stream, 200).await;
    for mut other in others {
        assert!(other.wait().unwrap().success());
    }
    let read = ReadStream::new(stream).limit(PageLimit { events: 10_000, bytes: 1 << 24 });
    let page = store.read_stream(read).await.unwrap();
    let versions: Vec<_> = page.iter().map(|event| event.version().get()).collect();
    assert_eq!(versions, (1..=600).collect::<Vec<_>>());
}

/// What another process does; in an ordinary run nothing.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "it tells what was acknowledged")]
async fn acknowledging() {
    let Some(store) = database() else { return };
    for n in 0_u64.. {
        let done = store
            .append(commit(&StreamName::new("a", &(n % 7).to_string()).unwrap(), Expected::Any, 3))
            .await;
        println!("acknowledged {}", done.unwrap().last);
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_and_nothing_is_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut acknowledged = 0;
    for lines in [1, 20, 150] {
        let mut other = other_process("acknowledging", &path);
        let mut output = BufReader::new(other.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < lines {
            let line = output.next().unwrap().unwrap();
            if let Some((_, position)) = line.split_once("acknowledged ") {
                acknowledged = position.parse().unwrap();
                seen += 1;
            }
        }
        other.kill().unwrap();
        other.wait().unwrap();
        for line in output.map_while(Result::ok) {
            if let Some((_, position)) = line.split_once("acknowledged ") {
                acknowledged = position.parse().unwrap_or(acknowledged);
            }
        }
        let store = SqliteStore::open(&path).unwrap();
        let head = store.head().await.unwrap();
        assert!(head >= Position::new(acknowledged) && head.get().is_multiple_of(3), "{head} {acknowledged}");
        let mut read = ReadLog::new();
        loop {
            let page = store.read_log(read.clone()).await.unwrap();
            for event in page.iter() {
                assert_eq!(event.commit().first.get(), (event.position().get() - 1) / 3 * 3 + 1);
            }
            read.after = page.covered;
            if !page.more {
                break;
            }
        }
        assert_eq!(read.after, head);
    }
}
