//! The rows of a batch, a column at a time, as the server takes them.

use retell_store::{CheckedCommit, NewEvent, StreamName, Timestamp};
use uuid::Uuid;

use crate::link::Value;

/// The rows to be stored.
#[derive(Debug, Default)]
pub(crate) struct Columns<'c> {
    pub(crate) positions: Vec<i64>,
    pub(crate) streams: Vec<&'c str>,
    pub(crate) versions: Vec<i64>,
    pub(crate) types: Vec<&'c str>,
    schemas: Vec<i64>,
    effective: Vec<Option<i64>>,
    recorded: Vec<i64>,
    indexes: Vec<i32>,
    sizes: Vec<Option<i32>>,
    ids: Vec<Option<Uuid>>,
    pub(crate) tags: Vec<Option<String>>,
    metadata: Vec<Option<&'c str>>,
    payloads: Vec<&'c str>,
    /// The rows of the index of tags.
    tag_names: Vec<&'c str>,
    tag_positions: Vec<i64>,
}

impl<'c> Columns<'c> {
    pub(crate) fn with_capacity(events: usize) -> Self {
        Self {
            positions: Vec::with_capacity(events),
            streams: Vec::with_capacity(events),
            versions: Vec::with_capacity(events),
            types: Vec::with_capacity(events),
            payloads: Vec::with_capacity(events),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    pub(crate) fn push(
        &mut self,
        commit: &'c CheckedCommit,
        stream: &'c StreamName,
        event: &'c NewEvent,
        [position, version, index]: [u64; 3],
        recorded_at: Timestamp,
    ) {
        let head = (index == 0).then_some(commit);
        self.positions.push(to_sql(position));
        self.streams.push(stream.as_str());
        self.versions.push(to_sql(version));
        self.types.push(event.event_type.as_str());
        self.schemas.push(i64::from(event.schema));
        self.effective.push(event.effective.map(Timestamp::as_micros));
        self.recorded.push(recorded_at.as_micros());
        // A commit has at most limits::EVENTS.
        self.indexes.push(i32::try_from(index).unwrap_or(i32::MAX));
        self.sizes.push(head.map(|commit| i32::try_from(commit.event_count()).unwrap_or(i32::MAX)));
        self.ids.push(head.map(|commit| Uuid::from_bytes(*commit.id().as_bytes())));
        self.tags.push((!event.tags.is_empty()).then(|| tags_text(event)));
        self.metadata.push(head.map(CheckedCommit::metadata_json));
        self.payloads.push(event.payload.as_str());
        for tag in &event.tags {
            self.tag_names.push(tag.as_str());
            self.tag_positions.push(to_sql(position));
        }
    }

    /// The values of `Q::InsertEvents`.
    pub(crate) fn events(&self) -> [Value<'_>; 13] {
        [
            &self.positions,
            &self.streams,
            &self.versions,
            &self.types,
            &self.schemas,
            &self.effective,
            &self.recorded,
            &self.indexes,
            &self.sizes,
            &self.ids,
            &self.tags,
            &self.metadata,
            &self.payloads,
        ]
    }

    /// The values of `Q::InsertTags`, where there are any.
    pub(crate) fn tags(&self) -> Option<[Value<'_>; 2]> {
        (!self.tag_names.is_empty()).then_some([&self.tag_names, &self.tag_positions])
    }
}

/// The tags of an event as they are stored: one a line.
pub(crate) fn tags_text(event: &NewEvent) -> String {
    let tags: Vec<&str> = event.tags.iter().map(|tag| tag.as_str()).collect();
    tags.join("\n")
}

/// A position or version as the server keeps it; what is beyond its range
/// comes after everything that it can hold.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
