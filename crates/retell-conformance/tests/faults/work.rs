//! What the children write, and how it is judged.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use retell_sqlite::SqliteStore;
use retell_store::{
    Commit, CommitId, EventStore, EventType, Expected, NewEvent, Payload, Position, ReadLog, StreamName,
    Version,
};
use tokio::runtime::{Builder, Runtime};

/// How many events a commit has, over two streams.
pub(crate) const EVENTS: usize = 3;

/// The database in a folder.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("log.db")
}

/// Opens the store in a folder.
pub(crate) fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(database(folder)).expect("the store opens")
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime starts")
}

/// The commit number `number` of a writer: [`EVENTS`] events, each of which
/// says how many there must be.
pub(crate) fn commit(writer: usize, number: usize, ballast: usize) -> Commit {
    let event = |part: usize| {
        let text = format!(r#"{{"part":{part},"of":{EVENTS},"ballast":"{}"}}"#, "x".repeat(ballast));
        NewEvent::new(EventType::new("written").unwrap(), Payload::parse(text).unwrap())
    };
    let own = StreamName::new("writer", &format!("{writer}")).unwrap();
    let shared = StreamName::new("shared", &format!("{}", number % 7)).unwrap();
    Commit::new().write(own, Expected::Any, (1..EVENTS).map(event).collect()).write(
        shared,
        Expected::Any,
        vec![event(EVENTS)],
    )
}

/// What a log holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Found {
    pub(crate) commits: HashSet<CommitId>,
    pub(crate) in_order: Vec<(Position, CommitId)>,
    versions: HashMap<String, Version>,
    parts: usize,
    pub(crate) head: Position,
}

impl Found {
    /// Reads on where it ended, and fails where a commit is half there, a
    /// version is missing or repeated, or positions do not rise.
    pub(crate) async fn read_on(&mut self, store: &dyn EventStore) -> Result<(), String> {
        loop {
            let read = ReadLog::new().after(self.head);
            let page = store.read_log(read).await.map_err(|error| error.to_string())?;
            for event in page.iter() {
                if event.position() <= self.head {
                    return Err(format!("{event:?} comes after {}", self.head));
                }
                let version = self.versions.entry(event.stream().to_owned()).or_default();
                if event.version() != version.plus(1) {
                    return Err(format!("{event:?} comes after version {version}"));
                }
                *version = event.version();
                let commit = event.commit();
                if commit.first == event.position() {
                    self.is_whole()?;
                    self.parts = 0;
                    if !self.commits.insert(commit.id) {
                        return Err(format!("commit {} is there twice", commit.id));
                    }
                }
                self.parts += 1;
                let says = format!("{{\"part\":{},", self.parts);
                if !event.payload().starts_with(&says) {
                    return Err(format!("{event:?} is not part {} of its commit", self.parts));
                }
                self.in_order.push((event.position(), commit.id));
                self.head = event.position();
            }
            if !page.more {
                return self.is_whole();
            }
        }
    }

    fn is_whole(&self) -> Result<(), String> {
        match self.in_order.last() {
            Some((position, id)) if self.parts != EVENTS => {
                Err(format!("commit {id}, which ends at {position}, has {} of {EVENTS} events", self.parts))
            }
            _ => Ok(()),
        }
    }

    /// The acknowledged commits that are not there.
    pub(crate) fn missing<'a>(&self, acknowledged: impl IntoIterator<Item = &'a CommitId>) -> usize {
        acknowledged.into_iter().filter(|id| !self.commits.contains(id)).count()
    }
}

/// A number from the environment.
pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The seed of a test: `RETELL_SEED`, or a new one; a failure prints it.
pub(crate) fn seed() -> u64 {
    let bytes = *CommitId::new().as_bytes();
    let drawn = bytes[8..].iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
    number("RETELL_SEED", drawn)
}

/// Random numbers that depend on a seed alone (SplitMix64).
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end.max(1)
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}
