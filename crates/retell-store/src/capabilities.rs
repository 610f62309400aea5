//! What an engine promises beyond the contract, and what a store holds.

use std::time::Duration;

use uuid::Uuid;

use crate::{Position, Timestamp};

/// What this engine can do. What it cannot do it refuses with an error, and
/// the conformance suite leaves out, in print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// An acknowledged commit survives the death of the process and, where the
    /// device keeps what it has synced, the loss of power.
    pub durable: bool,
    /// A commit may write several streams.
    pub several_streams: bool,
    /// A commit may carry a [`Condition`](crate::Condition), judged under the
    /// lock that inserts.
    pub conditions: bool,
    /// Several processes may write one store at the same time.
    pub several_processes: bool,
    /// The engine itself refuses to change or delete an event, whoever asks.
    pub guards_history: bool,
    /// For how long a commit id is remembered.
    pub commit_ids: CommitIdMemory,
    /// The time within which a follower learns of a commit of another process.
    pub follow_latency: Duration,
}

/// For how long a store remembers a commit id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitIdMemory {
    /// For as long as the events are kept.
    ForEver,
    /// At least this long.
    Window(Duration),
}

/// Which store this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreInfo {
    /// The identity of the store, drawn when it was created.
    pub id: Uuid,
    /// The engine, for example `sqlite`.
    pub engine: &'static str,
    /// The version of the stored format.
    pub format: u32,
    /// Where it is, without secrets.
    pub location: String,
}

/// What a store holds, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many events.
    pub events: u64,
    /// How many commits.
    pub commits: u64,
    /// How many streams.
    pub streams: u64,
    /// Payloads together, in bytes.
    pub payload_bytes: u64,
    /// The end of the log.
    pub head: Position,
    /// When the first event was recorded.
    pub first_recorded: Option<Timestamp>,
    /// When the last event was recorded.
    pub last_recorded: Option<Timestamp>,
    /// How many events of which type, most frequent first.
    pub types: Vec<TypeCount>,
}

/// How many events of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The stored name of the type.
    pub event_type: String,
    /// How many events.
    pub count: u64,
}
