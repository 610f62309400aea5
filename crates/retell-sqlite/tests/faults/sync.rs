//! Syncs that fail: the store stops, and says so to everyone.

use std::collections::HashSet;
use std::path::Path;

use fastrand::Rng;
use retell_store::{CommitId, EventStore, ReadError};

use crate::audit::audit;
use crate::child::Desk;
use crate::disk::Disk;
use crate::marks::{Marks, Outcome};
use crate::power::{self, cut};
use crate::raw::Raw;
use crate::recording::{File, Recording, What};
use crate::rig::{self, Rig};
use crate::seed::seed;

/// How many disks are looked at after each failure.
const DISKS: u64 = 12;

/// Writes until a sync fails. The order to let it fail comes `early`, before
/// the first commit, `late`, after some, or after the store was `reopened`, when
/// the log is empty again.
pub(crate) async fn sync_fails(database: &Path, order: &str) {
    let mut desk = Desk::open(database);
    let (when, order) = order.split_once(' ').unwrap();
    if when != "early" {
        all_stored(&desk.round(12).await);
    }
    if when == "reopened" {
        desk.store.close().await;
        desk = Desk::open(database);
    }
    desk.marks.say(order);
    for _ in 0..64 {
        if desk.round(4).await.iter().any(|(_, outcome)| *outcome != Outcome::Stored) {
            break;
        }
    }
    has_stopped(&desk).await;
}

/// Writes until a sync of the database fails, which only checkpoints do.
pub(crate) async fn checkpoint_fails(database: &Path) {
    let desk = Desk::open(database);
    all_stored(&desk.round(4).await);
    desk.marks.say("sync db 1 once");
    for number in 1..=64 {
        let (stored, outcomes) = tokio::join!(desk.put(number), desk.round(4));
        if !stored || outcomes.iter().any(|(_, outcome)| *outcome != Outcome::Stored) {
            break;
        }
    }
    has_stopped(&desk).await;
}

/// Writes, then closes the store while a sync of the database fails.
pub(crate) async fn close_fails(database: &Path) {
    let desk = Desk::open(database);
    all_stored(&desk.round(10).await);
    desk.marks.say("sync db 1 once");
    desk.store.close().await;
}

/// Nothing is taken in any more, nor is anything said about what is stored.
async fn has_stopped(desk: &Desk) {
    let (id, outcome) = desk.append().await;
    assert_eq!(outcome, Outcome::Stopped);
    assert!(!desk.put(1_000).await);
    let found = desk.store.find(id).await;
    assert!(matches!(found, Err(ReadError::Stopped { .. })), "{found:?}");
    desk.store.close().await;
}

fn all_stored(outcomes: &[(CommitId, Outcome)]) {
    assert!(outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Stored), "{outcomes:?}");
}

/// Opens the store again after `sync_fails`, and asks for what was left in doubt.
pub(crate) async fn ask_again(database: &Path, doubtful: &str) {
    let desk = Desk::open(database);
    for id in doubtful.split(' ').map(|id| id.parse().unwrap()) {
        let found = desk.store.find(id).await.unwrap();
        desk.marks.say(&format!("{} {id}", if found.is_some() { "stored" } else { "absent" }));
        assert_eq!(desk.marks.append(&desk.store, id).await, Outcome::Stored);
    }
    all_stored(&desk.round(3).await);
}

/// A writer that takes a failed sync lightly: it repeats COMMIT until SQLite
/// says that there is nothing left to commit, and takes that for success.
pub(crate) async fn naive(database: &Path) {
    let mut raw = Raw::create(database, "FULL").await;
    let marks = Marks::new(database);
    for number in 0..60 {
        if number == 30 {
            marks.say("sync wal 1 once");
        }
        let id = CommitId::new();
        raw.begin(id).unwrap();
        while raw.commit().is_err() && !raw.connection.is_autocommit() {}
        marks.say(&format!("stored {id}"));
        raw.forget().unwrap();
    }
}

/// What a run came to.
#[derive(Debug)]
struct Run {
    recording: Recording,
    stored: HashSet<CommitId>,
    unknown: HashSet<CommitId>,
    stopped: HashSet<CommitId>,
}

impl Run {
    fn new(recording: Recording) -> Self {
        let commits = |outcome| recording.commits(outcome, recording.ops.len());
        let (stored, unknown) = (commits(Outcome::Stored), commits(Outcome::Unknown));
        let stopped = commits(Outcome::Stopped);
        Self { recording, stored, unknown, stopped }
    }

    /// After the first sync that failed no commit was taken in and acknowledged,
    /// and nothing was written any more.
    fn check_that_it_stopped(&self, file: File) {
        let failed = self.recording.places(What::FailedSync, file).next().expect("a sync failed");
        for (_, id) in self.recording.marks("began").filter(|(at, _)| *at > failed) {
            assert!(self.stopped.contains(&id.parse().unwrap()), "{id} was taken in after the failure");
        }
        for op in &self.recording.ops[failed..] {
            let touched = matches!(op.file, File::Database | File::Log | File::Journal)
                && matches!(op.what, What::Write | What::Truncate | What::Unlink | What::Create);
            assert!(!touched, "{:?} of {:?} after the failure", op.what, op.file);
        }
    }

    /// Looks at what the file system shows and at what a disk may hold, and
    /// returns in how many of these a commit of unknown outcome was there.
    async fn check_what_is_left(&self, database: &Path, seed: u64) -> u64 {
        let mut there = 0;
        for seed in (0..DISKS).map(|n| seed.wrapping_add(n)) {
            let folder = rig::folder();
            let path = folder.path().join(rig::NAME);
            let mut rng = Rng::with_seed(seed);
            let mut disk = Disk::new(&self.recording);
            disk.advance(self.recording.ops.len(), &mut rng);
            disk.cut(&mut rng, &path);
            there += u64::from(self.check_file(&path, seed).await);
        }
        there + u64::from(self.check_file(database, seed).await)
    }

    async fn check_file(&self, path: &Path, seed: u64) -> bool {
        let found = audit(path).await.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        let lost = found.missing(&self.stored);
        assert!(lost.is_empty(), "seed {seed}: acknowledged and lost: {lost:?}");
        let known: HashSet<_> = self.stored.union(&self.unknown).copied().collect();
        let strange: Vec<_> = found.commits.difference(&known).collect();
        assert!(strange.is_empty(), "seed {seed}: refused and stored: {strange:?}");
        assert!(found.cursor >= self.recording.cursor(self.recording.ops.len()), "seed {seed}");
        // Whoever was left in doubt appends again.
        let doubtful: HashSet<_> = self.unknown.union(&self.stopped).copied().collect();
        found.append_again(&doubtful).await;
        found.store.close().await;
        let again = audit(path).await.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        let all = known.union(&doubtful).copied().collect();
        assert_eq!(again.differs(&all), None, "seed {seed}");
        again.store.close().await;
        self.unknown.iter().any(|id| found.commits.contains(id))
    }
}

#[tokio::test]
async fn a_failed_sync_stops_the_store_and_leaves_no_doubt_behind() {
    let seed = seed();
    let orders = [
        "early sync wal 1 forever",
        "early sync wal 2 once",
        "late sync wal 1 once",
        "late sync wal 1 forever",
        "late sync any 5 once",
        "late sync wal 12 forever",
        "reopened sync wal 2 once",
    ];
    for order in orders {
        let Some(rig) = Rig::new() else { return };
        let run = Run::new(rig.run(&format!("sync-fails {order}")));
        run.check_that_it_stopped(File::Log);
        let there = run.check_what_is_left(&rig.database(), seed).await;
        eprintln!(
            "{order}: {} stored, {} unknown, {} stopped; in {there} of {} files (seed {seed}) commits of unknown \
             outcome were there",
            run.stored.len(),
            run.unknown.len(),
            run.stopped.len(),
            DISKS + 1
        );
        assert!(!run.unknown.is_empty(), "{order}: nobody was left in doubt");
    }
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_synced_stops_the_store() {
    let Some(rig) = Rig::new() else { return };
    let seed = seed();
    let run = Run::new(rig.run("checkpoint-fails"));
    run.check_that_it_stopped(File::Database);
    run.check_what_is_left(&rig.database(), seed).await;
    // All answers had been given before the checkpoint.
    assert!(run.unknown.is_empty() && !run.stored.is_empty() && !run.stopped.is_empty());
}

#[tokio::test]
async fn a_last_checkpoint_that_cannot_be_synced_loses_nothing() {
    let Some(rig) = Rig::new() else { return };
    let run = Run::new(rig.run("close-fails"));
    assert_eq!(run.recording.places(What::FailedSync, File::Database).count(), 1);
    run.check_what_is_left(&rig.database(), seed()).await;
}

/// After a sync has failed, the file system may show what the disk has not. A
/// store that is opened again takes over what is shown, and answers for it:
/// so it must be on the disk before it is read, moved, or vouched for.
#[test]
fn a_store_that_was_opened_again_after_a_failed_sync_survives_the_power() {
    let seed = seed();
    let mut wrong = Vec::new();
    for order in ["late sync wal 1 once", "reopened sync wal 2 once", "reopened sync wal 4 once"] {
        let Some(rig) = Rig::new() else { return };
        let run = Run::new(rig.run(&format!("sync-fails {order}")));
        let from = run.recording.ops.len();
        let unknown: Vec<_> = run.unknown.iter().map(ToString::to_string).collect();
        let recording = rig.run(&format!("ask-again {}", unknown.join(" ")));
        let point = |recording: &Recording, rng: &mut Rng| rng.usize(from..=recording.ops.len());
        let cuts = cut(&recording, 100, seed, point);
        let lost = cuts.iter().filter(|cut| matches!(cut.lost, Ok(1..))).count();
        let broken = cuts.iter().filter(|cut| cut.lost.is_err()).count();
        eprintln!(
            "{order}, opened again: of 100 cuts (seed {seed}) {lost} lost something, {broken} broke the file"
        );
        wrong.extend(power::wrong(&cuts));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The control: what the tests above would say if a store went on.
#[tokio::test]
async fn whoever_goes_on_after_a_failed_sync_is_seen_to_lose_what_it_acknowledged() {
    let Some(rig) = Rig::new() else { return };
    let seed = seed();
    let run = Run::new(rig.run("naive"));
    let mut lost = 0;
    for n in 0..DISKS {
        let folder = rig::folder();
        let path = folder.path().join(rig::NAME);
        let mut rng = Rng::with_seed(seed.wrapping_add(n));
        let mut disk = Disk::new(&run.recording);
        disk.advance(run.recording.ops.len(), &mut rng);
        disk.cut(&mut rng, &path);
        let found = audit(&path).await.unwrap();
        lost += u64::from(!found.missing(&run.stored).is_empty());
    }
    eprintln!(
        "control, a writer that goes on: {lost} of {DISKS} disks (seed {seed}) lost acknowledged commits"
    );
    assert!(lost > 0, "seed {seed}: nothing was lost, so the tests could not see a loss");
}
