//! One module for each question about the codec.

mod errors;
mod evolution;
mod round_trip;
mod shapes;

use retell_store::{CommitId, Page, PageBuilder, PageLimit, Position, RawEvent, Timestamp, Version};

use super::*;

/// A page that holds event 3 of ticket/42, at position 17.
fn stored(event_type: &str, schema: u32, payload: &str) -> Page {
    let mut page = PageBuilder::new(PageLimit::default());
    page.begin_commit(CommitId::from_bytes([7; 16]), Position::new(17), Timestamp::default(), "{}");
    page.push(RawEvent {
        position: Position::new(17),
        version: Version::new(3),
        stream: "ticket/42",
        event_type,
        schema,
        payload,
        tags: "",
        effective: None,
    });
    page.finish(false)
}

fn read<E: Event>(event_type: &str, schema: u32, payload: &str) -> Result<E, DecodeError> {
    decode(&stored(event_type, schema, payload).first().expect("one row"))
}

/// What an event is stored as, after proving that it reads back as itself.
#[track_caller]
fn payload_of<E: Event + PartialEq>(event: &E) -> String {
    let new = encode(event).expect("can be stored");
    let back = read::<E>(new.event_type.as_str(), new.schema, new.payload.as_str()).expect("reads back");
    assert_eq!(&back, event);
    new.payload.as_str().to_owned()
}
