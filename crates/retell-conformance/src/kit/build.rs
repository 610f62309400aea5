//! Short ways to write down commits.

use std::fmt::Display;

use retell_store::{
    Actor, CommandRecord, Commit, CommitId, EventType, Expected, Metadata, NewEvent, Payload, StreamName,
    Tag, Timestamp, Version,
};

/// How many writers are at it at the same time.
pub(crate) const WRITERS: usize = 64;

pub(crate) fn stream(id: impl Display) -> StreamName {
    stream_of("ticket", id)
}

pub(crate) fn stream_of(category: &str, id: impl Display) -> StreamName {
    StreamName::new(category, &id.to_string()).expect("a good stream name")
}

pub(crate) fn kind(name: &str) -> EventType {
    EventType::new(name).expect("a good event type")
}

pub(crate) fn tag(key: &str, value: impl Display) -> Tag {
    Tag::new(key, &value.to_string()).expect("a good tag")
}

pub(crate) fn json(text: impl Into<String>) -> Payload {
    Payload::parse(text).expect("good JSON")
}

/// An event that says this.
pub(crate) fn said(what: impl Display) -> NewEvent {
    NewEvent::new(kind("said"), Payload::json(&what.to_string()).expect("text is JSON"))
}

/// So many events that say this.
pub(crate) fn says(what: impl Display, count: usize) -> Vec<NewEvent> {
    (1..=count).map(|index| said(format!("{what} {index}/{count}"))).collect()
}

/// An event whose payload has exactly so many bytes.
pub(crate) fn weighing(bytes: usize) -> NewEvent {
    NewEvent::new(kind("weighed"), json(format!("\"{}\"", "x".repeat(bytes - 2))))
}

/// An event with everything that an event can have.
pub(crate) fn rich(what: impl Display) -> NewEvent {
    let what = what.to_string();
    NewEvent::new(kind("reassigned: by hand"), json(format!("{{\"to\" : \"{what}\",\"n\":1.50}}")))
        .schema(3)
        .tag(tag("customer", &what))
        .tag(tag("agent", "31:a b"))
        .effective(Timestamp::from_micros(1_456_708_560_000_001))
}

/// Metadata with everything that metadata can have.
pub(crate) fn told(what: impl Display) -> Metadata {
    let what = what.to_string();
    Metadata {
        actor: Some(Actor::new("agent/31").expect("a good actor")),
        command: Some(CommandRecord {
            name: "request-escalation".to_owned(),
            content: Some(json(format!("{{\"reason\":\"{what}\"}}"))),
        }),
        correlation: Some("request \u{1}\u{202e} 1".to_owned()),
        causation: Some(format!("message {what}")),
        reason: Some("the customer's \"urgent\" call\nüber Nacht".to_owned()),
        extra: [("source".to_owned(), what)].into(),
    }
}

/// A commit of these events to one stream.
pub(crate) fn to(stream: &StreamName, expected: Expected, events: Vec<NewEvent>) -> Commit {
    Commit::new().write(stream.clone(), expected, events)
}

/// A commit of one event to one stream, whatever its version.
pub(crate) fn any(stream: &StreamName, what: impl Display) -> Commit {
    to(stream, Expected::Any, vec![said(what)])
}

/// What a stream of this version is expected to be.
pub(crate) fn exactly(version: u64) -> Expected {
    if version == 0 { Expected::Absent } else { Expected::Exact(Version::new(version)) }
}

/// The same commit under another id.
pub(crate) fn renamed(commit: &Commit) -> Commit {
    Commit { id: CommitId::new(), ..commit.clone() }
}
