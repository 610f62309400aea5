//! What an append writes besides its place: the same as retell writes.

use std::time::{Duration, SystemTime};

use bench_common::{Failure, TicketEvent};
use serde::Serialize;
use uuid::Uuid;

/// The columns of a new event that begins a commit.
pub struct NewEvent {
    pub kind: &'static str,
    pub id: Uuid,
    pub metadata: String,
    pub payload: String,
}

#[derive(Serialize)]
struct Metadata {
    actor: &'static str,
    command: Command,
}

#[derive(Serialize)]
struct Command {
    name: &'static str,
}

impl NewEvent {
    /// The event with its content and metadata as JSON and a new id.
    pub fn of(event: &TicketEvent, command: &'static str) -> Result<Self, Failure> {
        let metadata = Metadata { actor: bench_common::ACTOR, command: Command { name: command } };
        Ok(Self {
            kind: TicketEvent::KINDS[event.number()],
            id: Uuid::now_v7(),
            metadata: serde_json::to_string(&metadata)?,
            payload: event.content()?,
        })
    }
}

/// Now, in microseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.as_ref().map_or(0, Duration::as_micros) as i64
}
