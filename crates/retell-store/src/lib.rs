//! The contract between retell's domain model and the engines that keep the
//! events.
//!
//! Everything that is above an engine (the model, the command line, the
//! explorer) and everything that is an engine (SQLite, PostgreSQL, …) meets
//! here and only here:
//!
//! | to learn about | read |
//! |---|---|
//! | names of streams, and what they may hold | [`StreamName`] |
//! | places in a stream and in the log | [`Version`], [`Position`] |
//! | a moment, and who tells the time | [`Timestamp`], [`Clock`] |
//! | an event before it is stored | [`NewEvent`], [`EventType`], [`Tag`], [`Payload`] |
//! | who did it, and why | [`Metadata`], [`Actor`] |
//! | what one append stores, all or nothing | [`Commit`], [`Expected`], [`Committed`] |
//! | what a failed append tells | [`AppendError`], [`Conflict`] |
//! | reading | [`ReadStream`], [`ReadLog`], [`Query`], [`Page`], [`StoredEvent`] |
//! | following | [`Subscription`], [`HeadWatch`] |
//! | keyed values beside the log | [`Records`] |
//! | the store itself | [`EventStore`] |
//! | how an engine is written | [`MemoryStore`] (the worked example), [`queue`] |
//!
//! What is deliberately absent: this crate knows no engine, no SQL, no HTTP,
//! and no typed event. It does not depend on a particular async runtime.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod capabilities;
mod commit;
mod conflict;
mod error;
mod event;
mod memory;
mod metadata;
mod name;
mod page;
mod position;
mod query;
pub mod queue;
mod read;
mod records;
mod store;
mod stream;
mod subscription;
mod time;

pub use capabilities::{Capabilities, CommitIdMemory, StoreInfo, Summary, TypeCount};
pub use commit::{
    CheckedCommit, Commit, CommitId, Committed, Condition, Expected, InvalidCommit, StreamWrite, limits,
};
pub use conflict::{Conflict, StreamConflict};
pub use error::{AppendError, ReadError};
pub use event::{EventType, InvalidPayload, NewEvent, Payload, Tag};
pub use memory::MemoryStore;
pub use metadata::{Actor, CommandRecord, Metadata};
pub use name::{NameError, NameProblem};
pub use page::{CommitInfo, Page, PageBuilder, RawEvent, StoredEvent};
pub use position::{Position, Version};
pub use query::{Query, QueryItem};
pub use read::{ListStreams, Order, PageLimit, ReadLog, ReadStream, StreamHead};
pub use records::{Expect, Fence, Record, RecordError, RecordKey, Records, Revision};
pub use store::{BoxFuture, EventStore};
pub use stream::StreamName;
pub use subscription::{HeadSignal, HeadWatch, Subscription};
pub use time::{Clock, ManualClock, ParseTimestampError, SystemClock, Timestamp};

#[cfg(test)]
mod tests;
