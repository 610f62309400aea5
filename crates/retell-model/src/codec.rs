//! Between a typed event and the bytes that are stored.
//!
//! [`decode`] is the one function that turns stored bytes into a typed event.
//! Repositories, projections, processes, the history and the tests all come
//! through here, so what is said about old events is obeyed everywhere.
//!
//! Stored is what the variant holds, as a JSON object and nothing else:
//!
//! | variant | payload |
//! |---|---|
//! | `Opened { customer: "7", priority: High }` | `{"customer":"7","priority":"high"}` |
//! | `Opened(Opened { customer: "7", priority: High })` | the same |
//! | `Closed` | `{}` |
//!
//! Which variant it is stands beside the payload, as the stored name, so
//! serde's derived code is told its number instead of reading it from the
//! text. Reading and writing go straight between the text and the fields:
//! there is no hidden struct and no `serde_json::Value` on the way.

mod error;
mod read;
mod write;

use std::cmp::Ordering;

use retell_store::{EventType, NewEvent, Payload, StoredEvent, Tag};

use crate::Event;

pub use error::{DecodeError, EncodeError};

/// Turns a stored event into the typed event that it is.
///
/// Fields that the variant does not know are skipped, as serde does; a variant
/// without fields takes any object.
///
/// # Errors
/// [`DecodeError`] says which event it was and what to change in the program.
/// Nothing is ever skipped or guessed: a schema that differs from the
/// variant's is refused even if the payload would happen to parse.
pub fn decode<E: Event>(row: &StoredEvent<'_>) -> Result<E, DecodeError> {
    let Some(index) = E::index_of(row.event_type()) else {
        return Err(error::unknown_type::<E>(row));
    };
    match row.schema().cmp(&E::KINDS[index].schema) {
        Ordering::Equal => read::content(index, row.payload()).map_err(|source| error::payload(row, source)),
        // The place where upcasters belong: old payload in, current payload out.
        Ordering::Less => Err(error::older_schema(row, E::KINDS[index].schema)),
        Ordering::Greater => Err(error::newer_schema(row, E::KINDS[index].schema)),
    }
}

/// Turns a typed event into what an append takes, its tags included.
///
/// What is returned has been read back once: a log that only grows must not
/// take an event that the program could never read again. That costs one parse
/// an append, and catches what depends on the data, such as a number that is
/// not finite (JSON writes it as `null`), a field that is left out and has no
/// default, or a map that was flattened over a field of the same name.
/// One loss it cannot see: in an `Option`, a number that is not finite reads
/// back as `None`.
///
/// # Errors
/// [`EncodeError`] when the event has no JSON object to be stored as, could
/// not be read back, or a name or tag is outside the alphabet.
pub fn encode<E: Event>(event: &E) -> Result<NewEvent, EncodeError> {
    let kind = event.kind();
    let event_type = EventType::new(kind.name).map_err(|source| EncodeError::Name { source })?;
    let payload = write::content(event, kind.name)?;
    if let Err(source) = read::content::<E>(event.kind_index(), &payload) {
        return Err(EncodeError::Unreadable { event_type: kind.name, source });
    }
    let tags = tags(event).map_err(|source| EncodeError::Tag { event_type: kind.name, source })?;
    Ok(NewEvent {
        event_type,
        schema: kind.schema,
        payload: Payload::from_trusted_json(payload),
        tags,
        effective: None,
    })
}

/// The tags of an event, each once.
fn tags<E: Event>(event: &E) -> Result<Vec<Tag>, retell_store::NameError> {
    let mut tags = Vec::new();
    for (key, value) in event.tags() {
        let tag = Tag::new(key, &value)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests;
