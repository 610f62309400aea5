//! Random logs, and random questions about them.

use retell_store::{
    Commit, EventStore, Expected, NewEvent, Position, Query, QueryItem, StreamName, Tag, Timestamp,
};

use super::{Rng, Seen, json, kind, put, stream_of, tag, told, whole_log};
use crate::trial::Checked;

/// Names of which one is the beginning of another, or sorts between its category and its id.
const CATEGORIES: [&str; 5] = ["ticket", "tick", "ticket-note", "Ticket", "ticket note"];
const TYPES: [&str; 5] = ["opened", "opened twice", "closed", "Closed", "noted: by %"];

fn random_tag(rng: &mut Rng) -> Tag {
    let value = ["7", "70", "a b", "%", "ü:1"][rng.among(0..5)];
    tag(["customer", "agent"][rng.among(0..2)], value)
}

fn random_stream(rng: &mut Rng) -> StreamName {
    let category = CATEGORIES[rng.among(0..CATEGORIES.len())];
    stream_of(category, ["1", "10", "2/a", "_", "é"][rng.among(0..5)])
}

fn random_event(rng: &mut Rng) -> NewEvent {
    let payload = json(format!("{{\"text\":\"{}\"}}", "long ".repeat(rng.among(0..30))));
    let mut event = NewEvent::new(kind(TYPES[rng.among(0..TYPES.len())]), payload);
    for _ in 0..rng.among(0..4) {
        let tag = random_tag(rng);
        if !event.tags.contains(&tag) {
            event.tags.push(tag);
        }
    }
    event.schema = 1 + rng.among(0..3) as u32;
    if rng.one_in(3) {
        event.effective = Some(Timestamp::from_seconds(rng.among(0..2_000_000_000) as i64));
    }
    event
}

fn random_commit(rng: &mut Rng, several_streams: bool) -> Commit {
    let mut commit = Commit::new();
    let streams = if several_streams { rng.among(1..4) } else { 1 };
    for _ in 0..streams {
        let stream = random_stream(rng);
        if commit.writes.iter().any(|write| write.stream == stream) {
            continue;
        }
        let events = (0..rng.among(1..4)).map(|_| random_event(rng)).collect();
        commit = commit.write(stream, Expected::Any, events);
    }
    if rng.one_in(2) {
        commit = commit.metadata(told(rng.among(0..10)));
    }
    commit
}

/// Stores a random log of so many commits, and gives it as it is read.
pub(crate) async fn random_log(store: &dyn EventStore, rng: &mut Rng, commits: usize) -> Checked<Vec<Seen>> {
    let several_streams = store.capabilities().several_streams;
    for _ in 0..commits {
        put(store, &random_commit(rng, several_streams)).await?;
    }
    whole_log(store).await
}

/// A random query over such a log; now and then one that asks for what is not there.
pub(crate) fn random_query(rng: &mut Rng) -> Query {
    let mut query = Query::all();
    for _ in 0..rng.among(0..4) {
        let mut item = QueryItem::default();
        for _ in 0..rng.among(0..3) {
            let category = if rng.one_in(8) { "nothing" } else { CATEGORIES[rng.among(0..CATEGORIES.len())] };
            item.categories.push(category.to_owned());
        }
        for _ in 0..rng.among(0..3) {
            item.types.push(kind(if rng.one_in(8) { "nothing" } else { TYPES[rng.among(0..TYPES.len())] }));
        }
        for _ in 0..rng.among(0..3) {
            item.tags.push(random_tag(rng));
        }
        query = query.or(item);
    }
    query
}

/// A random place in the log: its start, its end, or in between.
pub(crate) fn random_place(rng: &mut Rng, log: &[Seen]) -> Position {
    match rng.among(0..log.len() + 1) {
        0 => Position::START,
        place => log[place - 1].position,
    }
}
