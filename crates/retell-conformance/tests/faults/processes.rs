//! P10: several processes on one file.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;

use retell_store::{
    Clock, Commit, CommitId, EventStore, EventType, Expected, NewEvent, Payload, Position, Query,
    Subscription, SystemClock,
};
use rusqlite::Connection;

use crate::child;
use crate::work::{EVENTS, Found, commit, database, open, runtime};

const WRITERS: usize = 8;
const COMMITS: usize = 400;

/// The child: writes, and follows what it and the others write until the end.
pub(crate) fn write_and_follow(folder: &Path) {
    let store: Arc<dyn EventStore> = Arc::new(open(folder));
    runtime().block_on(async {
        let follower = tokio::spawn(follow(Arc::clone(&store)));
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let store = Arc::clone(&store);
            writers.push(tokio::spawn(async move {
                for number in 0..COMMITS {
                    let mut commit = commit(writer, number, 50);
                    // When it was sent, for the other process to tell the delay.
                    commit.metadata.causation = Some(SystemClock.now().as_micros().to_string());
                    let stored = store.append(commit).await.expect("it is stored");
                    writeln!(std::io::stdout().lock(), "@ stored {}", stored.id).expect("the parent listens");
                }
            }));
        }
        for writer in writers {
            writer.await.expect("a writer ends well");
        }
        writeln!(std::io::stdout().lock(), "@ written").expect("the parent listens");
        follower.await.expect("a follower ends well");
        store.close().await;
    });
}

/// Tells every event that comes, until the one that says the end.
async fn follow(store: Arc<dyn EventStore>) {
    let mut events = Subscription::new(store, Query::all(), Position::START);
    loop {
        let page = events.next().await.expect("it follows");
        let now = SystemClock.now();
        let mut said = String::new();
        let mut ended = false;
        for event in page.iter() {
            let sent = event.commit().metadata().expect("good metadata").causation;
            let sent = sent.and_then(|sent| sent.parse::<i64>().ok()).unwrap_or(0);
            let delay = now.as_micros() - sent;
            said += &format!("@ came {} {} {delay}\n", event.position(), event.commit().id);
            ended |= event.event_type() == "ended";
        }
        std::io::stdout().lock().write_all(said.as_bytes()).expect("the parent listens");
        if ended {
            return;
        }
    }
}

/// The child: checkpoints as hard as it can until its input ends.
pub(crate) fn checkpoint_until_told(folder: &Path) {
    let told = thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let connection = Connection::open(database(folder)).expect("the database opens");
    connection.busy_timeout(std::time::Duration::from_secs(5)).expect("it waits");
    let (mut done, mut passed) = (0_u64, 0_u64);
    for mode in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].iter().cycle() {
        if told.is_finished() {
            break;
        }
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let busy: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap_or(1);
        done += 1;
        passed += u64::from(busy == 0);
    }
    writeln!(std::io::stdout().lock(), "@ {done} checkpoints, {passed} of them held up by nobody")
        .expect("the parent listens");
}

/// What a writing child told.
#[derive(Default)]
struct Told {
    stored: Vec<CommitId>,
    came: Vec<(Position, CommitId)>,
    delays: Vec<(CommitId, i64)>,
}

fn start(role: &str, folder: &Path) -> Child {
    let mut command = child::command(role, folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the child starts")
}

/// Listens until the child has written everything; the rest comes later.
fn listen(child: &mut Child, written: std::sync::mpsc::Sender<()>) -> thread::JoinHandle<Told> {
    let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    thread::spawn(move || {
        let mut told = Told::default();
        for line in lines.map_while(Result::ok) {
            let Some((_, line)) = line.split_once("@ ") else { continue };
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["stored", id] => told.stored.push(id.parse().expect("an id")),
                ["written"] => written.send(()).expect("the parent waits"),
                ["came", position, id, delay] => {
                    let id = id.parse().expect("an id");
                    told.came.push((position.parse().expect("a position"), id));
                    told.delays.push((id, delay.parse().expect("a number")));
                }
                other => panic!("a child said {other:?}"),
            }
        }
        told
    })
}

#[test]
fn two_processes_write_and_follow_while_a_third_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut checkpointer = start("checkpointer", folder.path());
    let mut children = [start("writer", folder.path()), start("writer", folder.path())];
    let (written, both) = std::sync::mpsc::channel();
    let listeners: Vec<_> = children.iter_mut().map(|child| listen(child, written.clone())).collect();
    drop(written);
    for _ in &children {
        both.recv().expect("both children write everything");
    }
    let end = NewEvent::new(EventType::new("ended").unwrap(), Payload::parse("{}").unwrap());
    let end = Commit::new().write("end/1".parse().unwrap(), Expected::Any, vec![end]);
    let mut found = Found::default();
    runtime().block_on(found.read_on(&store)).expect("the log is sound");
    runtime().block_on(store.append(end.clone())).expect("the end is stored");
    let told: Vec<Told> = listeners.into_iter().map(|one| one.join().expect("a child is heard")).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success(), "a child failed");
    }
    drop(checkpointer.stdin.take());
    let output = checkpointer.wait_with_output().unwrap();
    assert!(output.status.success(), "the checkpointer failed");
    let checkpoints = String::from_utf8_lossy(&output.stdout);
    let checkpoints =
        checkpoints.lines().find_map(|line| line.split_once("@ ")).map_or("no checkpoints", |l| l.1);

    let stored: HashSet<CommitId> = told.iter().flat_map(|one| &one.stored).copied().collect();
    assert_eq!(stored.len(), 2 * WRITERS * COMMITS, "acknowledged commits");
    assert_eq!(found.missing(&stored), 0, "acknowledged commits are lost");
    assert_eq!(found.commits.len(), stored.len(), "commits that nobody acknowledged");
    for one in &told {
        let came: Vec<_> = one.came.iter().filter(|(_, id)| *id != end.id).copied().collect();
        assert_eq!(came.len(), stored.len() * EVENTS, "events that a process followed");
        assert!(came == found.in_order, "a process followed another order than that of the log");
    }
    let check: String = Connection::open(database(folder.path()))
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok", "SQLite's own check");
    let mut delays: Vec<i64> = Vec::new();
    for one in &told {
        let own: HashSet<CommitId> = one.stored.iter().copied().collect();
        delays.extend(
            one.delays.iter().filter(|(id, _)| !own.contains(id) && *id != end.id).map(|(_, delay)| *delay),
        );
    }
    delays.sort_unstable();
    let at = |share: usize| delays[(delays.len() - 1) * share / 100] as f64 / 1_000.0;
    println!(
        "two processes stored {} commits; {checkpoints}; from the beginning of an append to its arrival in the other \
         process: median {:.1} ms, 99 % {:.1} ms, most {:.1} ms",
        stored.len(),
        at(50),
        at(99),
        at(100)
    );
    runtime().block_on(store.close());
}
