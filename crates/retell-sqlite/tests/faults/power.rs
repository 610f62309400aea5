//! Power loss: what was acknowledged is there afterwards.

use std::path::Path;
use std::thread;

use fastrand::Rng;
use retell_store::{CommitId, EventStore};

use crate::audit::audit;
use crate::child::Desk;
use crate::disk::Disk;
use crate::marks::{Marks, Outcome};
use crate::raw::Raw;
use crate::recording::{File, Recording, What};
use crate::rig::{self, Rig};
use crate::seed::{number, seed};

/// The power cuts, if nothing else is asked for.
const CUTS: u64 = 300;

/// How often the large record is written: enough for a checkpoint in between,
/// and for a log that begins anew after it.
const ROUNDS: u64 = 32;

/// Writes, closes the store in order, opens it again, writes, and ends without
/// closing it.
pub(crate) async fn write(database: &Path) {
    let desk = Desk::open(database);
    let is_stored = |(_, outcome): &(CommitId, Outcome)| *outcome == Outcome::Stored;
    for number in 1..=ROUNDS {
        let (stored, outcomes) = tokio::join!(desk.put(number), desk.round(3));
        assert!(stored && outcomes.iter().all(is_stored));
    }
    desk.store.close().await;
    let desk = Desk::open(database);
    assert!(desk.round(15).await.iter().all(is_stored));
}

/// The same without the engine, with this setting of `synchronous`.
pub(crate) async fn write_raw(database: &Path, synchronous: &str) {
    let mut raw = Raw::create(database, synchronous).await;
    let marks = Marks::new(database);
    for _ in 0..1_000 {
        let id = CommitId::new();
        raw.begin(id).unwrap();
        raw.commit().unwrap();
        marks.say(&format!("stored {id}"));
    }
}

/// A power cut, and what was found after it.
#[derive(Debug)]
pub(crate) struct Cut {
    /// Before which op.
    pub(crate) at: usize,
    pub(crate) seed: u64,
    /// How many commits had been acknowledged.
    pub(crate) acknowledged: usize,
    /// How many of them were lost, or what is wrong.
    pub(crate) lost: Result<usize, String>,
    /// How many were there that had not been acknowledged yet.
    pub(crate) ahead: usize,
}

/// The cuts after which something was wrong, for people.
pub(crate) fn wrong(cuts: &[Cut]) -> Vec<String> {
    let wrong = cuts.iter().filter(|cut| cut.lost != Ok(0));
    wrong
        .map(|Cut { at, seed, lost, .. }| match lost {
            Ok(lost) => format!("seed {seed}, before op {at}: {lost} acknowledged commits are lost"),
            Err(wrong) => format!("seed {seed}, before op {at}: {wrong}"),
        })
        .collect()
}

/// Cuts the power at points that follow from seeds.
pub(crate) fn cut(
    recording: &Recording,
    cuts: u64,
    seed: u64,
    point: impl Fn(&Recording, &mut Rng) -> usize,
) -> Vec<Cut> {
    let seeds = (0..cuts).map(|n| seed.wrapping_add(n));
    let mut points: Vec<(usize, u64)> =
        seeds.map(|seed| (point(recording, &mut Rng::with_seed(seed)), seed)).collect();
    points.sort_unstable();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(points.len());
    thread::scope(|scope| {
        let parts = points.chunks(points.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || cut_at(recording, part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn cut_at(recording: &Recording, points: &[(usize, u64)]) -> Vec<Cut> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut cuts = Vec::new();
    let mut disk = Disk::new(recording);
    for &(at, seed) in points {
        if recording.fails_a_sync() {
            // What came of that is another thing each time.
            disk = Disk::new(recording);
        }
        disk.advance(at, &mut Rng::with_seed(seed));
        let folder = rig::folder();
        let path = folder.path().join(rig::NAME);
        disk.cut(&mut Rng::with_seed(!seed), &path);
        let acknowledged = recording.commits(Outcome::Stored, at);
        let (lost, ahead) = runtime.block_on(async {
            // Nothing was acknowledged before the database was there.
            if acknowledged.is_empty() && !path.exists() {
                return (Ok(0), 0);
            }
            let found = match audit(&path).await {
                Ok(found) => found,
                // Nor before its schema was there.
                Err(_) if acknowledged.is_empty() && is_empty(&path) => return (Ok(0), 0),
                Err(wrong) => return (Err(wrong), 0),
            };
            let lost = found.missing(&acknowledged).len();
            let ahead = found.commits.difference(&acknowledged).count();
            if found.cursor < recording.cursor(at) {
                let wrong = format!("the record is at {:?} for {:?}", found.cursor, recording.cursor(at));
                return (Err(wrong), ahead);
            }
            // And the store goes on.
            let id = CommitId::new();
            let again = found.store.append(crate::content::commit(id)).await;
            found.store.close().await;
            (again.map(|_| lost).map_err(|error| error.to_string()), ahead)
        });
        cuts.push(Cut { at, seed, acknowledged: acknowledged.len(), lost, ahead });
    }
    cuts
}

/// Whether there is no table in the database yet.
fn is_empty(path: &Path) -> bool {
    let tables = rusqlite::Connection::open(path).and_then(|connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
    });
    tables == Ok(0)
}

/// Where to cut: anywhere, or shortly after an acknowledgement, or about where
/// the database itself is written or the log begins anew.
fn point(recording: &Recording, rng: &mut Rng) -> usize {
    let near = |rng: &mut Rng, places: Vec<usize>| {
        let place = if places.is_empty() { 0 } else { places[rng.usize(..places.len())] };
        (place + rng.usize(..24)).saturating_sub(8)
    };
    let anywhere = rng.usize(..=recording.ops.len());
    let point = match rng.u8(..4) {
        0 => anywhere,
        1 | 2 => near(rng, recording.marks("stored").map(|(at, _)| at).collect()),
        _ => {
            let rare = [
                (What::Sync, File::Database),
                (What::Sync, File::Folder),
                (What::Unlink, File::Log),
                (What::Truncate, File::Log),
            ];
            let mut places: Vec<usize> =
                rare.iter().flat_map(|(what, file)| recording.places(*what, *file)).collect();
            // The header of the log is written when it begins anew.
            let begins = |at: &usize| recording.ops[*at].offset == 0;
            places.extend(recording.places(What::Write, File::Log).filter(begins));
            places.push(
                recording.places(What::Write, File::Database).nth(rng.usize(..200)).unwrap_or(anywhere),
            );
            near(rng, places)
        }
    };
    point.min(recording.ops.len())
}

/// Whether this is within a checkpoint: the database is being written.
fn is_in_checkpoint(recording: &Recording, at: usize) -> bool {
    let database = recording.ops[..at].iter().rev().find(|op| op.file == File::Database);
    database.is_some_and(|op| op.what == What::Write)
}

#[test]
fn nothing_acknowledged_is_lost_with_the_power() {
    let Some(rig) = Rig::new() else { return };
    let seed = seed();
    // What a run does is never quite the same, so a record can be used again.
    let recording = match std::env::var_os("RETELL_FAULT_RECORD") {
        Some(record) => Recording::read(record.as_ref()),
        None => rig.run("write"),
    };
    let stored = recording.commits(Outcome::Stored, recording.ops.len()).len();
    let synced = recording.places(What::Sync, File::Log).count();
    let checkpointed = recording.places(What::Sync, File::Database);
    let rounds: Vec<usize> = recording.marks("cursor").map(|(at, _)| at).collect();
    let between = checkpointed.filter(|at| rounds[0] < *at && *at < rounds[rounds.len() - 1]).count();
    let cuts = cut(&recording, number("RETELL_POWER_CUTS").unwrap_or(CUTS), seed, point);
    let count = |is: &dyn Fn(&Cut) -> bool| cuts.iter().filter(|cut| is(cut)).count();
    let wrong = wrong(&cuts);
    eprintln!(
        "power loss: {stored} commits in {synced} syncs, {between} checkpoints between them; \
         of {} cuts (seed {seed}) {} came after an acknowledgement, {} within a checkpoint, \
         {} left a commit that was not acknowledged yet, and {} lost something",
        cuts.len(),
        count(&|cut| cut.acknowledged > 0),
        count(&|cut| is_in_checkpoint(&recording, cut.at)),
        count(&|cut| cut.ahead > 0),
        wrong.len(),
    );
    assert!(synced < stored, "no commits were stored together");
    assert!(between > 0, "no checkpoint was crossed");
    if !wrong.is_empty() {
        panic!("seed {seed}, RETELL_FAULT_RECORD={}: {wrong:#?}", rig.keep().display());
    }
}

/// The control: what the test above would say if a commit were acknowledged
/// before it is on the disk.
#[test]
fn a_weaker_setting_is_seen_to_lose_acknowledged_commits() {
    let seed = seed();
    let mut seen = Vec::new();
    for synchronous in ["NORMAL", "OFF"] {
        let Some(rig) = Rig::new() else { return };
        let recording = rig.run(&format!("write-raw {synchronous}"));
        let cuts = cut(&recording, number("RETELL_POWER_CUTS").unwrap_or(CUTS).div_ceil(3), seed, point);
        let lost = cuts.iter().filter(|cut| matches!(cut.lost, Ok(1..))).count();
        let broken = cuts.iter().filter(|cut| cut.lost.is_err()).count();
        eprintln!(
            "control, synchronous={synchronous}: of {} cuts (seed {seed}) {lost} lost acknowledged commits, \
             {broken} left a database that is broken",
            cuts.len()
        );
        seen.push((lost, broken));
    }
    assert!(seen[0].0 > 0, "seed {seed}: NORMAL lost nothing, so the tests could not see a loss");
    assert_eq!(seen[0].1, 0, "seed {seed}: NORMAL loses commits, but does not break the database");
    assert!(seen[1].0 + seen[1].1 > 0, "seed {seed}: OFF lost nothing");
}
