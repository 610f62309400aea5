//! Judges the commits of a batch: each whole, in the order of arrival, on what
//! was stored when the lock was taken and what was accepted before it.
//!
//! Nothing is asked of the server here. What was read under the lock comes in
//! as [`Ground`]; the rows to store and a verdict on each commit go out.

use std::collections::HashMap;

use retell_store::{
    CheckedCommit, CommitId, Committed, Condition, Page, PageBuilder, PageLimit, Position, RawEvent,
    StreamConflict, StreamName, Timestamp, Version,
};

use crate::columns::Columns;

/// The end of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) position: u64,
    pub(crate) recorded_at: Timestamp,
}

/// Where a stored commit stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) first: u64,
    pub(crate) size: u64,
    pub(crate) recorded_at: Timestamp,
}

/// What was read under the lock.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    pub(crate) tail: Tail,
    /// The versions of the streams that the commits name; one that is not here has no events.
    pub(crate) versions: HashMap<String, u64>,
    /// Those of the commits that are stored already.
    pub(crate) stored: HashMap<CommitId, Place>,
    /// Whether the condition of each commit is broken by what is stored.
    pub(crate) broken: Vec<bool>,
}

/// What becomes of a commit.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is stored with this transaction.
    Accepted(Committed),
    /// Its id stands at this place: the same commit or another one.
    Repeated(Place),
    /// Something stands in the way.
    Refused(Standing),
}

/// What stood in the way, when it was judged.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) streams: Vec<StreamConflict>,
    pub(crate) condition: bool,
    pub(crate) head: Position,
}

/// What comes of a batch.
#[derive(Debug)]
pub(crate) struct Judged<'c> {
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) columns: Columns<'c>,
    pub(crate) tail: Tail,
}

/// Judges every commit.
pub(crate) fn judge<'c>(commits: &[&'c CheckedCommit], ground: Ground, now: Timestamp) -> Judged<'c> {
    let events = commits.iter().map(|commit| commit.event_count()).sum();
    let conditional = commits.iter().any(|commit| commit.condition().is_some());
    let mut judge =
        Judge { ground, now, columns: Columns::with_capacity(events), accepted: Vec::new(), conditional };
    let verdicts = commits.iter().enumerate().map(|(index, commit)| judge.one(index, commit)).collect();
    Judged { verdicts, columns: judge.columns, tail: judge.ground.tail }
}

struct Judge<'c> {
    ground: Ground,
    now: Timestamp,
    columns: Columns<'c>,
    /// The events that were accepted, where a condition may ask for them.
    accepted: Vec<Page>,
    conditional: bool,
}

impl<'c> Judge<'c> {
    fn one(&mut self, index: usize, commit: &'c CheckedCommit) -> Verdict {
        if let Some(place) = self.ground.stored.get(&commit.id()) {
            return Verdict::Repeated(*place);
        }
        let mut streams = Vec::new();
        for write in commit.writes() {
            let actual = self.version(&write.stream);
            if !write.expected.holds(actual) {
                let (stream, expected) = (write.stream.clone(), write.expected);
                streams.push(StreamConflict { stream, expected, actual });
            }
        }
        let condition = commit.condition().is_some_and(|condition| {
            self.ground.broken.get(index).copied().unwrap_or(false) || self.is_broken(condition)
        });
        if !streams.is_empty() || condition {
            let head = Position::new(self.ground.tail.position);
            return Verdict::Refused(Standing { streams, condition, head });
        }
        Verdict::Accepted(self.accept(commit))
    }

    fn version(&self, stream: &StreamName) -> Version {
        Version::new(self.ground.versions.get(stream.as_str()).copied().unwrap_or(0))
    }

    fn is_broken(&self, condition: &Condition) -> bool {
        let breaks = |page: &Page| {
            page.iter().any(|event| event.position() > condition.after && condition.query.matches(&event))
        };
        self.accepted.iter().any(breaks)
    }

    fn accept(&mut self, commit: &'c CheckedCommit) -> Committed {
        let tail = self.ground.tail;
        let first = tail.position + 1;
        let recorded_at = if tail.position == 0 { self.now } else { self.now.max(tail.recorded_at) };
        let mut streams = Vec::with_capacity(commit.writes().len());
        let mut position = first;
        let from = self.columns.len();
        for write in commit.writes().iter().filter(|write| !write.events.is_empty()) {
            let mut version = self.version(&write.stream).get();
            for event in &write.events {
                version += 1;
                let index = position - first;
                self.columns.push(commit, &write.stream, event, [position, version, index], recorded_at);
                position += 1;
            }
            match self.ground.versions.get_mut(write.stream.as_str()) {
                Some(known) => *known = version,
                None => drop(self.ground.versions.insert(write.stream.as_str().to_owned(), version)),
            }
            streams.push((write.stream.clone(), Version::new(version)));
        }
        if self.conditional {
            self.accepted.push(self.page(commit, first, from));
        }
        let size = position - first;
        self.ground.tail = Tail { position: position - 1, recorded_at };
        self.ground.stored.insert(commit.id(), Place { first, size, recorded_at });
        let (first, last) = (Position::new(first), Position::new(position - 1));
        Committed { id: commit.id(), first, last, recorded_at, streams, already_stored: false }
    }

    /// The accepted commit as a query sees it: names and tags, no payloads.
    fn page(&self, commit: &CheckedCommit, first: u64, from: usize) -> Page {
        let mut page = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
        page.begin_commit(commit.id(), Position::new(first), self.now, "");
        for row in from..self.columns.len() {
            page.push(RawEvent {
                position: Position::new(self.columns.positions[row].unsigned_abs()),
                version: Version::new(self.columns.versions[row].unsigned_abs()),
                stream: self.columns.streams[row],
                event_type: self.columns.types[row],
                schema: 1,
                payload: "",
                tags: self.columns.tags[row].as_deref().unwrap_or(""),
                effective: None,
            });
        }
        page.finish(false)
    }
}

#[cfg(test)]
mod tests;
