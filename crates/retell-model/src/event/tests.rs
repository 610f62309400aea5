//! Tests of the derived `Event` trait.
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use retell_macros::Event;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(crate = "crate")]
enum TicketEvent {
    #[event("opened")]
    Opened {
        #[tag]
        customer: String,
        #[tag("watcher")]
        watchers: Vec<u64>,
        #[tag]
        agent: Option<AgentId>,
        priority: u8,
    },
    #[event("escalated", schema = 2, also = ["raised", "priority raised"])]
    Escalated { reason: String },
    #[event("linked")]
    Linked(#[tag("ticket", with = "other_tickets")] Linked),
    #[event("closed")]
    Closed,
    #[event("merged")]
    Merged {
        #[tag(with = "ToString::to_string")]
        r#into: std::net::Ipv4Addr,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct AgentId(u32);

impl TagValue for AgentId {
    fn each(&self, tag: &mut dyn FnMut(String)) {
        self.0.each(tag);
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Linked {
    tickets: Vec<String>,
}

fn other_tickets(linked: &Linked) -> &[String] {
    &linked.tickets
}

fn opened() -> TicketEvent {
    TicketEvent::Opened { customer: "7".into(), watchers: vec![3, 9], agent: Some(AgentId(31)), priority: 1 }
}

fn closed() -> TicketEvent {
    TicketEvent::Closed
}

#[test]
fn the_kinds_stand_in_the_order_of_the_variants() {
    let names: Vec<&str> = TicketEvent::KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names, ["opened", "escalated", "linked", "closed", "merged"]);
    for (index, kind) in TicketEvent::KINDS.iter().enumerate() {
        assert!(kind.names().all(|name| TicketEvent::index_of(name) == Some(index)), "{kind:?}");
    }
    assert_eq!(closed().kind_index(), 3);
    assert_eq!(closed().kind().name, "closed");
}

#[test]
fn the_schema_is_1_unless_it_is_given() {
    let schemas: Vec<u32> = TicketEvent::KINDS.iter().map(|kind| kind.schema).collect();
    assert_eq!(schemas, [1, 2, 1, 1, 1]);
}

#[test]
fn a_renamed_kind_is_found_under_every_name() {
    let names: Vec<&str> = TicketEvent::KINDS[1].names().collect();
    assert_eq!(names, ["escalated", "raised", "priority raised"]);
    assert_eq!(TicketEvent::index_of("Escalated"), None);
    assert_eq!(TicketEvent::index_of(""), None);
}

#[test]
fn tags_come_from_the_marked_fields_alone() {
    let tags = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
    };
    assert_eq!(
        opened().tags(),
        tags(&[("customer", "7"), ("watcher", "3"), ("watcher", "9"), ("agent", "31")])
    );
    let quiet = TicketEvent::Opened { customer: "7".into(), watchers: vec![], agent: None, priority: 1 };
    assert_eq!(quiet.tags(), tags(&[("customer", "7")]));
    let linked = TicketEvent::Linked(Linked { tickets: vec!["8".into(), "9".into()] });
    assert_eq!(linked.tags(), tags(&[("ticket", "8"), ("ticket", "9")]));
    let merged = TicketEvent::Merged { into: std::net::Ipv4Addr::LOCALHOST };
    assert_eq!(merged.tags(), tags(&[("into", "127.0.0.1")]));
    assert_eq!(TicketEvent::Escalated { reason: "sla".into() }.tags(), []);
    assert_eq!(closed().tags(), []);
}

#[test]
fn what_can_be_a_tag() {
    fn values(value: &(impl TagValue + ?Sized)) -> Vec<String> {
        let mut values = Vec::new();
        value.each(&mut |value| values.push(value));
        values
    }
    assert_eq!(values("a b"), ["a b"]);
    assert_eq!(values(&String::from("a")), ["a"]);
    assert_eq!(values(&Cow::Borrowed("a")), ["a"]);
    assert_eq!(values(&Arc::<str>::from("a")), ["a"]);
    assert_eq!(values(&Box::new(7_u8)), ["7"]);
    assert_eq!(values(&u128::MAX), [u128::MAX.to_string()]);
    assert_eq!(values(&-7_i64), ["-7"]);
    assert_eq!(values(&true), ["true"]);
    assert_eq!(values(&'é'), ["é"]);
    assert_eq!(values(&None::<String>), [""; 0]);
    assert_eq!(values(&Some(vec![1, 2])), ["1", "2"]);
    assert_eq!(values(&[Some("a"), None, Some("b")]), ["a", "b"]);
    assert_eq!(values(&BTreeSet::from([2, 1])), ["1", "2"]);
    assert_eq!(values(&HashSet::from(["a"])), ["a"]);
}

mod retell_elsewhere {
    //! A crate that knows retell under another name, and shadows what the derive relies on.
    #![allow(dead_code)]

    mod reexports {
        pub(super) mod events {
            pub(crate) use crate::{Event, EventKind, TagValue};
        }
    }

    struct Option;
    struct Vec;
    struct String;

    macro_rules! ticket_event {
        ($opened:literal, $schema:literal, $ty:ty) => {
            #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, retell_macros::Event)]
            #[event(crate = "reexports::events")]
            enum TicketEvent {
                #[event($opened, schema = $schema)]
                Opened {
                    #[tag]
                    tags: $ty,
                    #[tag]
                    value: $ty,
                },
            }
        };
    }
    ticket_event!("opened", 3, std::option::Option<u64>);

    #[test]
    fn the_derive_works_from_a_macro_beside_shadowed_names() {
        use crate::Event as _;
        let opened = TicketEvent::Opened { tags: Some(1), value: Some(2) };
        assert_eq!(opened.kind(), &crate::EventKind::new("opened", 3));
        assert_eq!(opened.tags().len(), 2);
    }
}
