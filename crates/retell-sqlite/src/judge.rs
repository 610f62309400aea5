//! Judges a commit: is it stored already, does it collide with what is stored?

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use retell_store::{
    AppendError, CheckedCommit, Committed, Condition, Conflict, InvalidCommit, NewEvent, Order, PageBuilder,
    PageLimit, Position, StreamConflict, Version, limits,
};

use crate::failure::Fault;
use crate::log::each_match;
use crate::reader::{CommitPlace, copy_at, place_of_row};
use crate::row::{integer, place, text, text_or_empty, to_sql};
use crate::select::{Give, Select};
use crate::transaction::Transaction;

const CONTENT: &str = "SELECT s.name, e.type, e.schema, e.payload, e.tags, e.effective_at \
                       FROM events e CROSS JOIN streams s ON s.id = e.stream \
                       WHERE e.position >= ?1 AND e.position < ?2 ORDER BY e.position";
const AFTER: &str = "SELECT e.position FROM events e INDEXED BY events_by_stream \
                     WHERE e.stream = ?1 AND e.version > ?2 ORDER BY e.version";

impl Transaction<'_> {
    /// Answers a commit, and stores it if nothing is in the way.
    pub(crate) fn append(&mut self, commit: &CheckedCommit) -> Result<Result<Committed, AppendError>, Fault> {
        if let Some(stored) = self.stored_already(commit)? {
            return Ok(stored.map_err(AppendError::Invalid));
        }
        if let Some(conflict) = self.conflict(commit)? {
            return Ok(Err(AppendError::Conflict(Box::new(conflict))));
        }
        self.insert(commit).map(Ok)
    }

    /// The stored commit of this id, if its events are the same.
    fn stored_already(
        &mut self,
        commit: &CheckedCommit,
    ) -> Result<Option<Result<Committed, InvalidCommit>>, Fault> {
        let found = {
            let mut rows = self.find.query([commit.id().as_bytes()])?;
            rows.next()?.map(place_of_row).transpose()?
        };
        let Some(place) = found else { return Ok(None) };
        if !self.has_content(place, commit)? {
            return Ok(Some(Err(InvalidCommit::IdTaken(commit.id()))));
        }
        Ok(Some(Ok(place.committed(self.connection, commit.id())?)))
    }

    fn has_content(&self, stored: CommitPlace, commit: &CheckedCommit) -> Result<bool, Fault> {
        if stored.size != commit.event_count() as u64 {
            return Ok(false);
        }
        let mut statement = self.connection.prepare_cached(CONTENT)?;
        let mut rows = statement.query([to_sql(stored.first), to_sql(stored.first + stored.size)])?;
        for write in commit.writes() {
            for event in &write.events {
                let Some(row) = rows.next()? else { return Ok(false) };
                let same = text(row, 0, "name")? == write.stream.as_str()
                    && text(row, 1, "type")? == event.event_type.as_str()
                    && integer(row, 2)? == i64::from(event.schema)
                    && text(row, 3, "payload")? == event.payload.as_str()
                    && text_or_empty(row, 4, "tags")? == tags_text(event)
                    && row.get::<_, Option<i64>>(5)? == event.effective.map(|time| time.as_micros());
                if !same {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// What stands in the way of a commit, with the competing events.
    fn conflict(&mut self, commit: &CheckedCommit) -> Result<Option<Conflict>, Fault> {
        let mut streams = Vec::new();
        let mut competing = Earliest::default();
        for write in commit.writes() {
            let known = self.stream(&write.stream)?;
            let actual = Version::new(known.map_or(0, |known| known.version));
            if write.expected.holds(actual) {
                continue;
            }
            if let Some(known) = known {
                let base = write.expected.base().unwrap_or(Version::NONE);
                self.after(known.id, base, &mut competing)?;
            }
            let (stream, expected) = (write.stream.clone(), write.expected);
            streams.push(StreamConflict { stream, expected, actual });
        }
        let condition = match commit.condition() {
            Some(condition) => self.breaks(condition, &mut competing)?,
            None => false,
        };
        if streams.is_empty() && !condition {
            return Ok(None);
        }
        let limit = PageLimit { events: limits::COMPETING_EVENTS, bytes: limits::COMPETING_BYTES };
        let mut page = PageBuilder::new(limit);
        for &position in &competing.0 {
            if page.is_full() {
                break;
            }
            copy_at(self.connection, position, &mut page)?;
        }
        let truncated = page.len() < competing.0.len();
        let head = Position::new(self.tail.position);
        Ok(Some(Conflict { streams, condition, competing: page.finish(truncated), truncated, head }))
    }

    /// Collects the events of a stream after a version.
    fn after(&self, stream: i64, version: Version, competing: &mut Earliest) -> Result<(), Fault> {
        let mut statement = self.connection.prepare_cached(AFTER)?;
        let mut rows = statement.query([stream, to_sql(version.get())])?;
        while let Some(row) = rows.next()? {
            if competing.add(place(row, 0)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Collects the events that break a condition, and tells whether there are any.
    fn breaks(&mut self, condition: &Condition, competing: &mut Earliest) -> Result<bool, Fault> {
        let part = (condition.after.get(), self.tail.position);
        if part.0 >= part.1 {
            return Ok(false);
        }
        let mut broken = false;
        let Some(select) = Select::new(&condition.query, Give::Position, Order::Forward) else {
            let _ = each_match(self.connection, &condition.query, Order::Forward, part, |event| {
                broken = true;
                competing.add(event.position().get())
            })?;
            return Ok(broken);
        };
        let mut statement = select.prepare(self.connection, part.0, part.1)?;
        let mut rows = statement.rows();
        while let Some(row) = rows.next()? {
            broken = true;
            if competing.add(place(row, 0)?).is_break() {
                break;
            }
        }
        Ok(broken)
    }
}

/// The earliest positions, each once: as many as a conflict carries, and one
/// more, which tells that there are more.
#[derive(Debug, Default)]
struct Earliest(BTreeSet<u64>);

impl Earliest {
    /// Adds a position. Breaks off when no later one can be among the earliest.
    fn add(&mut self, position: u64) -> ControlFlow<()> {
        let full = self.0.len() > limits::COMPETING_EVENTS;
        if full && self.0.last().is_some_and(|last| position >= *last) {
            return ControlFlow::Break(());
        }
        if self.0.insert(position) && full {
            self.0.pop_last();
        }
        ControlFlow::Continue(())
    }
}

/// The tags of an event as they are stored: one a line.
pub(crate) fn tags_text(event: &NewEvent) -> String {
    let tags: Vec<&str> = event.tags.iter().map(|tag| tag.as_str()).collect();
    tags.join("\n")
}
