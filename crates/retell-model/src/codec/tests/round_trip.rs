//! Whatever is stored reads back as it was.

use std::collections::BTreeMap;

use proptest::prelude::*;
use retell_macros::Event;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Channel {
    Mail,
    Phone(u64),
    Chat { room: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Attachment {
    Text { body: String },
    Image { width: u32, height: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reply {
    text: String,
    attachments: Vec<Attachment>,
    to: Option<Box<Reply>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
#[serde(rename_all_fields = "camelCase")]
enum TicketEvent {
    #[event("opened")]
    Opened { customer_id: i64, channel: Channel, labels: BTreeMap<String, Option<bool>>, letter: char },
    #[event("replied", schema = 4)]
    Replied(Reply),
    #[event("measured")]
    Measured { hours: f64, ratio: f32, ticks: u64, steps: Vec<(i128, u8)> },
    #[event("noted")]
    Noted {
        note: String,
        #[serde(flatten)]
        channel: BTreeMap<String, u32>,
    },
    #[event("closed")]
    Closed,
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![
        Just(Channel::Mail),
        any::<u64>().prop_map(Channel::Phone),
        any::<Option<String>>().prop_map(|room| Channel::Chat { room }),
    ]
}

fn attachment() -> impl Strategy<Value = Attachment> {
    prop_oneof![
        any::<String>().prop_map(|body| Attachment::Text { body }),
        any::<(u32, u32)>().prop_map(|(width, height)| Attachment::Image { width, height }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let attachments = || prop::collection::vec(attachment(), 0..3);
    let first = (any::<String>(), attachments());
    let first = first.prop_map(|(text, attachments)| Reply { text, attachments, to: None });
    first.prop_recursive(6, 12, 1, move |inner| {
        let parts = (any::<String>(), attachments(), prop::option::of(inner));
        parts.prop_map(|(text, attachments, to)| Reply { text, attachments, to: to.map(Box::new) })
    })
}

fn event() -> impl Strategy<Value = TicketEvent> {
    use prop::num::{f32, f64};
    let finite = f64::NORMAL | f64::SUBNORMAL | f64::ZERO;
    let finite_f32 = f32::NORMAL | f32::SUBNORMAL | f32::ZERO;
    prop_oneof![
        (any::<i64>(), channel(), any::<BTreeMap<String, Option<bool>>>(), any::<char>()).prop_map(
            |(customer_id, channel, labels, letter)| TicketEvent::Opened {
                customer_id,
                channel,
                labels,
                letter
            }
        ),
        reply().prop_map(TicketEvent::Replied),
        (finite, finite_f32, any::<u64>(), any::<Vec<(i128, u8)>>())
            .prop_map(|(hours, ratio, ticks, steps)| TicketEvent::Measured { hours, ratio, ticks, steps }),
        (any::<String>(), any::<BTreeMap<String, u32>>()).prop_map(|(note, mut channel)| {
            channel.remove("note");
            TicketEvent::Noted { note, channel }
        }),
        Just(TicketEvent::Closed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_reads_back_as_itself(event in event()) {
        let payload = payload_of(&event);
        let object = payload.starts_with('{') && payload.ends_with('}');
        prop_assert!(object);
    }

    #[test]
    fn no_payload_makes_the_reader_panic(
        kind in prop::sample::select(TicketEvent::KINDS),
        payload in r#"[ \{\}\[\]",:a-z0-9\\.-]{0,40}"#,
    ) {
        let _ = read::<TicketEvent>(kind.name, kind.schema, &payload);
    }
}
