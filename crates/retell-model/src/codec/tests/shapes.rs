//! What is stored for each shape of a variant.

use std::collections::BTreeMap;

use retell_macros::Event;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Low,
    High,
    Custom(u8),
    Since { days: u16 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Opened {
    customer: String,
    priority: Priority,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[tag]
        customer: String,
        priority: Priority,
    },
    #[event("imported")]
    Imported(Opened),
    #[event("imported-boxed")]
    ImportedBoxed(Box<Opened>),
    #[event("labelled")]
    Labelled(BTreeMap<String, u64>),
    #[event("noted")]
    Noted {
        note: Option<String>,
        stars: Vec<Option<u8>>,
        pair: (u8, String),
        unit: (),
        nested: Option<Box<Opened>>,
    },
    #[event("measured")]
    Measured { ticks: u64, big: u128, below: i64, hours: f64, exact: f32 },
    #[event("closed")]
    Closed,
    #[event("reopened")]
    Reopened {},
}

use TicketEvent::*;

fn opened() -> Opened {
    Opened { customer: "7".into(), priority: Priority::High }
}

#[test]
fn named_fields_are_the_payload() {
    let event = TicketEvent::Opened { customer: "7".into(), priority: Priority::High };
    assert_eq!(payload_of(&event), r#"{"customer":"7","priority":"high"}"#);
    let event = TicketEvent::Opened { customer: "7".into(), priority: Priority::Since { days: 3 } };
    assert_eq!(payload_of(&event), r#"{"customer":"7","priority":{"since":{"days":3}}}"#);
}

#[test]
fn one_unnamed_struct_is_the_payload() {
    assert_eq!(payload_of(&Imported(opened())), r#"{"customer":"7","priority":"high"}"#);
    assert_eq!(payload_of(&ImportedBoxed(Box::new(opened()))), r#"{"customer":"7","priority":"high"}"#);
    assert_eq!(payload_of(&Labelled(BTreeMap::from([("vip".into(), 1)]))), r#"{"vip":1}"#);
    assert_eq!(payload_of(&Labelled(BTreeMap::new())), "{}");
}

#[test]
fn no_field_is_an_empty_object() {
    assert_eq!(payload_of(&Closed), "{}");
    assert_eq!(payload_of(&Reopened {}), "{}");
}

#[test]
fn the_name_the_schema_and_the_tags_stand_beside_the_payload() {
    let new = encode(&TicketEvent::Opened { customer: "7".into(), priority: Priority::Low })
        .expect("can be stored");
    assert_eq!(new.event_type.as_str(), "opened");
    assert_eq!(new.schema, 1);
    assert_eq!(new.tags, [Tag::new("customer", "7").expect("a tag")]);
    assert_eq!(new.effective, None);
}

#[test]
fn options_lists_tuples_and_nested_types() {
    let nothing = Noted { note: None, stars: vec![], pair: (0, String::new()), unit: (), nested: None };
    assert_eq!(payload_of(&nothing), r#"{"note":null,"stars":[],"pair":[0,""],"unit":null,"nested":null}"#);
    let everything = Noted {
        note: Some("slow".into()),
        stars: vec![Some(5), None],
        pair: (1, "b".into()),
        unit: (),
        nested: Some(Box::new(Opened { customer: "7".into(), priority: Priority::Custom(3) })),
    };
    assert_eq!(
        payload_of(&everything),
        r#"{"note":"slow","stars":[5,null],"pair":[1,"b"],"unit":null,"nested":{"customer":"7","priority":{"custom":3}}}"#
    );
}

#[test]
fn numbers_keep_every_digit() {
    let event =
        Measured { ticks: (1 << 53) + 1, big: u128::MAX, below: i64::MIN, hours: 0.1 + 0.2, exact: 1.0e-7 };
    assert_eq!(
        payload_of(&event),
        r#"{"ticks":9007199254740993,"big":340282366920938463463374607431768211455,"below":-9223372036854775808,"hours":0.30000000000000004,"exact":1e-7}"#
    );
    for hours in [0.0, -0.0, f64::MIN_POSITIVE, f64::MAX, f64::EPSILON, 5e-324] {
        payload_of(&Measured { ticks: u64::MAX, big: 0, below: -1, hours, exact: f32::MIN });
    }
}

#[test]
fn any_text_survives() {
    for text in [
        "",
        "\"\\/",
        "\0\u{1}\u{1f}\u{7f}\n\r\t",
        "Zoë 顧客 🎫",
        "\u{2028}\u{202e}\u{feff}\u{10ffff}",
        "{\"a\":1}",
    ] {
        payload_of(&Imported(Opened { customer: text.into(), priority: Priority::Low }));
    }
}

#[test]
fn white_space_around_the_payload_and_inside_is_no_matter() {
    let payload = "\n { \"priority\" : \"high\" ,\t\"customer\" : \"\\u0037\" } \r\n";
    for name in ["opened", "imported"] {
        read::<TicketEvent>(name, 1, payload).expect("reads");
    }
    assert_eq!(read::<TicketEvent>("closed", 1, " { } ").expect("reads"), Closed);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
enum Dressed {
    #[event("opened")]
    #[serde(rename = "never stored", alias = "nor this")]
    TicketOpened {
        opened_by: String,
        #[serde(rename = "at")]
        opened_at: u64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        labels: Vec<String>,
        #[serde(skip)]
        cache: u8,
        #[serde(with = "as_text")]
        count: u32,
    },
    #[event("noted")]
    Noted {
        by: String,
        #[serde(flatten)]
        place: Place,
        #[serde(flatten)]
        rest: BTreeMap<String, serde_json::Value>,
    },
    #[event("quoted")]
    Quoted(#[serde(with = "quoted")] u32),
    #[event("silent")]
    Silent(#[serde(skip)] u32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    desk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<u8>,
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(count: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(count)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

mod quoted {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Quoted {
        number: u32,
    }

    pub(super) fn serialize<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        Quoted { number: *number }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        Ok(Quoted::deserialize(deserializer)?.number)
    }
}

#[test]
fn what_serde_says_about_fields_is_obeyed() {
    let event = Dressed::TicketOpened {
        opened_by: "agent/31".into(),
        opened_at: 5,
        labels: vec![],
        cache: 0,
        count: 12,
    };
    assert_eq!(payload_of(&event), r#"{"openedBy":"agent/31","at":5,"count":"12"}"#);
    let event = Dressed::TicketOpened {
        opened_by: "agent/31".into(),
        opened_at: 5,
        labels: vec!["vip".into()],
        cache: 0,
        count: 1,
    };
    assert_eq!(payload_of(&event), r#"{"openedBy":"agent/31","at":5,"labels":["vip"],"count":"1"}"#);
    assert_eq!(payload_of(&Dressed::Quoted(4)), r#"{"number":4}"#);
    assert_eq!(payload_of(&Dressed::Silent(0)), "{}");
}

#[test]
fn flattened_fields_stand_among_the_others() {
    let event = Dressed::Noted {
        by: "7".into(),
        place: Place { desk: "front".into(), room: None },
        rest: BTreeMap::from([("mood".into(), "calm".into()), ("tries".into(), 2.into())]),
    };
    assert_eq!(payload_of(&event), r#"{"by":"7","desk":"front","mood":"calm","tries":2}"#);
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum Unnamed {
    #[event("text")]
    Text(String),
    #[event("list")]
    List(Vec<u8>),
    #[event("maybe")]
    Maybe(Option<Opened>),
    #[event("unit")]
    Unit(()),
    #[event("raw")]
    Raw(Box<RawValue>),
}

#[test]
fn an_unnamed_field_that_is_no_object_is_refused() {
    let raw = |text: &str| Unnamed::Raw(RawValue::from_string(text.to_owned()).expect("JSON"));
    for (event, begins) in [
        (Unnamed::Text("Ann".into()), '"'),
        (Unnamed::List(vec![1]), '['),
        (Unnamed::Maybe(None), 'n'),
        (Unnamed::Unit(()), 'n'),
        (raw("17"), '1'),
    ] {
        match encode(&event) {
            Err(EncodeError::NotAnObject { start, .. }) => assert_eq!(start, begins),
            other => panic!("{event:?} gave {other:?}"),
        }
    }
    assert!(encode(&Unnamed::Maybe(Some(opened()))).is_ok());
    assert_eq!(encode(&raw(r#"{ "a": 1 }"#)).expect("can be stored").payload.as_str(), r#"{ "a": 1 }"#);
}
