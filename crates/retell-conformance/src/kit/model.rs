//! The sequential model: what a store must answer to a commit, given the log
//! before it. It is written from the words of the contract, not from an engine.

use retell_store::{
    AppendError, Commit, Committed, Conflict, InvalidCommit, Position, Query, QueryItem, StreamConflict,
    StreamName, Version, limits,
};

use super::{Seen, is_stored_as, same_events};
use crate::trial::{Checked, Failure, ensure, ensure_eq};

/// The answer that the contract asks for.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Stored now, as the next events of the log.
    Store,
    /// Stored by an earlier append, with these events.
    Already(Vec<Seen>),
    /// Cannot be stored at all.
    Invalid(InvalidCommit),
    /// Collides with these events.
    Collides {
        /// The streams that are not as expected.
        streams: Vec<StreamConflict>,
        /// Whether the condition failed.
        condition: bool,
        /// Every competing event, uncut.
        competing: Vec<Seen>,
    },
}

/// What the contract answers to this commit after this log.
pub(crate) fn judge(log: &[Seen], commit: &Commit) -> Verdict {
    if let Err(why) = commit.clone().checked() {
        return Verdict::Invalid(why);
    }
    let stored: Vec<Seen> = log.iter().filter(|event| event.commit == commit.id).cloned().collect();
    if !stored.is_empty() {
        let same = same_content(&stored, commit);
        return if same {
            Verdict::Already(stored)
        } else {
            Verdict::Invalid(InvalidCommit::IdTaken(commit.id))
        };
    }
    let mut streams = Vec::new();
    let mut competes = vec![false; log.len()];
    for write in &commit.writes {
        let actual = version(log, &write.stream);
        if write.expected.holds(actual) {
            continue;
        }
        let base = write.expected.base().unwrap_or(Version::NONE);
        for (event, competes) in log.iter().zip(&mut competes) {
            *competes |= event.stream == write.stream.as_str() && event.version > base;
        }
        streams.push(StreamConflict { stream: write.stream.clone(), expected: write.expected, actual });
    }
    let mut condition = false;
    if let Some(asked) = &commit.condition {
        for (event, competes) in log.iter().zip(&mut competes) {
            let breaks = event.position > asked.after && matches(&asked.query, event);
            condition |= breaks;
            *competes |= breaks;
        }
    }
    if streams.is_empty() && !condition {
        return Verdict::Store;
    }
    let competing =
        log.iter().zip(competes).filter(|(_, competes)| *competes).map(|(e, _)| e.clone()).collect();
    Verdict::Collides { streams, condition, competing }
}

/// Fails unless an answer is the one that the contract asks for after this log.
pub(crate) fn agrees(log: &[Seen], commit: &Commit, answer: &Result<Committed, AppendError>) -> Checked {
    let verdict = judge(log, commit);
    match (&verdict, answer) {
        (Verdict::Store, Ok(stored)) => {
            ensure!(!stored.already_stored, "it was stored before, says {stored:?}, and it was not");
            ensure_eq!(stored.streams, versions_after(log, commit), "the versions that {stored:?} tells");
            let head = log.last().map_or(Position::START, |last| last.position);
            ensure!(stored.first > head && stored.last >= stored.first, "{stored:?} lies not after {head}");
        }
        (Verdict::Already(events), Ok(stored)) => answers_again(events, commit, stored)?,
        (Verdict::Invalid(why), Err(AppendError::Invalid(found))) => {
            ensure_eq!(found, why, "why it is invalid")
        }
        (Verdict::Collides { streams, condition, competing }, Err(AppendError::Conflict(found))) => {
            ensure_eq!(found.streams, *streams, "the streams in conflict");
            ensure_eq!(found.condition, *condition, "whether the condition failed");
            carries(found, competing)?;
        }
        _ => {
            let found = match answer {
                Ok(stored) => format!("{stored:?}"),
                Err(error) => error.to_string(),
            };
            return Err(Failure(format!("the answer to {commit:?} is {found}; the model says {verdict:?}")));
        }
    }
    Ok(())
}

/// Fails unless the conflict carries these events, or as many as the limits allow.
pub(crate) fn carries(conflict: &Conflict, competing: &[Seen]) -> Checked {
    let found = super::seen(&conflict.competing);
    let few = competing.len() <= limits::COMPETING_EVENTS;
    let light = competing.iter().map(Seen::weight).sum::<usize>() < limits::COMPETING_BYTES / 2;
    let complete = few && light;
    ensure!(!(complete && conflict.truncated), "{conflict} is cut, and it need not be");
    ensure!(
        found.len() <= competing.len(),
        "{conflict} carries more than the {} that compete",
        competing.len()
    );
    let expected = if conflict.truncated { &competing[..found.len()] } else { competing };
    same_events(&found, expected, "the competing events")
}

/// Fails unless this tells again of the commit that was stored as these events.
pub(crate) fn answers_again(events: &[Seen], commit: &Commit, stored: &Committed) -> Checked {
    ensure!(stored.already_stored, "{stored:?} does not say that it was stored before");
    ensure_eq!(stored.id, commit.id, "the id of the stored commit");
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
    ensure_eq!(stored.first, first.position, "the first position");
    ensure_eq!(stored.last, last.position, "the last position");
    ensure_eq!(stored.recorded_at, first.recorded_at, "the time of recording");
    let mut streams: Vec<(StreamName, Version)> = Vec::new();
    for write in commit.writes.iter().filter(|write| !write.events.is_empty()) {
        let last = events.iter().rfind(|event| event.stream == write.stream.as_str());
        streams.push((write.stream.clone(), last.map_or(Version::NONE, |last| last.version)));
    }
    ensure_eq!(stored.streams, streams, "the versions after the commit");
    Ok(())
}

/// The version of a stream after this log.
pub(crate) fn version(log: &[Seen], stream: &StreamName) -> Version {
    log.iter().rfind(|event| event.stream == stream.as_str()).map_or(Version::NONE, |event| event.version)
}

fn versions_after(log: &[Seen], commit: &Commit) -> Vec<(StreamName, Version)> {
    let writes = commit.writes.iter().filter(|write| !write.events.is_empty());
    writes.map(|w| (w.stream.clone(), version(log, &w.stream).plus(w.events.len() as u64))).collect()
}

fn same_content(stored: &[Seen], commit: &Commit) -> bool {
    let wanted = commit.writes.iter().flat_map(|write| write.events.iter().map(move |e| (&write.stream, e)));
    let wanted: Vec<_> = wanted.collect();
    stored.len() == wanted.len()
        && stored.iter().zip(wanted).all(|(stored, (stream, event))| is_stored_as(stored, stream, event))
}

impl Seen {
    fn weight(&self) -> usize {
        let tags: usize = self.tags.iter().map(|tag| tag.len() + 1).sum();
        self.payload.len() + self.stream.len() + self.event_type.len() + tags + self.metadata.len()
    }

    pub(crate) fn category(&self) -> &str {
        self.stream.split_once('/').map_or("", |(category, _)| category)
    }
}

/// Whether an event matches, by the words of the contract.
pub(crate) fn matches(query: &Query, event: &Seen) -> bool {
    let item = |item: &QueryItem| {
        (item.categories.is_empty() || item.categories.iter().any(|one| one == event.category()))
            && (item.types.is_empty() || item.types.iter().any(|one| one.as_str() == event.event_type))
            && item.tags.iter().all(|tag| event.tags.iter().any(|has| has == tag.as_str()))
    };
    query.items.is_empty() || query.items.iter().any(item)
}
