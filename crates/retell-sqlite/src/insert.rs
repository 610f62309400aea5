//! Inserts a commit that was judged.

use retell_store::{
    CheckedCommit, Committed, NewEvent, Position, StreamName, StreamWrite, Timestamp, Version,
};
use rusqlite::params;

use crate::failure::Fault;
use crate::judge::tags_text;
use crate::row::to_sql;
use crate::streams::Known;
use crate::transaction::{Tail, Transaction};

pub(crate) const EVENT: &str = "INSERT INTO events (position, stream, version, type, schema, effective_at, \
    recorded_at, commit_index, commit_size, commit_id, tags, metadata, payload) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const STREAM: &str = "INSERT INTO streams (name, category) VALUES (?1, ?2)";
// A tag that is given twice counts once.
const TAG: &str = "INSERT INTO tags (tag, position) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

impl Transaction<'_> {
    /// Stores a commit behind the end of the log.
    pub(crate) fn insert(&mut self, commit: &CheckedCommit) -> Result<Committed, Fault> {
        let first = self.tail.position + 1;
        let recorded_at = self.recorded_at();
        let mut streams = Vec::with_capacity(commit.writes().len());
        let mut index = 0;
        for write in commit.writes().iter().filter(|write| !write.events.is_empty()) {
            let mut known = self.stream_to_write(write)?;
            for event in &write.events {
                known.version += 1;
                self.insert_event(event, known, first, index, recorded_at, commit)?;
                index += 1;
            }
            self.streams.put(write.stream.clone(), known);
            streams.push((write.stream.clone(), Version::new(known.version)));
        }
        let last = first + index - 1;
        self.tail = Tail { position: last, recorded_at };
        let (first, last) = (Position::new(first), Position::new(last));
        Ok(Committed { id: commit.id(), first, last, recorded_at, streams, already_stored: false })
    }

    /// The time of recording, never earlier than that of the commit before.
    fn recorded_at(&self) -> Timestamp {
        let now = self.clock.now();
        if self.tail.position == 0 { now } else { now.max(self.tail.recorded_at) }
    }

    fn stream_to_write(&mut self, write: &StreamWrite) -> Result<Known, Fault> {
        if let Some(known) = self.stream(&write.stream)? {
            return Ok(known);
        }
        let id = self.insert_stream(&write.stream)?;
        Ok(Known { id, version: 0 })
    }

    fn insert_stream(&self, stream: &StreamName) -> Result<i64, Fault> {
        Ok(self.connection.prepare_cached(STREAM)?.insert([stream.as_str(), stream.category()])?)
    }

    fn insert_event(
        &mut self,
        event: &NewEvent,
        known: Known,
        first: u64,
        index: u64,
        recorded_at: Timestamp,
        commit: &CheckedCommit,
    ) -> Result<(), Fault> {
        let position = to_sql(first + index);
        let tags = (!event.tags.is_empty()).then(|| tags_text(event));
        let head = (index == 0).then_some(commit);
        self.insert.execute(params![
            position,
            known.id,
            to_sql(known.version),
            event.event_type.as_str(),
            event.schema,
            event.effective.map(Timestamp::as_micros),
            recorded_at.as_micros(),
            to_sql(index),
            head.map(|commit| to_sql(commit.event_count() as u64)),
            head.map(|commit| commit.id()).as_ref().map(|id| &id.as_bytes()[..]),
            tags,
            head.map(CheckedCommit::metadata_json),
            event.payload.as_str(),
        ])?;
        if !event.tags.is_empty() {
            let mut statement = self.connection.prepare_cached(TAG)?;
            for tag in &event.tags {
                statement.execute(params![tag.as_str(), position])?;
            }
        }
        Ok(())
    }
}
