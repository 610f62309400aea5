//! Opens a database after a fault and reads all of it.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use retell_sqlite::{SqliteOptions, SqliteStore};
use retell_store::{CommitId, EventStore, Position, ReadLog, Timestamp};

use crate::content;

/// What a database holds, all of which was found to be whole.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) store: SqliteStore,
    pub(crate) commits: HashSet<CommitId>,
    pub(crate) cursor: Option<u64>,
}

/// Opens a database and reads it.
///
/// # Errors
/// What is wrong with it: it does not open, its positions or versions have
/// gaps, its times fall, a commit is there in part or with other content.
pub(crate) async fn audit(path: &Path) -> Result<Found, String> {
    let store = SqliteOptions::new(path).create(false).open().map_err(|error| error.to_string())?;
    let mut counts: HashMap<CommitId, usize> = HashMap::new();
    let mut versions: HashMap<String, u64> = HashMap::new();
    let (mut after, mut time) = (Position::START, Timestamp::from_micros(i64::MIN));
    loop {
        let page = store.read_log(ReadLog::new().after(after)).await.map_err(|error| error.to_string())?;
        if page.is_empty() {
            break;
        }
        for event in page.iter() {
            let (place, commit) = (event.position(), event.commit());
            if place.get() != after.get() + 1 {
                return Err(format!("position {place} follows {after}"));
            }
            after = place;
            let version = versions.entry(event.stream().to_owned()).or_default();
            *version += 1;
            if event.version().get() != *version {
                return Err(format!("{} has version {} for {version}", event.stream(), event.version()));
            }
            if event.recorded_at() < time {
                return Err(format!("the time of recording falls at position {place}"));
            }
            time = event.recorded_at();
            let index = (place.get() - commit.first.get()) as usize;
            let count = counts.entry(commit.id).or_default();
            let is_it = index == *count
                && event.event_type() == content::TYPE
                && event.payload() == content::payload(commit.id, index)
                && event.tags_text() == content::tag(commit.id)
                && commit.metadata.contains(&commit.id.to_string());
            if !is_it {
                return Err(format!("event {index} of commit {} is another one: {event:?}", commit.id));
            }
            *count += 1;
        }
    }
    if let Some((id, count)) = counts.iter().find(|(id, count)| content::events(**id) != **count) {
        return Err(format!("commit {id} has {count} events for {}", content::events(*id)));
    }
    let record = store.records().get(&content::cursor()).await.map_err(|error| error.to_string())?;
    let cursor = match record {
        Some(record) => Some(content::cursor_number(&record.value).ok_or("the record is not whole")?),
        None => None,
    };
    look_inside(path).map_err(|error| error.to_string())??;
    Ok(Found { store, commits: counts.into_keys().collect(), cursor })
}

/// What is seen past the engine: whether SQLite finds the file sound, and
/// whether every tag is there.
fn look_inside(path: &Path) -> rusqlite::Result<Result<(), String>> {
    let connection = rusqlite::Connection::open(path)?;
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        return Ok(Err(sound));
    }
    let untagged = "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM tags)";
    let untagged: i64 = connection.query_row(untagged, [], |row| row.get(0))?;
    Ok(if untagged == 0 { Ok(()) } else { Err(format!("{untagged} events without their tag")) })
}

impl Found {
    /// The commits of a set that are not there.
    pub(crate) fn missing(&self, commits: &HashSet<CommitId>) -> Vec<CommitId> {
        commits.difference(&self.commits).copied().collect()
    }

    /// How what is there differs from exactly these commits.
    pub(crate) fn differs(&self, commits: &HashSet<CommitId>) -> Option<String> {
        let some = |what, mut ids: Vec<CommitId>| {
            let count = ids.len();
            ids.truncate(3);
            (count > 0).then(|| format!("{count} commits {what}, such as {ids:?}"))
        };
        let strange = self.commits.difference(commits).copied().collect();
        some("are missing", self.missing(commits)).or_else(|| some("should not be there", strange))
    }

    /// Appends commits again whose outcome was unknown or which were refused:
    /// each is then there once, whether it was there before or not.
    pub(crate) async fn append_again(&self, commits: &HashSet<CommitId>) {
        for &id in commits {
            let before = self.store.find(id).await.unwrap();
            assert_eq!(before.is_some(), self.commits.contains(&id), "{id}");
            let again = self.store.append(content::commit(id)).await.unwrap();
            assert_eq!(again.already_stored, before.is_some(), "{id}");
            if let Some(before) = before {
                assert_eq!((again.first, again.last), (before.first, before.last), "{id}");
            }
        }
    }
}
