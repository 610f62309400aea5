//! What today's program makes of what older and newer programs stored.

use retell_macros::Event;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[serde(alias = "client")]
        customer: String,
        #[serde(default = "normal")]
        priority: u8,
        note: Option<String>,
    },
    #[event("escalated", schema = 3, also = ["raised"])]
    Escalated { reason: String },
    #[event("closed")]
    Closed,
}

fn normal() -> u8 {
    3
}

fn opened() -> TicketEvent {
    TicketEvent::Opened { customer: "7".into(), priority: 3, note: None }
}

#[test]
fn a_new_field_takes_its_default() {
    assert_eq!(read::<TicketEvent>("opened", 1, r#"{"customer":"7"}"#).expect("reads"), opened());
}

#[test]
fn a_renamed_field_is_read_under_its_alias() {
    assert_eq!(read::<TicketEvent>("opened", 1, r#"{"client":"7"}"#).expect("reads"), opened());
}

#[test]
fn a_field_that_is_gone_is_skipped() {
    let payload = r#"{"customer":"7","channel":{"kind":"mail","to":["a","b"]},"n":1.5e300}"#;
    assert_eq!(read::<TicketEvent>("opened", 1, payload).expect("reads"), opened());
    let payload = r#"{"by":"agent/31","at":[1,2,{"x":null}]}"#;
    assert_eq!(read::<TicketEvent>("closed", 1, payload).expect("reads"), TicketEvent::Closed);
}

#[test]
fn a_renamed_kind_is_read_under_its_old_name_and_stored_under_the_new_one() {
    let event: TicketEvent = read("raised", 3, r#"{"reason":"sla"}"#).expect("reads");
    assert_eq!(event, TicketEvent::Escalated { reason: "sla".into() });
    let new = encode(&event).expect("can be stored");
    assert_eq!((new.event_type.as_str(), new.schema), ("escalated", 3));
}

#[test]
fn another_schema_is_refused_even_if_it_would_parse() {
    for name in ["escalated", "raised"] {
        match read::<TicketEvent>(name, 2, r#"{"reason":"sla"}"#) {
            Err(DecodeError::OlderSchema { stored: 2, current: 3, .. }) => {}
            other => panic!("{other:?}"),
        }
        match read::<TicketEvent>(name, 4, r#"{"reason":"sla"}"#) {
            Err(DecodeError::NewerSchema { stored: 4, current: 3, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
