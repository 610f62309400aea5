//! What a commit says: all of it follows from its id, so that whoever finds a
//! commit can tell whether it is whole.

use retell_store::{
    Commit, CommitId, EventType, Expected, Metadata, NewEvent, Payload, RecordKey, StreamName, Tag,
};

/// How many events the commit has.
pub(crate) fn events(id: CommitId) -> usize {
    1 + usize::from(id.as_bytes()[15] % 4)
}

/// The streams of the commit, and how many events each gets: one stream that
/// many others write, too, and sometimes a second one.
pub(crate) fn streams(id: CommitId) -> Vec<(String, usize)> {
    let bytes = id.as_bytes();
    let (desk, ticket) = (format!("desk/{}", bytes[13] % 16), format!("ticket/{}", bytes[12]));
    match events(id) {
        count @ 2.. if bytes[14].is_multiple_of(2) => vec![(desk, count / 2), (ticket, count - count / 2)],
        count => vec![(ticket, count)],
    }
}

/// The payload of an event of the commit.
pub(crate) fn payload(id: CommitId, index: usize) -> String {
    let fill = id.to_string().repeat(usize::from(id.as_bytes()[11] % 32));
    format!(r#"{{"commit":"{id}","index":{index},"fill":"{fill}"}}"#)
}

/// The tag of all events of the commit.
pub(crate) fn tag(id: CommitId) -> String {
    format!("customer:{}", id.as_bytes()[10])
}

/// The type of all events.
pub(crate) const TYPE: &str = "noted";

/// The commit.
pub(crate) fn commit(id: CommitId) -> Commit {
    let metadata = Metadata { reason: Some(id.to_string()), ..Metadata::default() };
    let mut index = 0;
    let mut event = || {
        let payload = Payload::parse(payload(id, index)).unwrap();
        index += 1;
        NewEvent::new(EventType::new(TYPE).unwrap(), payload).tag(tag(id).parse::<Tag>().unwrap())
    };
    streams(id).into_iter().fold(Commit::with_id(id).metadata(metadata), |commit, (stream, count)| {
        let events = (0..count).map(|_| event()).collect();
        commit.write(stream.parse::<StreamName>().unwrap(), Expected::Any, events)
    })
}

/// The key of the record that is written over and over.
pub(crate) fn cursor() -> RecordKey {
    "checkpoint/cursor".parse().unwrap()
}

/// The value of the record: the number of the change, over and over. Large, so
/// that the write-ahead log soon has as many pages as make a checkpoint.
pub(crate) fn cursor_value(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(210_000)
}

/// The number of the change that wrote this value, which must be whole.
pub(crate) fn cursor_number(value: &[u8]) -> Option<u64> {
    let number = u64::from_be_bytes(*value.first_chunk()?);
    (value == cursor_value(number)).then_some(number)
}
