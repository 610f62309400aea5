//! A disk that is full: nothing is stored, nothing is half there, and the same
//! store goes on when there is room again.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use fastrand::Rng;
use retell_sqlite::SqliteStore;
use retell_store::{CommitId, EventStore, Expect, ReadLog};

use crate::audit::audit;
use crate::child::Desk;
use crate::content;
use crate::disk::Disk;
use crate::marks::{Marks, Outcome};
use crate::recording::{File, Recording, What};
use crate::rig::{self, Rig};
use crate::seed::seed;

/// How many disks are looked at after each run.
const DISKS: u64 = 12;

/// Fills the disk again and again, each time with a little more room left.
pub(crate) async fn full(database: &Path) {
    let desk = Desk::open(database);
    for bytes in [0, 20, 100, 4_120, 30_000, 100_000] {
        all_stored(&desk.round(3).await);
        desk.marks.say(&format!("full {bytes}"));
        let refused = until_refused(&desk).await;
        desk.marks.say("room");
        go_on(&desk, &refused).await;
    }
    desk.store.close().await;
}

/// Lets the disk be full when the log is moved into the database, which then
/// cannot grow.
pub(crate) async fn full_checkpoint(database: &Path) {
    let desk = Desk::open(database);
    // The log grows to its full length, and begins anew.
    for number in 1..=28 {
        assert!(desk.put(number).await);
    }
    all_stored(&desk.round(2).await);
    // What is new fits into the log, but not into the database.
    desk.marks.say("full 0");
    let mut kept = Vec::new();
    for number in 0..64 {
        let key = format!("snapshot/{number}").parse().unwrap();
        let put = desk.store.records().put(&key, content::cursor_value(number), Expect::Any, None).await;
        match put {
            Ok(_) => kept.push((key, number)),
            Err(_) => break,
        }
    }
    assert!(!kept.is_empty() && kept.len() < 64, "{} records found room", kept.len());
    let refused = until_refused(&desk).await;
    desk.marks.say("room");
    go_on(&desk, &refused).await;
    for (key, number) in kept {
        let record = desk.store.records().get(&key).await.unwrap().unwrap();
        assert_eq!(content::cursor_number(&record.value), Some(number));
    }
    desk.store.close().await;
}

/// Lets the disk be full when the index of the log has to grow.
pub(crate) async fn full_index(database: &Path) {
    let desk = Desk::open(database);
    all_stored(&desk.round(3).await);
    // It grows when the log has 4,062 pages.
    desk.marks.say("full index");
    let mut doubtful = Vec::new();
    for number in 1.. {
        let (stored, outcomes) = tokio::join!(desk.put(number), desk.round(3));
        let refused = outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Stored);
        doubtful.extend(refused.map(|(id, _)| *id));
        if !stored || !doubtful.is_empty() {
            break;
        }
    }
    desk.marks.say("room");
    // What was to be stored is in the log already when its index cannot grow:
    // so the store may be in doubt, and stop.
    let (id, outcome) = desk.append().await;
    if outcome != Outcome::Stored {
        doubtful.push(id);
    }
    desk.store.close().await;
    let desk = Desk::open(database);
    for id in doubtful {
        assert_eq!(desk.marks.append(&desk.store, id).await, Outcome::Stored);
    }
    all_stored(&desk.round(3).await);
    desk.store.close().await;
}

/// Writes to a small file system that other files fill.
pub(crate) async fn full_disk(database: &Path) {
    let folder = database.parent().unwrap();
    // The file system that is full has no room for marks.
    let marks = Marks::new(&folder.with_extension("told"));
    let desk = Desk { store: SqliteStore::open(database).unwrap(), marks: Arc::new(marks) };
    let mut stored = HashSet::new();
    for room in 0..10 {
        let outcomes = desk.round(3).await;
        all_stored(&outcomes);
        stored.extend(outcomes.iter().map(|(id, _)| *id));
        let filler = folder.join("filler");
        fill(&filler, room * 4_096);
        let mut refused = Vec::new();
        while refused.is_empty() {
            for (id, outcome) in desk.round(3).await {
                match outcome {
                    Outcome::Stored => assert!(stored.insert(id)),
                    Outcome::Unavailable => refused.push(id),
                    other => panic!("room for {room} blocks: {other:?}"),
                }
            }
        }
        nothing_is_half_there(&desk, &refused).await;
        std::fs::remove_file(filler).unwrap();
        stored.extend(go_on(&desk, &refused).await);
    }
    desk.store.close().await;
    assert_eq!(audit(database).await.unwrap().differs(&stored), None);
}

/// Writes a file until there is no room, then gives some back.
fn fill(path: &Path, room: u64) {
    let mut filler = std::fs::File::create(path).unwrap();
    let mut block = vec![0; 1 << 16];
    while !block.is_empty() {
        if filler.write_all(&block).is_err() {
            block.truncate(block.len() / 2);
        }
    }
    let length = filler.metadata().unwrap().len();
    filler.set_len(length.saturating_sub(room)).unwrap();
}

fn all_stored(outcomes: &[(CommitId, Outcome)]) {
    assert!(outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Stored), "{outcomes:?}");
}

/// Appends until there is no room, and returns what was refused.
async fn until_refused(desk: &Desk) -> Vec<CommitId> {
    let mut refused = Vec::new();
    while refused.is_empty() {
        for (id, outcome) in desk.round(3).await {
            match outcome {
                Outcome::Stored => {}
                Outcome::Unavailable => refused.push(id),
                other => panic!("{other:?}"),
            }
        }
    }
    nothing_is_half_there(desk, &refused).await;
    refused
}

/// Reading goes on, and finds nothing of what was refused.
async fn nothing_is_half_there(desk: &Desk, refused: &[CommitId]) {
    for &id in refused {
        assert_eq!(desk.store.find(id).await.unwrap(), None);
    }
    let page = desk.store.read_log(ReadLog::new().backward()).await.unwrap();
    assert_eq!(page.first().unwrap().position(), desk.store.head().await.unwrap());
}

/// With room again the same store takes new commits, and every other one of
/// those that were refused.
async fn go_on(desk: &Desk, refused: &[CommitId]) -> Vec<CommitId> {
    let mut stored: Vec<_> = refused.iter().copied().step_by(2).collect();
    for &id in &stored {
        assert_eq!(desk.marks.append(&desk.store, id).await, Outcome::Stored);
    }
    let outcomes = desk.round(3).await;
    all_stored(&outcomes);
    stored.extend(outcomes.iter().map(|(id, _)| *id));
    stored
}

/// The log holds exactly what was acknowledged, on every disk.
async fn check(recording: &Recording, database: &Path, seed: u64) {
    let stored = recording.commits(Outcome::Stored, recording.ops.len());
    assert_eq!(audit(database).await.unwrap().differs(&stored), None);
    for seed in (0..DISKS).map(|n| seed.wrapping_add(n)) {
        let folder = rig::folder();
        let path = folder.path().join(rig::NAME);
        let mut rng = Rng::with_seed(seed);
        let mut disk = Disk::new(recording);
        disk.advance(recording.ops.len(), &mut rng);
        disk.cut(&mut rng, &path);
        let found = audit(&path).await.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        assert_eq!(found.differs(&stored), None, "seed {seed}");
    }
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_the_store_goes_on_with_room() {
    let Some(rig) = Rig::new() else { return };
    let recording = rig.run("full");
    assert!(recording.places(What::NoRoom, File::Log).count() >= 6);
    check(&recording, &rig.database(), seed()).await;
}

#[tokio::test]
async fn a_full_disk_in_a_checkpoint_loses_nothing() {
    let Some(rig) = Rig::new() else { return };
    let recording = rig.run("full-checkpoint");
    assert!(recording.places(What::NoRoom, File::Database).count() > 0, "the checkpoint found room");
    check(&recording, &rig.database(), seed()).await;
}

#[tokio::test]
async fn a_full_disk_when_the_index_of_the_log_grows_loses_nothing() {
    let Some(rig) = Rig::new() else { return };
    let recording = rig.run("full-index");
    let full = recording.places(What::NoRoom, File::Index).next().expect("the index did not have to grow");
    let stopped = recording.marks("stopped").any(|(at, _)| at > full);
    eprintln!("no room for the index of the log: the store {}", if stopped { "stops" } else { "goes on" });
    check(&recording, &rig.database(), seed()).await;
}

/// The same without a shim, on a file system of 48 MiB.
#[test]
fn a_real_file_system_that_is_full() {
    let folder = rig::folder();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let role = rig::child("full-disk", &data.join(rig::NAME));
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", "mount -t tmpfs -o size=48m tmpfs \"$0\" || exit 77; exec \"$@\""]);
    command.arg(&data).arg(role.get_program()).args(role.get_args());
    command.envs(role.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let Ok(output) = command.output() else {
        eprintln!("skipped: there is no program `unshare` to mount a small file system with");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => {}
        // 1 is unshare's own.
        Some(77 | 1) => eprintln!("skipped: a small file system cannot be mounted here: {said}"),
        _ => panic!("{}{said}", String::from_utf8_lossy(&output.stdout)),
    }
}
