//! P11: hostile, oversized and odd input.

use std::sync::Arc;

use retell_store::{
    Actor, Commit, EventType, Expected, InvalidCommit, ListStreams, NewEvent, Payload, RecordKey, StreamName,
    Tag, limits,
};

use crate::kit::{
    any, holds_whole, invalid, is_sound, json, kind, put, said, says, sight, stream, stream_of, tag, to,
    told, weighing, whole_log, whole_stream,
};
use crate::trial::{Checked, Trial, ensure, ensure_eq};

pub(crate) async fn p11_hostile_names_are_refused(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let long = "x".repeat(10_000);
    let hostile = [
        "",
        " ",
        "\t",
        "a\0b",
        "a\nb",
        "a\u{1b}[31mb",
        "\u{7f}",
        "a\u{85}b",
        " a",
        "a ",
        "\u{a0}a",
        "a\u{3000}",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{feff}b",
        "a\u{2028}b",
        &long,
    ];
    for name in hostile {
        let shown = name.escape_debug().to_string();
        let id = StreamName::new("ticket", name);
        ensure!(id.is_err(), "the stream id \"{shown}\" is taken");
        ensure!(StreamName::new(name, "1").is_err(), "the category \"{shown}\" is taken");
        ensure!(
            format!("ticket/{name}").parse::<StreamName>().is_err(),
            "the name \"ticket/{shown}\" is taken"
        );
        ensure!(EventType::new(name).is_err(), "the event type \"{shown}\" is taken");
        ensure!(Tag::new("customer", name).is_err(), "the tag value \"{shown}\" is taken");
        ensure!(Tag::new(name, "7").is_err(), "the tag key \"{shown}\" is taken");
        // An actor is one name: white space counts at its ends, not after its slash.
        let inside = name.starts_with(char::is_whitespace) && !name.trim().is_empty();
        let actor = Actor::new(&format!("agent/{name}"));
        ensure!(inside || actor.is_err(), "the actor \"agent/{shown}\" is taken");
        ensure!(RecordKey::new(name).is_err(), "the record key \"{shown}\" is taken");
        let text = id.err().map(|error| error.to_string()).unwrap_or_default();
        ensure!(
            text.chars().all(|c| !c.is_control()) && text.len() < 1_000,
            "the message is not fit for a terminal: {text:?}"
        );
    }
    let lists = ListStreams { category: Some("a\0'; --".to_owned()), ..ListStreams::default() };
    ensure!(
        store.list_streams(lists).await.is_ok_and(|list| list.is_empty()),
        "a hostile category lists streams"
    );
    put(&*store, &any(&stream(1), "after")).await.map(drop)
}

pub(crate) async fn p11_names_of_real_logs_are_kept(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let longest = "é".repeat(StreamName::MAX_ID / 2);
    // Some pairs look alike, differ in case, or are composed differently: they stay apart.
    let names = [
        "INC0000045",
        "inc0000045",
        "a b",
        "a  b",
        "x:y:z",
        "a/b/c",
        "a//b",
        "/",
        "a/",
        "%",
        "_",
        "%25",
        "'",
        "''",
        "\"",
        "\\",
        "\\'",
        "; --",
        "--",
        "$1",
        "?",
        "*",
        ">",
        "a.b",
        "{}",
        "[1]",
        "<b>",
        "&amp;",
        "naïve",
        "nai\u{308}ve",
        "ПРИВЕТ",
        "привет",
        "日本語",
        "🎫",
        "👩🏽",
        "ß",
        "SS",
        "0",
        "00",
        "-1",
        "1e3",
        "NULL",
        "null",
        "true",
        longest.as_str(),
    ];
    let mut commits = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let stream = stream_of("ticket", name);
        let event = NewEvent::new(EventType::new(&name.chars().take(50).collect::<String>())?, json("{}"));
        let event = event.tag(Tag::new("customer", name.get(..100).unwrap_or(name))?);
        let commit = to(&stream, Expected::Absent, vec![event.clone(), event]).metadata(told(index));
        put(&*store, &commit).await?;
        commits.push(commit);
    }
    let log = is_sound(&*store).await?;
    for (commit, name) in commits.iter().zip(names) {
        holds_whole(&log, commit)?;
        let stream = whole_stream(&*store, &stream_of("ticket", name)).await?;
        ensure_eq!(stream.len(), 2, "events of the stream ticket/{name}");
        let query = retell_store::Query::tags([commit.writes[0].events[0].tags[0].clone()]);
        let found = crate::kit::log_of(&*store, retell_store::ReadLog::new().matching(query.clone())).await?;
        let wanted: Vec<_> = log.iter().filter(|event| crate::kit::matches(&query, event)).cloned().collect();
        crate::kit::same_events(&found, &wanted, &format!("the events with the tag {name}"))?;
    }
    Ok(())
}

pub(crate) async fn p11_payloads_come_back_to_the_byte(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let payloads = [
        "null",
        "true",
        "0",
        "-0",
        "1.50",
        "1e400",
        "123456789012345678901234567890.10",
        "\"\"",
        "{}",
        "[]",
        " {\n \"b\" : 1,\t\"a\":2 } ",
        "{\"a\":1,\"a\":2}",
        r#""\u0000\u001b\u202e""#,
        r#""\ud83c\udfab 🎫 \/""#,
        "\"'; DROP TABLE events; --\"",
        "\"\u{7f}\u{202e}\u{feff}\"",
        deep.as_str(),
    ];
    let events = payloads.map(|text| NewEvent::new(kind("said"), json(text))).to_vec();
    let commit = to(&stream(1), Expected::Absent, events).metadata(told("\u{7f} \u{202e} '; --"));
    put(&*store, &commit).await?;
    holds_whole(&is_sound(&*store).await?, &commit)
}

pub(crate) async fn p11_malformed_payloads_are_refused(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let endless = "[".repeat(100_000);
    let malformed = [
        "",
        " ",
        "{",
        "nul",
        "{\"a\":}",
        "01",
        "1 2",
        "'a'",
        "{a:1}",
        "\"\n\"",
        "\"\\ud83c\"x",
        "\u{feff}1",
        &endless,
    ];
    for text in malformed {
        let shown: String = text.chars().take(20).collect();
        ensure!(Payload::parse(text).is_err(), "{shown:?} is taken for JSON");
    }
    ensure!(whole_log(&*store).await?.is_empty(), "something was stored");
    put(&*store, &any(&stream(1), "after")).await.map(drop)
}

/// Commits that are too large, each in one way, and by how much.
fn too_large() -> Vec<(&'static str, Commit, usize)> {
    let event = said("x");
    let mut tags = event.clone();
    tags.tags = (0..=limits::TAGS).map(|n| tag("n", n)).collect();
    let mut metadata = any(&stream(1), "x");
    metadata.metadata.reason = Some("x".repeat(limits::METADATA_BYTES));
    let streams = (0..=limits::STREAMS).map(|n| (stream(n), vec![event.clone()]));
    let streams = streams.fold(Commit::new(), |commit, (s, events)| commit.write(s, Expected::Any, events));
    let mebibytes = to(&stream(1), Expected::Any, (0..17).map(|_| weighing(limits::PAYLOAD_BYTES)).collect());
    vec![
        (
            "a payload",
            to(&stream(1), Expected::Any, vec![weighing(limits::PAYLOAD_BYTES + 1)]),
            limits::PAYLOAD_BYTES,
        ),
        (
            "a payload among good ones",
            { to(&stream(1), Expected::Any, vec![said(1), weighing(limits::PAYLOAD_BYTES + 1), said(2)]) },
            limits::PAYLOAD_BYTES,
        ),
        ("the tags of an event", to(&stream(1), Expected::Any, vec![tags]), limits::TAGS),
        ("the metadata", metadata, limits::METADATA_BYTES),
        (
            "the number of events",
            to(&stream(1), Expected::Any, says("x", limits::EVENTS + 1)),
            limits::EVENTS,
        ),
        ("the number of streams", streams, limits::STREAMS),
        ("the commit", mebibytes, limits::COMMIT_BYTES),
    ]
}

pub(crate) async fn p11_what_is_too_large_is_refused(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let before = sight(&*store).await?;
    for (what, commit, allowed) in too_large() {
        let why = invalid(&*store, &commit, &format!("{what} over the limit")).await?;
        let said = matches!(why, InvalidCommit::TooLarge { limit, actual, .. } if limit == allowed && actual > limit);
        ensure!(said, "{what} over the limit of {allowed} is refused with: {why}");
        before.is_unchanged(&*store, &format!("{what} over the limit")).await?;
        ensure_eq!(store.find(commit.id).await?, None, "the look-up of a commit with {what} over the limit");
    }
    put(&*store, &any(&stream(1), "after")).await?;
    is_sound(&*store).await.map(drop)
}

pub(crate) async fn p11_what_is_just_within_the_limits_is_stored(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut tags = said("x");
    tags.tags = (0..limits::TAGS).map(|n| tag(&"k".repeat(100), format!("{n:0155}"))).collect();
    let mut metadata = any(&stream("metadata"), "x");
    metadata.metadata.reason = Some("x".repeat(limits::METADATA_BYTES - "{\"reason\":\"\"}".len()));
    let full = 16 * limits::PAYLOAD_BYTES - limits::COMMIT_BYTES;
    let mebibytes: Vec<_> = (0..16)
        .map(|n| weighing(limits::PAYLOAD_BYTES - if n == 0 { full + "{}".len() } else { 0 }))
        .collect();
    let mut commits = vec![
        to(&stream("payload"), Expected::Absent, vec![weighing(limits::PAYLOAD_BYTES)]),
        to(&stream("tags"), Expected::Absent, vec![tags]),
        metadata,
        to(&stream("events"), Expected::Absent, says("x", limits::EVENTS)),
        to(&stream("commit"), Expected::Absent, mebibytes),
    ];
    if store.capabilities().several_streams {
        let writes = (0..limits::STREAMS).map(|n| stream_of("many", n));
        commits
            .push(writes.fold(Commit::new(), |c, stream| c.write(stream, Expected::Absent, vec![said("x")])));
    }
    for commit in &commits {
        let checked = commit.clone().checked()?;
        ensure!(checked.bytes() <= limits::COMMIT_BYTES, "the check itself is at fault");
        put(&*store, commit).await?;
    }
    let log = is_sound(&*store).await?;
    commits.iter().try_for_each(|commit| holds_whole(&log, commit))
}

pub(crate) async fn p11_what_makes_no_commit_is_refused(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let before = sight(&*store).await?;
    let twice = to(&stream(1), Expected::Any, vec![said(1)]).write(stream(1), Expected::Any, vec![said(2)]);
    let cases = [
        ("an empty commit", Commit::new(), InvalidCommit::Empty),
        (
            "a commit that only asks",
            Commit::new().write(stream(1), Expected::Any, Vec::new()),
            InvalidCommit::Empty,
        ),
        ("a stream named twice", twice, InvalidCommit::StreamTwice(stream(1))),
        (
            "a schema version of zero",
            to(&stream(1), Expected::Any, vec![said(1), said(2).schema(0)]),
            InvalidCommit::SchemaZero(kind("said")),
        ),
    ];
    for (what, commit, expected) in cases {
        ensure_eq!(invalid(&*store, &commit, what).await?, expected, "the reason why {what} is refused");
        before.is_unchanged(&*store, what).await?;
    }
    put(&*store, &any(&stream(1), "after")).await.map(drop)
}
