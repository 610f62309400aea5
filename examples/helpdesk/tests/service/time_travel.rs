//! A ticket as it was.

use std::time::Duration;

use retell::{CommitId, Repository};
use serde_json::json;

use crate::kit::{Desk, start};
use helpdesk::domain::{Ticket, TicketEvent, TicketId};

const HOUR: Duration = Duration::from_hours(1);

/// Opened at the start, viewed after one hour, escalated after nine.
async fn escalated(desk: &Desk) -> String {
    let ticket = desk.opened().await;
    desk.later(HOUR);
    desk.post(&format!("{ticket}/views")).by("agent/31").await.stored();
    desk.later(HOUR * 8);
    let reason = json!({"reason": "Still dark"});
    desk.post(&format!("{ticket}/escalation")).by("customer/7").json(reason).await.stored();
    ticket
}

#[tokio::test]
async fn at_a_version_a_ticket_is_as_it_was_then() {
    let desk = Desk::new();
    let ticket = escalated(&desk).await;
    desk.later(HOUR * 100);
    // The time that is left is told for the time of the version's event.
    for (at, version, escalated, time_left) in
        [(1, 1, false, 28_800), (2, 2, false, 25_200), (3, 3, true, 19_200), (99, 3, true, 19_200)]
    {
        let answer = desk.get(&format!("{ticket}?at={at}")).await;
        let body = &answer.body;
        assert_eq!(body["version"], version, "{at}");
        assert_eq!(body["escalated"], escalated, "{at}");
        assert_eq!(body["time_left"], time_left, "{at}");
        assert_eq!(answer.header("etag"), format!("\"{version}\""));
    }
    assert_eq!(desk.get(&ticket).await.body["time_left"], 0);
}

#[tokio::test]
async fn at_a_time_a_ticket_is_as_it_was_known_then() {
    let desk = Desk::new();
    let ticket = escalated(&desk).await;
    for (at, version, time_left) in [
        ("2026-03-02T08:00:00Z", 1, 28_800),
        ("2026-03-02T08:30:00Z", 1, 27_000),
        ("2026-03-02T09:30:00%2B00:30", 2, 25_200),
        ("2026-03-02%2010:00", 2, 21_600),
        ("2026-03-03", 3, 0),
    ] {
        let answer = desk.get(&format!("{ticket}?at={at}")).await;
        assert_eq!(
            (&answer.body["version"], &answer.body["time_left"]),
            (&json!(version), &json!(time_left)),
            "{at}"
        );
    }
}

#[tokio::test]
async fn before_its_first_event_there_was_no_ticket() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    for at in ["0", "2026-03-01", "2026-03-02T07:59:59Z"] {
        let answer = desk.get(&format!("{ticket}?at={at}")).await;
        assert!(answer.problem(404, "not-yet").contains("came later"), "{at}");
    }
}

#[tokio::test]
async fn what_took_effect_is_asked_for_apart_from_what_was_recorded() {
    let desk = Desk::new();
    let id = TicketId::new("INC1").unwrap();
    let opened = |at| TicketEvent::Opened {
        customer: None,
        subject: None,
        priority: Default::default(),
        channel: None,
        opened_by: None,
        at,
    };
    let long_ago = start() - HOUR * 1_000;
    let tickets = Repository::<Ticket>::new(desk.store.clone());
    let facts = tickets.record(&id, vec![opened(long_ago)]).effective_at(long_ago);
    facts.commit_id(CommitId::new()).named("import").await.unwrap();

    let then = (long_ago + HOUR).to_string();
    desk.get(&format!("/tickets/INC1?at={then}")).await.problem(404, "not-yet");
    let effective = desk.get(&format!("/tickets/INC1?at={then}&effective=true")).await;
    assert_eq!(effective.body["version"], 1);
    assert_eq!(effective.body["time_left"], 23 * 3_600);
    assert_eq!(desk.get("/tickets/INC1?at=1").await.body["time_left"], 24 * 3_600);
    let events = desk.get("/tickets/INC1/events").await;
    assert_eq!(events.body[0]["effective_at"], long_ago.to_string());
    assert_eq!(events.body[0]["recorded_at"], start().to_string());
    assert_eq!(events.body[0]["actor"], json!(null));
}
