//! An event as JSON.

use retell::store::{Payload, StoredEvent};
use retell::{Actor, DecodeError, Event, Recorded, Timestamp, encode};
use serde::Serialize;

use super::problem::{Kind, Problem};
use crate::domain::TicketEvent;

/// A stored event as the service tells it: what happened, and who, when and
/// through what.
#[derive(Debug, Serialize)]
pub(super) struct EventView {
    version: u64,
    r#type: &'static str,
    /// The version of the schema that `data` follows.
    schema: u32,
    recorded_at: Timestamp,
    effective_at: Timestamp,
    actor: Option<Actor>,
    command: Option<String>,
    position: u64,
    commit: String,
    data: Payload,
}

impl EventView {
    /// Reads a stored event as every other part of the program does, and tells
    /// it in today's words.
    pub(super) fn of(row: &StoredEvent<'_>) -> Result<Self, Problem> {
        let recorded = Recorded::<TicketEvent>::decode(row).map_err(|error| unreadable(&error))?;
        let encoded =
            encode(&recorded.event).map_err(|error| Problem::new(Kind::Failed, error.to_string()))?;
        Ok(Self {
            version: recorded.version.get(),
            r#type: recorded.event.kind().name,
            schema: encoded.schema,
            recorded_at: recorded.recorded_at,
            effective_at: recorded.effective_at(),
            position: recorded.position.get(),
            commit: recorded.commit.to_string(),
            command: recorded.metadata.command.map(|command| command.name),
            actor: recorded.metadata.actor,
            data: encoded.payload,
        })
    }
}

/// A stored event that this program does not know.
pub(super) fn unreadable(error: &DecodeError) -> Problem {
    Problem::new(Kind::Unreadable, error.to_string())
}
