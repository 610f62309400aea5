//! Every path that only reads.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::kit::{Desk, start};

async fn with_messages(desk: &Desk, count: usize) -> String {
    let ticket = desk.opened().await;
    for number in 1..=count {
        let body = json!({"text": format!("message {number}")});
        desk.post(&format!("{ticket}/messages")).by("customer/7").json(body).await.stored();
    }
    ticket
}

#[tokio::test]
async fn a_ticket_has_the_fields_of_helpdesk_state() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let answer = desk.get(&ticket).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("etag"), "\"1\"");
    let at = start().to_string();
    let due = (start() + std::time::Duration::from_hours(8)).to_string();
    let id = ticket.strip_prefix("/tickets/").unwrap();
    assert_eq!(
        answer.body,
        json!({
            "id": id, "version": 1, "status": "new", "priority": "high", "escalated": false,
            "customer": "customer/7", "subject": "No light", "channel": null, "opened_by": "customer/7",
            "opened_at": at, "assignee": null, "group": null, "reopen_count": 0, "reassignment_count": 0,
            "messages": 0, "first_reaction": null, "last_viewed": null, "response_due": due,
            "time_left": 28_800, "settled_at": null,
        })
    );
}

#[tokio::test]
async fn the_events_say_what_who_when_and_through_what() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let viewed = desk.post(&format!("{ticket}/views")).by("agent/31").await;
    let answer = desk.get(&format!("{ticket}/events")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.list("type"), ["opened", "viewed"]);
    let at = start().to_string();
    assert_eq!(
        answer.body[1],
        json!({
            "version": 2, "type": "viewed", "schema": 1, "recorded_at": at, "effective_at": at,
            "actor": "agent/31", "command": "view", "position": 2, "commit": viewed.body["commit"],
            "data": {"agent": "agent/31", "at": at},
        })
    );
}

#[tokio::test]
async fn events_are_read_page_by_page() {
    let desk = Desk::new();
    let ticket = with_messages(&desk, 6).await;
    let mut versions = Vec::new();
    let mut path = format!("{ticket}/events?limit=3");
    loop {
        let page = desk.get(&path).await;
        let events = page.body.as_array().unwrap();
        assert!(events.len() <= 3);
        versions.extend(events.iter().map(|event| event["version"].as_u64().unwrap()));
        let link = page.header("link");
        let Some(next) = link.strip_suffix("; rel=\"next\"") else {
            assert_eq!(link, "");
            break;
        };
        path = format!("{ticket}/events{}", next.trim_matches(['<', '>']));
    }
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn events_after_the_end_are_none() {
    let desk = Desk::new();
    let ticket = with_messages(&desk, 1).await;
    for after in [2, 17, u64::MAX >> 1] {
        let answer = desk.get(&format!("{ticket}/events?after={after}")).await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, json!([])), "{after}");
    }
}

#[tokio::test]
async fn a_ticket_that_never_was_is_not_found() {
    let desk = Desk::new();
    for path in ["/tickets/42", "/tickets/42?at=3", "/tickets/42/events", "/tickets/42/events?after=3"] {
        assert_eq!(desk.get(path).await.problem(404, "no-such-ticket"), "there is no ticket 42");
    }
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    for (query, word) in [
        ("?at=yesterday", "2016-03-01T10:00:00Z"),
        ("?at=-1", "neither a version"),
        ("?at=", "neither a version"),
        ("?effective=true", "at is missing"),
        ("?at=1&effective=perhaps", "effective"),
        ("?when=3", "when"),
        ("?at=1&at=2", "at"),
        ("/events?after=x", "after"),
        ("/events?limit=0", "1 to 1000"),
        ("/events?limit=1001", "1 to 1000"),
        ("/events?from=3", "from"),
    ] {
        let answer = desk.get(&format!("{ticket}{query}")).await;
        let detail = answer.problem(400, "bad-query");
        assert!(detail.contains(word), "{query}: {detail}");
    }
}

#[tokio::test]
async fn a_commit_can_be_looked_up() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let viewed = desk.post(&format!("{ticket}/views")).by("agent/31").await;
    let commit = viewed.body["commit"].as_str().unwrap();
    let found = desk.get(&format!("/commits/{commit}")).await;
    assert_eq!(found.status, StatusCode::OK);
    let tickets = json!([{"id": viewed.body["id"], "version": 2}]);
    assert_eq!(found.body, json!({"commit": commit, "recorded_at": start().to_string(), "tickets": tickets}));

    let unknown = "00000000-0000-7000-8000-000000000000";
    let answer = desk.get(&format!("/commits/{unknown}")).await;
    answer.problem(404, "no-such-commit");
    assert_eq!(answer.body["commit"], unknown);
    desk.get("/commits/17").await.problem(400, "bad-commit-id");
    desk.get("/commits/%ff").await.problem(400, "bad-commit-id");
}

#[tokio::test]
async fn health_reads_the_store() {
    let desk = Desk::new();
    desk.opened().await;
    let answer = desk.get("/health").await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::OK, json!({"status": "ok", "engine": "memory", "head": 1}))
    );
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let answer = desk.ask(Method::HEAD, &ticket).await;
    assert_eq!(
        (answer.status, answer.header("etag"), answer.body.clone()),
        (StatusCode::OK, "\"1\"", Value::Null)
    );
}
