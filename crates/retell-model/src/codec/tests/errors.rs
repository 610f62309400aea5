//! What is refused, and that the message says where and what to do.

use std::collections::BTreeMap;
use std::error::Error as _;

use retell_macros::Event;
use serde::{Deserialize, Serialize, Serializer};

use super::*;
use crate::EventKind;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[tag]
        customer: String,
    },
    #[event("imported")]
    Imported(Imported),
    #[event("escalated", schema = 2)]
    Escalated { reason: String },
    #[event("measured")]
    Measured { hours: f64 },
    #[event("noted")]
    Noted {
        by: String,
        #[serde(flatten)]
        rest: BTreeMap<String, String>,
    },
    #[event("closed")]
    Closed,
    #[event("replied")]
    Replied(Reply),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Imported {
    customer: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reply {
    text: String,
    to: Option<Box<Reply>>,
}

#[track_caller]
fn refused(event_type: &str, schema: u32, payload: &str) -> DecodeError {
    read::<TicketEvent>(event_type, schema, payload).expect_err("is refused")
}

#[test]
fn an_unknown_type_names_the_event_and_what_to_add() {
    assert_eq!(
        refused("reopened", 1, "{}").to_string(),
        "event 3 of ticket/42 (position 17) is stored as \"reopened\", which \
         retell_model::codec::tests::errors::TicketEvent does not know: \
         add a variant with #[event(\"reopened\")], or, if a variant was renamed, \
         also = [\"reopened\"] to its #[event(…)]"
    );
}

#[test]
fn a_newer_schema_asks_for_the_newer_program() {
    assert_eq!(
        refused("escalated", 3, "{}").to_string(),
        "event 3 of ticket/42 (position 17), \"escalated\", has schema 3, newer than schema 2 of this program: \
         deploy the program that wrote it, or a later one"
    );
}

#[test]
fn an_older_schema_says_that_nothing_brings_it_up_to_date() {
    assert_eq!(
        refused("escalated", 1, "{}").to_string(),
        "event 3 of ticket/42 (position 17), \"escalated\", has schema 1, older than schema 2 of this program, \
         and nothing turns the one into the other: if the old payload still reads, with #[serde(default)] \
         or #[serde(alias = \"…\")] on what is new, leave `schema` at 1"
    );
}

#[test]
fn a_payload_that_does_not_fit_says_where() {
    let error = refused("opened", 1, r#"{"client":"7"}"#);
    assert_eq!(
        error.to_string(),
        "event 3 of ticket/42 (position 17), \"opened\", does not read as its variant: \
         missing field `customer` at line 1 column 14; events of the same schema must keep reading: \
         give a new field #[serde(default)], a renamed one #[serde(alias = \"…\")]"
    );
    assert!(error.source().is_some());
}

#[test]
fn payloads_that_are_not_the_variant_are_refused() {
    for (event_type, payload, reason) in [
        ("opened", r#"{"customer":"7"} {}"#, "trailing characters"),
        ("imported", r#"{"customer":"7"}}"#, "trailing characters"),
        ("closed", "{}x", "trailing characters"),
        ("opened", r#"{"customer":7}"#, "invalid type: integer `7`, expected a string"),
        ("opened", r#"["7"]"#, "invalid type: sequence"),
        ("imported", r#"["7"]"#, "not a JSON object"),
        ("imported", r#""7""#, "not a JSON object"),
        ("closed", "[]", "invalid type: sequence"),
        ("closed", "null", "invalid type: null"),
        ("opened", r#"{"customer":"7","customer":"8"}"#, "duplicate field `customer`"),
        ("noted", r#"{"rest":"x"}"#, "missing field `by`"),
        ("opened", r#"{"customer":"7""#, "EOF while parsing"),
        ("closed", r#"{"a":}"#, "expected value"),
        ("opened", r#"{"opened":{"customer":"7"}}"#, "missing field `customer`"),
        ("closed", "", "EOF while parsing"),
        ("imported", "", "not a JSON object"),
    ] {
        match refused(event_type, 1, payload) {
            DecodeError::Payload { source, .. } => {
                assert!(source.to_string().contains(reason), "{event_type} {payload}: {source}");
            }
            other => panic!("{event_type} {payload}: {other}"),
        }
    }
}

#[test]
fn what_would_not_read_back_is_not_stored() {
    let deep = (0..200).fold(Reply { text: "first".into(), to: None }, |to, _| Reply {
        text: "and".into(),
        to: Some(Box::new(to)),
    });
    for (event, reason) in [
        (TicketEvent::Measured { hours: f64::NAN }, "invalid type: null, expected f64"),
        (TicketEvent::Measured { hours: f64::NEG_INFINITY }, "invalid type: null, expected f64"),
        (
            TicketEvent::Noted { by: "7".into(), rest: BTreeMap::from([("by".into(), "8".into())]) },
            "duplicate field `by`",
        ),
        (TicketEvent::Replied(deep), "recursion limit exceeded"),
    ] {
        match encode(&event) {
            Err(EncodeError::Unreadable { source, .. }) => {
                assert!(source.to_string().contains(reason), "{source}");
            }
            other => panic!("{event:?} gave {other:?}"),
        }
    }
}

#[test]
fn a_number_that_is_not_finite_is_lost_in_an_option() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
    #[event(crate = "crate")]
    enum Rated {
        #[event("rated")]
        Rated { stars: Option<f64> },
    }
    let new = encode(&Rated::Rated { stars: Some(f64::NAN) }).expect("can be stored");
    let back: Rated = read("rated", 1, new.payload.as_str()).expect("reads");
    assert_eq!(back, Rated::Rated { stars: None });
}

#[test]
fn a_tag_outside_the_alphabet_is_refused() {
    for customer in ["", " 7", "7\n", "\u{202e}7", &"7".repeat(300)] {
        match encode(&TicketEvent::Opened { customer: customer.into() }) {
            Err(EncodeError::Tag { event_type: "opened", .. }) => {}
            other => panic!("{customer:?} gave {other:?}"),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum Keyed {
    #[event("keyed")]
    Keyed { by_pair: BTreeMap<(u8, u8), u8> },
}

#[test]
fn what_json_cannot_hold_is_refused() {
    match encode(&Keyed::Keyed { by_pair: BTreeMap::from([((1, 2), 3)]) }) {
        Err(EncodeError::Payload { source, .. }) => {
            assert!(source.to_string().contains("key must be a string"))
        }
        other => panic!("{other:?}"),
    }
}

/// Writes itself as something else than the variant that it reads.
#[derive(Debug, Clone, Deserialize)]
enum ByHand {
    Opened,
    Closed,
    Text,
}

impl Serialize for ByHand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Opened => serializer.serialize_unit_variant("ByHand", 0, "Opened"),
            Self::Closed => serializer.serialize_unit_variant("ByHand", 7, "Closed"),
            Self::Text => serializer.serialize_str("text"),
        }
    }
}

impl Event for ByHand {
    const KINDS: &'static [EventKind] =
        &[EventKind::new("opened", 1), EventKind::new("closed", 1), EventKind::new(" text", 1)];

    fn kind_index(&self) -> usize {
        match self {
            Self::Opened => 0,
            Self::Closed => 1,
            Self::Text => 2,
        }
    }

    fn index_of(name: &str) -> Option<usize> {
        Self::KINDS.iter().position(|kind| kind.name == name)
    }
}

#[test]
fn an_implementation_by_hand_is_held_to_the_rules() {
    assert!(encode(&ByHand::Opened).is_ok());
    let error = encode(&ByHand::Closed).expect_err("another index").to_string();
    assert!(error.contains("serde numbers the variant 7, its `Event::kind_index` is 1"), "{error}");
    match encode(&ByHand::Text) {
        Err(EncodeError::Name { .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_errors_stay_small_beside_the_events() {
    assert!(size_of::<DecodeError>() <= 96, "{}", size_of::<DecodeError>());
    assert!(size_of::<EncodeError>() <= 96, "{}", size_of::<EncodeError>());
}
