//! Tests of what can be said about a commit without a store.

use crate::{
    Commit, CommitId, EventType, Expected, InvalidCommit, Metadata, NewEvent, Payload, StreamName, Tag,
    Version, limits,
};

fn event(payload: &str) -> NewEvent {
    NewEvent::new(EventType::new("opened").expect("a type"), Payload::parse(payload).expect("JSON"))
}

fn stream(id: &str) -> StreamName {
    StreamName::new("ticket", id).expect("a stream")
}

fn write(events: Vec<NewEvent>) -> Commit {
    Commit::new().write(stream("1"), Expected::Any, events)
}

#[test]
fn payloads_are_json() {
    assert!(Payload::parse(r#"{"a":[1,2.5,"x",null]}"#).is_ok());
    for text in ["", "{", "{}x", "{'a':1}", "nul", "\u{1}"] {
        assert!(Payload::parse(text).is_err(), "{text}");
    }
    let payload = Payload::json(&vec![1, 2]).expect("writes");
    assert_eq!(serde_json::to_string(&payload).expect("writes"), "[1,2]");
    assert_eq!(serde_json::from_str::<Payload>(" [1, 2] ").expect("reads").as_str(), "[1, 2]");
}

#[test]
fn a_commit_has_events_and_each_stream_once() {
    assert_eq!(Commit::new().checked().expect_err("empty"), InvalidCommit::Empty);
    assert_eq!(write(vec![]).checked().expect_err("empty"), InvalidCommit::Empty);
    let twice = write(vec![event("{}")]).write(stream("1"), Expected::Any, vec![event("{}")]);
    assert_eq!(twice.checked().expect_err("twice"), InvalidCommit::StreamTwice(stream("1")));
    let asked = write(vec![event("{}")]).write(stream("2"), Expected::Exact(Version::new(3)), vec![]);
    assert_eq!(asked.checked().expect("a write may only ask").event_count(), 1);
    let zero = write(vec![event("{}").schema(0)]);
    assert!(matches!(zero.checked().expect_err("zero"), InvalidCommit::SchemaZero(_)));
}

#[test]
fn limits_hold_at_their_edge() {
    let of_size = |bytes: usize| event(&format!("\"{}\"", "x".repeat(bytes - 2)));
    assert!(write(vec![of_size(limits::PAYLOAD_BYTES)]).checked().is_ok());
    let too_large = |commit: Commit| matches!(commit.checked(), Err(InvalidCommit::TooLarge { .. }));
    assert!(too_large(write(vec![of_size(limits::PAYLOAD_BYTES + 1)])));
    assert!(write(vec![event("{}"); limits::EVENTS]).checked().is_ok());
    assert!(too_large(write(vec![event("{}"); limits::EVENTS + 1])));
    assert!(too_large(write(vec![of_size(limits::PAYLOAD_BYTES); 17])));
    let tagged = |count: usize| {
        (0..count).fold(event("{}"), |event, i| event.tag(Tag::new("n", &i.to_string()).expect("a tag")))
    };
    assert!(write(vec![tagged(limits::TAGS)]).checked().is_ok());
    assert!(too_large(write(vec![tagged(limits::TAGS + 1)])));
    let reason = Some("x".repeat(limits::METADATA_BYTES));
    assert!(too_large(write(vec![event("{}")]).metadata(Metadata { reason, ..Metadata::default() })));
    let streams = |count: usize| {
        (0..count).fold(write(vec![event("{}")]), |commit, i| {
            commit.write(stream(&format!("s{i}")), Expected::Any, vec![])
        })
    };
    assert!(streams(limits::STREAMS - 1).checked().is_ok());
    assert!(too_large(streams(limits::STREAMS)));
}

#[test]
fn named_ids_repeat_and_drawn_ids_rise() {
    assert_eq!(CommitId::named("http", "key"), CommitId::named("http", "key"));
    assert_ne!(CommitId::named("http", "key"), CommitId::named("import", "key"));
    let drawn: Vec<_> = std::iter::repeat_with(CommitId::new).take(1_000).collect();
    assert!(drawn.is_sorted());
    let id = drawn[0];
    assert_eq!(id.to_string().parse::<CommitId>().expect("an id"), id);
    assert_eq!(CommitId::from_bytes(*id.as_bytes()), id);
}

#[test]
fn times_read_as_they_are_written() {
    use crate::Timestamp;
    for text in ["2016-02-29T01:16:00Z", "1969-12-31T23:59:59.999999Z", "2026-11-24T23:11:52.5Z"] {
        assert_eq!(text.parse::<Timestamp>().expect(text).to_string(), text);
    }
    let time = Timestamp::from_seconds(10);
    assert_eq!(time.saturating_since(time + std::time::Duration::from_secs(1)), std::time::Duration::ZERO);
    assert_eq!(serde_json::to_string(&time).expect("writes"), "\"1970-01-01T00:00:10Z\"");
    let error = "2016-02-29".parse::<Timestamp>().expect_err("no time").to_string();
    assert!(error.contains("write it like 2016-02-29T01:16:00Z"), "{error}");
    assert!(!Timestamp::from_micros(i64::MAX).to_string().is_empty());
}
