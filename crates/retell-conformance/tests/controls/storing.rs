//! Faults in what an append stores, and when it shows.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::FutureExt;
use retell_store::{
    AppendError, Commit, CommitId, Committed, EventStore, EventType, Expected, InvalidCommit, MemoryStore,
    NewEvent, Page, Payload, Position, ReadLog, StreamName, StreamWrite, Version, limits,
};

use crate::flawed::{Appending, Fault, rewritten, without};

/// How many events a commit has.
fn events(commit: &Commit) -> usize {
    commit.writes.iter().map(|write| write.events.len()).sum()
}

/// Acknowledges every seventh commit without storing it.
#[derive(Default)]
pub(crate) struct LosesACommit(AtomicUsize);

impl Fault for LosesACommit {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        if self.0.fetch_add(1, Ordering::SeqCst) % 7 != 6 {
            return store.append(commit);
        }
        Box::pin(async move {
            // A store of its own tells what a good answer would look like.
            let elsewhere = MemoryStore::new();
            elsewhere.append(commit).await
        })
    }
}

/// Gives the seventh event of each stream the version of the sixth.
#[derive(Default)]
pub(crate) struct RepeatsAVersion;

impl Fault for RepeatsAVersion {
    fn page(&self, page: Page) -> Page {
        rewritten(&page, |event, raw| {
            if event.version() == Version::new(7) {
                raw.version = Version::new(6);
            }
        })
    }
}

/// Draws positions before commits become visible: now and then a commit shows
/// only after a later one did, as with a sequence that is drawn at the insert.
#[derive(Default)]
pub(crate) struct SkipsAPosition {
    appends: AtomicUsize,
    hidden: Mutex<Vec<CommitId>>,
}

impl Fault for SkipsAPosition {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        if self.appends.fetch_add(1, Ordering::SeqCst) % 5 != 3 {
            return store.append(commit);
        }
        Box::pin(async move {
            let id = commit.id;
            self.hidden.lock().unwrap().push(id);
            let answer = store.append(commit).await;
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.hidden.lock().unwrap().retain(|hidden| *hidden != id);
            answer
        })
    }

    fn log(&self, _read: &ReadLog, page: Page, _store: &MemoryStore) -> Page {
        let hidden = self.hidden.lock().unwrap().clone();
        if hidden.is_empty() { page } else { without(&page, |event| hidden.contains(&event.commit().id)) }
    }
}

/// Shows the last event of a large commit only a while after the others.
#[derive(Default)]
pub(crate) struct ShowsHalf(Mutex<Vec<CommitId>>);

impl Fault for ShowsHalf {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let (id, large) = (commit.id, events(&commit) == 6);
            if large {
                self.0.lock().unwrap().push(id);
            }
            let answer = store.append(commit).await;
            if large {
                for _ in 0..200 {
                    tokio::task::yield_now().await;
                }
                self.0.lock().unwrap().retain(|half| *half != id);
            }
            answer
        })
    }

    fn log(&self, _read: &ReadLog, page: Page, _store: &MemoryStore) -> Page {
        let half = self.0.lock().unwrap().clone();
        let late = |event: &retell_store::StoredEvent<'_>| {
            half.contains(&event.commit().id) && event.position().get() == event.commit().first.get() + 5
        };
        if half.is_empty() { page } else { without(&page, late) }
    }
}

/// Stores the first hundred events of a commit and no more.
#[derive(Default)]
pub(crate) struct CutsLongCommits;

impl Fault for CutsLongCommits {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        if commit.clone().checked().is_ok() {
            commit.writes.iter_mut().for_each(|write| write.events.truncate(100));
        }
        store.append(commit)
    }
}

/// Stores the first two streams of a commit and no more.
#[derive(Default)]
pub(crate) struct ForgetsTheThirdStream;

impl Fault for ForgetsTheThirdStream {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        if commit.clone().checked().is_ok()
            && commit.writes[..commit.writes.len().min(2)].iter().any(|w| !w.events.is_empty())
        {
            commit.writes.truncate(2);
        }
        store.append(commit)
    }
}

/// Stores what it can of a commit over several streams that is refused.
#[derive(Default)]
pub(crate) struct StoresHalfOfARefusedCommit;

impl Fault for StoresHalfOfARefusedCommit {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit.clone()).await;
            if let Err(AppendError::Conflict(conflict)) = &answer {
                let stale =
                    |write: &StreamWrite| conflict.streams.iter().any(|one| one.stream == write.stream);
                let good = commit.writes.iter().filter(|write| !stale(write)).cloned().collect();
                let half = Commit { id: CommitId::new(), writes: good, condition: None, ..commit };
                let _whatever = store.append(half).await;
            }
            answer
        })
    }
}

/// Keeps a note of every refused commit in the stream that refused it.
#[derive(Default)]
pub(crate) struct LeavesATrace;

impl Fault for LeavesATrace {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit.clone()).await;
            if let Err(AppendError::Conflict(conflict)) = &answer
                && let [stale] = conflict.streams.as_slice()
            {
                let note = NewEvent::new(EventType::new("refused").unwrap(), Payload::json("").unwrap());
                let _noted =
                    store.append(Commit::new().write(stale.stream.clone(), Expected::Any, vec![note])).await;
            }
            answer
        })
    }
}

/// Stores a commit whole, and now and then says that it was too busy.
#[derive(Default)]
pub(crate) struct SaysBusyAndStores(AtomicUsize);

impl Fault for SaysBusyAndStores {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit).await?;
            match self.0.fetch_add(1, Ordering::SeqCst) % 50 {
                49 => Err(AppendError::TooBusy { reason: "so much to do".to_owned() }),
                _ => Ok(answer),
            }
        })
    }
}

/// Lets a commit that comes after a malformed one suffer for it.
#[derive(Default)]
pub(crate) struct SpoilsTheGroup(AtomicBool);

impl Fault for SpoilsTheGroup {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            if self.0.swap(false, Ordering::SeqCst) {
                return Err(AppendError::Unavailable { reason: "the transaction failed".to_owned() });
            }
            let answer = store.append(commit).await;
            let malformed = matches!(answer, Err(AppendError::Invalid(InvalidCommit::SchemaZero(_))));
            self.0.fetch_or(malformed, Ordering::SeqCst);
            answer
        })
    }
}

/// Lets every third commit wait for those that come after it.
#[derive(Default)]
pub(crate) struct TakesThemOutOfOrder(AtomicUsize);

impl Fault for TakesThemOutOfOrder {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        let waits = self.0.fetch_add(1, Ordering::SeqCst).is_multiple_of(3);
        Box::pin(async move {
            if waits {
                tokio::task::yield_now().await;
            }
            store.append(commit).await
        })
    }
}

/// Takes payloads of any size, and stores what it has room for.
#[derive(Default)]
pub(crate) struct TakesAnyPayload;

impl Fault for TakesAnyPayload {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        for event in commit.writes.iter_mut().flat_map(|write| &mut write.events) {
            if event.payload.as_str().len() > limits::PAYLOAD_BYTES {
                event.payload = Payload::json("too long").unwrap();
            }
        }
        store.append(commit)
    }
}

/// Refuses a payload that is exactly as large as is allowed.
#[derive(Default)]
pub(crate) struct RefusesTheLargest;

impl Fault for RefusesTheLargest {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        let mut sizes =
            commit.writes.iter().flat_map(|write| &write.events).map(|e| e.payload.as_str().len());
        if sizes.any(|size| size == limits::PAYLOAD_BYTES) {
            let (actual, limit) = (limits::PAYLOAD_BYTES, limits::PAYLOAD_BYTES);
            let error = InvalidCommit::TooLarge { what: "the size of a payload in bytes", actual, limit };
            return std::future::ready(Err(error.into())).boxed();
        }
        store.append(commit)
    }
}

/// Acknowledges a commit without events.
#[derive(Default)]
pub(crate) struct TakesEmptyCommits;

impl Fault for TakesEmptyCommits {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            if events(&commit) > 0 {
                return store.append(commit).await;
            }
            let head = store.head().await.unwrap_or_default();
            let (id, streams, recorded_at) = (commit.id, Vec::new(), Default::default());
            Ok(Committed { id, first: head, last: head, recorded_at, streams, already_stored: false })
        })
    }
}

/// Writes all names of streams in small letters.
#[derive(Default)]
pub(crate) struct FoldsCase;

impl Fault for FoldsCase {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        for write in &mut commit.writes {
            let folded = StreamName::new(write.stream.category(), &write.stream.id().to_lowercase());
            write.stream = folded.unwrap_or_else(|_| write.stream.clone());
        }
        store.append(commit)
    }
}

/// Comes with an event that nobody appended.
#[derive(Default)]
pub(crate) struct IsNotEmpty;

impl Fault for IsNotEmpty {
    fn seed(&self, store: &MemoryStore) {
        let note = NewEvent::new(EventType::new("created").unwrap(), Payload::json("").unwrap());
        let commit = Commit::new().write("store/1".parse().unwrap(), Expected::Any, vec![note]);
        store.append(commit).now_or_never().unwrap().unwrap();
    }
}

/// Tells every writer that its commit went to the beginning of the log.
#[derive(Default)]
pub(crate) struct TellsAWrongPosition;

impl Fault for TellsAWrongPosition {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let stored = store.append(commit).await?;
            Ok(Committed { first: Position::new(1), ..stored })
        })
    }
}
