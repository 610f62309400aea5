//! Why an event could not be read or written, and what to do.

use retell_store::{NameError, Position, StoredEvent, Version};
use thiserror::Error;

use crate::Event;

/// A stored event that this program cannot read.
///
/// History is right and the program is behind (or older than the program that
/// wrote): every variant says what to change in the program.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The enum knows no kind of this name.
    #[error(
        "event {version} of {stream} (position {position}) is stored as \"{event_type}\", which {event} does not know: \
         add a variant with #[event(\"{event_type}\")], or, if a variant was renamed, \
         also = [\"{event_type}\"] to its #[event(…)]"
    )]
    UnknownType {
        /// The stored name.
        event_type: String,
        /// The Rust type that was asked for.
        event: &'static str,
        /// The stream that holds the event.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// Its place in the log.
        position: Position,
    },
    /// A newer program wrote it.
    #[error(
        "event {version} of {stream} (position {position}), \"{event_type}\", has schema {stored}, \
         newer than schema {current} of this program: deploy the program that wrote it, or a later one"
    )]
    NewerSchema {
        /// The stored name.
        event_type: String,
        /// The schema it was written with.
        stored: u32,
        /// The schema of this program.
        current: u32,
        /// The stream that holds the event.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// Its place in the log.
        position: Position,
    },
    /// An older program wrote it, and nothing says how to bring it up to date.
    #[error(
        "event {version} of {stream} (position {position}), \"{event_type}\", has schema {stored}, \
         older than schema {current} of this program, and nothing turns the one into the other: \
         if the old payload still reads, with #[serde(default)] or #[serde(alias = \"…\")] on what is new, \
         leave `schema` at {stored}"
    )]
    OlderSchema {
        /// The stored name.
        event_type: String,
        /// The schema it was written with.
        stored: u32,
        /// The schema of this program.
        current: u32,
        /// The stream that holds the event.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// Its place in the log.
        position: Position,
    },
    /// The payload is not what the variant holds.
    #[error(
        "event {version} of {stream} (position {position}), \"{event_type}\", does not read as its variant: {source}; \
         events of the same schema must keep reading: give a new field #[serde(default)], \
         a renamed one #[serde(alias = \"…\")]"
    )]
    Payload {
        /// The stored name.
        event_type: String,
        /// The stream that holds the event.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// Its place in the log.
        position: Position,
        /// Where and why parsing stopped.
        source: serde_json::Error,
    },
    /// The metadata of the commit are not what retell writes.
    #[error(
        "the metadata of event {version} of {stream} (position {position}) do not read: {source}; \
         a newer program may have written them: deploy that one, or a later one"
    )]
    Metadata {
        /// The stream that holds the event.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// Its place in the log.
        position: Position,
        /// Where and why parsing stopped.
        source: serde_json::Error,
    },
}

impl DecodeError {
    pub(crate) fn metadata(row: &StoredEvent<'_>, source: serde_json::Error) -> Self {
        let (stream, version, position) = (row.stream().to_owned(), row.version(), row.position());
        Self::Metadata { stream, version, position, source }
    }
}

/// An event that cannot be stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The fields cannot be written as JSON.
    #[error("the event \"{event_type}\" cannot be written as JSON: {source}")]
    Payload {
        /// The name it would have been stored under.
        event_type: &'static str,
        /// Why writing stopped.
        source: serde_json::Error,
    },
    /// The one unnamed field of the variant is no JSON object.
    #[error(
        "the event \"{event_type}\" holds one unnamed field that is written as `{start}…`, \
         and a payload is a JSON object: let the field be a struct, or name it, as in `Opened {{ customer: String }}`"
    )]
    NotAnObject {
        /// The name it would have been stored under.
        event_type: &'static str,
        /// How the field's JSON begins.
        start: char,
    },
    /// It was written, but the program cannot read it back.
    #[error(
        "the event \"{event_type}\" was written, but does not read back, so it is not stored: {source}; \
         look for a number that is not finite, a field that is left out and has no #[serde(default)], \
         or a #[serde(with)] whose two halves differ"
    )]
    Unreadable {
        /// The name it would have been stored under.
        event_type: &'static str,
        /// Where and why reading stopped.
        source: serde_json::Error,
    },
    /// The stored name is outside the alphabet; a derived enum does not compile with one.
    #[error("{source}")]
    Name {
        /// What is wrong with it.
        source: NameError,
    },
    /// A field marked `#[tag]` holds what cannot be a tag.
    #[error("a tag of the event \"{event_type}\" is refused: {source}")]
    Tag {
        /// The name it would have been stored under.
        event_type: &'static str,
        /// What is wrong with the tag.
        source: NameError,
    },
}

#[cold]
pub(super) fn unknown_type<E: Event>(row: &StoredEvent<'_>) -> DecodeError {
    DecodeError::UnknownType {
        event_type: row.event_type().to_owned(),
        event: std::any::type_name::<E>(),
        stream: row.stream().to_owned(),
        version: row.version(),
        position: row.position(),
    }
}

#[cold]
pub(super) fn newer_schema(row: &StoredEvent<'_>, current: u32) -> DecodeError {
    DecodeError::NewerSchema {
        event_type: row.event_type().to_owned(),
        stored: row.schema(),
        current,
        stream: row.stream().to_owned(),
        version: row.version(),
        position: row.position(),
    }
}

#[cold]
pub(super) fn older_schema(row: &StoredEvent<'_>, current: u32) -> DecodeError {
    DecodeError::OlderSchema {
        event_type: row.event_type().to_owned(),
        stored: row.schema(),
        current,
        stream: row.stream().to_owned(),
        version: row.version(),
        position: row.position(),
    }
}

#[cold]
pub(super) fn payload(row: &StoredEvent<'_>, source: serde_json::Error) -> DecodeError {
    DecodeError::Payload {
        event_type: row.event_type().to_owned(),
        stream: row.stream().to_owned(),
        version: row.version(),
        position: row.position(),
        source,
    }
}
