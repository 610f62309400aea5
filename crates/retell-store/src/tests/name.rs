//! Tests of the alphabet of names.

use crate::{Actor, EventType, NameProblem, RecordKey, StreamName, Tag};

#[test]
fn names_hold_what_real_logs_hold() {
    for id in ["42", "INC0000045", "Opened by  8", "a/b/c", "Größe:42", "日本", "x".repeat(400).as_str()]
    {
        let stream = StreamName::new("ticket", id).expect(id);
        assert_eq!((stream.category(), stream.id()), ("ticket", id));
        assert_eq!(stream.as_str().parse::<StreamName>().expect(id), stream);
    }
    assert!(EventType::new("0").is_ok());
    assert!(EventType::new("Take in charge: ticket").is_ok());
}

#[test]
fn what_looks_alike_or_breaks_a_terminal_is_refused() {
    let hostile =
        ["a\nb", "a\0b", "a\u{1b}[31mb", "a\u{202e}b", "a\u{200b}b", "\u{feff}a", "a\u{2028}b", "a\u{85}b"];
    for text in hostile {
        let error = StreamName::new("ticket", text).expect_err(text);
        assert!(matches!(error.problem, NameProblem::Character { .. }), "{error}");
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
        assert!(EventType::new(text).is_err() && Tag::new("key", text).is_err());
        assert!(RecordKey::new(text).is_err() && Actor::new(&format!("agent/{text}")).is_err());
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    let told = |error: crate::NameError| error.to_string();
    assert_eq!(
        told(StreamName::new("ticket", "").expect_err("empty")),
        "stream id \"\" is empty: give it at least one character"
    );
    assert_eq!(
        told("ticket".parse::<StreamName>().expect_err("no slash")),
        "stream name \"ticket\" has no slash: write category/id, for example ticket/42"
    );
    let long = told(StreamName::new("ticket", &"x".repeat(10_000)).expect_err("long"));
    assert!(long.ends_with("is 10000 bytes long: at most 400 are allowed") && long.len() < 200, "{long}");
    assert!(told(StreamName::new("a/b", "1").expect_err("slash")).contains("separates category and id"));
    assert!(told(StreamName::new(" a", "1").expect_err("space")).contains("trim it"));
    assert!(told(Tag::new("a:b", "1").expect_err("colon")).contains("separates key and value"));
    for text in ["agent", "agent/", "/31", ""] {
        assert!(Actor::new(text).is_err(), "{text}");
    }
}
