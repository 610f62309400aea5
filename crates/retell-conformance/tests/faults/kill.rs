//! P1 and P2: the process that writes is killed, again and again.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use retell_store::{AppendError, CommitId, EventStore};

use crate::child;
use crate::work::{Found, Rng, commit, number, open, runtime, seed};

const WRITERS: usize = 16;

/// The child: appends for ever and tells each id once it is acknowledged; as
/// a control, before.
pub(crate) fn write_until_killed(folder: &Path, honest: bool) {
    let store = Arc::new(open(folder));
    let tell = |id: CommitId| writeln!(std::io::stdout().lock(), "@{id}").expect("the parent listens");
    runtime().block_on(async {
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let store = Arc::clone(&store);
            writers.push(tokio::spawn(async move {
                for number in 0.. {
                    let commit = commit(writer, number, 100);
                    let id = commit.id;
                    if !honest {
                        tell(id);
                    }
                    match store.append(commit).await {
                        Ok(_) if honest => tell(id),
                        Ok(_) | Err(AppendError::TooBusy { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }));
        }
        for writer in writers {
            writer.await.expect("a writer goes on until it is killed");
        }
    });
}

/// What the child said, line by line, until it is dead.
fn listen(child: &mut Child) -> Receiver<CommitId> {
    let (said, heard) = channel();
    let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            // The harness of the tests talks too.
            if let Some(id) = line.split_once('@').and_then(|(_, id)| id.parse().ok()) {
                let _gone = said.send(id);
            }
        }
    });
    heard
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill {name} {}", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{kill} failed");
}

/// Stops the child and tells whether it holds the lock of a write transaction:
/// byte 120 of the shared-memory file, where SQLite keeps it.
fn is_stopped_in_transaction(child: &Child) -> bool {
    signal(child, "-STOP");
    let id = child.id();
    let threads = || fs::read_dir(format!("/proc/{id}/task")).expect("the child is there");
    let stopped = |task: &fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_none_or(|state| state.starts_with('T'))
    };
    while !threads().flatten().all(|task| stopped(&task)) {
        thread::yield_now();
    }
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), [_, "POSIX", _, "WRITE", owner, _, "120", _] if *owner == id.to_string())
    })
}

/// What a round of killing showed.
struct Round {
    acknowledged: Vec<CommitId>,
    in_transaction: bool,
}

fn round(role: &str, folder: &Path, rng: &mut Rng) -> Round {
    let mut child = child::command(role, folder).stdout(Stdio::piped()).spawn().expect("the child starts");
    let heard = listen(&mut child);
    let mut acknowledged = Vec::new();
    let at_least = 100 + rng.below(100) as usize;
    while acknowledged.len() < at_least {
        match heard.recv() {
            Ok(id) => acknowledged.push(id),
            Err(_) => panic!("the child ended by itself: {:?}", child.wait()),
        }
    }
    // Half of the kills are aimed at a transaction, the others hit what they hit.
    let aimed = rng.coin();
    let mut in_transaction = is_stopped_in_transaction(&child);
    for _ in 0..20 {
        if in_transaction || !aimed {
            break;
        }
        signal(&child, "-CONT");
        in_transaction = is_stopped_in_transaction(&child);
    }
    child.kill().expect("the child can be killed");
    child.wait().expect("the child is dead");
    acknowledged.extend(heard);
    Round { acknowledged, in_transaction }
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let rounds = number("RETELL_KILL_ROUNDS", 200) as usize;
    let (seed, folder) = (seed(), tempfile::tempdir().unwrap());
    let mut rng = Rng(seed);
    let (mut found, mut acknowledged) = (Found::default(), Vec::new());
    let (mut in_transaction, mut fewest) = (0, usize::MAX);
    for number in 0..rounds {
        let round = round("kill", folder.path(), &mut rng);
        in_transaction += usize::from(round.in_transaction);
        fewest = fewest.min(round.acknowledged.len());
        let store = open(folder.path());
        let read = runtime().block_on(found.read_on(&store));
        assert_eq!(read, Ok(()), "round {number} (RETELL_SEED={seed})");
        let missing = found.missing(&round.acknowledged);
        assert_eq!(missing, 0, "acknowledged commits are lost in round {number} (RETELL_SEED={seed})");
        acknowledged.extend(round.acknowledged);
        // Now and then the next child finds a store that was closed in order.
        if rng.coin() {
            runtime().block_on(store.close());
        }
    }
    // Everything once more, from the beginning.
    let mut again = Found::default();
    let store = open(folder.path());
    let read = runtime().block_on(again.read_on(&store));
    assert_eq!(read, Ok(()), "in the end (RETELL_SEED={seed})");
    assert_eq!(again.in_order, found.in_order, "the log changed (RETELL_SEED={seed})");
    assert_eq!(again.missing(&acknowledged), 0, "acknowledged commits are lost (RETELL_SEED={seed})");
    println!(
        "{rounds} kills, {in_transaction} inside a transaction; {} commits acknowledged (at least {fewest} a round), \
         {} stored, none lost, none half there",
        acknowledged.len(),
        again.commits.len()
    );
    assert!(fewest >= 100, "a round acknowledged only {fewest} commits");
    assert!(4 * in_transaction >= rounds, "only {in_transaction} of {rounds} kills hit a transaction");
}

#[test]
fn control_acknowledging_too_early_is_seen_by_killing() {
    let (seed, folder) = (seed(), tempfile::tempdir().unwrap());
    let mut rng = Rng(seed);
    let mut acknowledged = HashSet::new();
    for rounds in 1..=50 {
        acknowledged.extend(round("kill, acknowledging too early", folder.path(), &mut rng).acknowledged);
        let mut found = Found::default();
        let store = open(folder.path());
        runtime().block_on(found.read_on(&store)).expect("the store itself is sound");
        let missing = found.missing(&acknowledged);
        if missing > 0 {
            println!("{missing} commits that were acknowledged too early are lost after {rounds} rounds");
            return;
        }
    }
    panic!("50 kills lost none of the commits that were acknowledged too early (RETELL_SEED={seed})");
}
