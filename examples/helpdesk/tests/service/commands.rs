//! Every path that changes a ticket.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use crate::kit::{Desk, start};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn opening_a_ticket_says_where_it_is() {
    let desk = Desk::new();
    let body = json!({"customer": "customer/7", "subject": "No light", "priority": "urgent"});
    let answer = desk.post("/tickets").by("agent/31").json(body).await;

    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("etag"), "\"1\"");
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/tickets/{id}"));
    let at = start().to_string();
    let data = json!({"customer": "customer/7", "subject": "No light", "priority": "urgent",
                      "opened_by": "agent/31", "at": at});
    assert_eq!(answer.body["version"], 1);
    assert_eq!(answer.body["events"], json!([{"version": 1, "type": "opened", "data": data}]));

    let ticket = desk.get(answer.header("location")).await;
    assert_eq!((&ticket.body["id"], &ticket.body["status"]), (&json!(id), &json!("new")));
}

#[tokio::test]
async fn two_openings_are_two_tickets() {
    let desk = Desk::new();
    assert_ne!(desk.opened().await, desk.opened().await);
}

#[tokio::test]
async fn a_whole_life_of_a_ticket() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let (agent, manager, customer) = ("agent/31", "manager/2", "customer/7");
    let steps = [
        (agent, "POST", "views", json!({}), &["viewed"][..]),
        (agent, "POST", "taking", json!({}), &["taken", "work-started"]),
        (manager, "POST", "assignment", json!({"agent": "agent/5"}), &["agent-reassigned"]),
        (manager, "DELETE", "assignment", json!({}), &["agent-removed"]),
        (manager, "POST", "assignment", json!({"agent": "agent/5"}), &["agent-assigned"]),
        (manager, "POST", "group", json!({"group": "network"}), &["group-assigned"]),
        (manager, "POST", "group", json!({"group": "printing"}), &["group-changed"]),
        (manager, "DELETE", "group", json!({}), &["group-cleared"]),
        (agent, "POST", "priority", json!({"priority": "urgent"}), &["priority-changed"]),
        (agent, "POST", "hold", json!({"on": "vendor"}), &["put-on-hold"]),
        (agent, "POST", "resumption", json!({}), &["resumed"]),
        (customer, "POST", "escalation", json!({"reason": "Still dark"}), &["escalated"]),
        (agent, "POST", "messages", json!({"text": "We come"}), &["agent-answered"]),
        (customer, "POST", "messages", json!({"text": "Thank you"}), &["customer-wrote"]),
        (agent, "POST", "resolution", json!({"summary": "A new lamp"}), &["resolved"]),
        (customer, "POST", "reopening", json!({"reason": "Dark again"}), &["reopened"]),
        (manager, "POST", "closing", json!({}), &["closed"]),
    ];
    let mut version = 1;
    for (actor, method, path, body, types) in steps {
        desk.later(HOUR * 9);
        let ask = desk.ask(method.parse().unwrap(), &format!("{ticket}/{path}"));
        let answer = ask.by(actor).json(body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert_eq!(answer.stored(), types, "{path}");
        version += types.len();
        assert_eq!(answer.body["version"], version, "{path}");
        assert_eq!(answer.body["events"][types.len() - 1]["version"], version, "{path}");
        assert_eq!(answer.header("etag"), format!("\"{version}\""), "{path}");
        assert!(answer.body["commit"].is_string(), "{path}");
    }
    assert_eq!(desk.types(&ticket).await.len(), version);
}

#[tokio::test]
async fn each_hold_has_its_word() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    for on in ["user", "vendor", "problem"] {
        let answer = desk.post(&format!("{ticket}/hold")).by("agent/31").json(json!({"on": on})).await;
        assert_eq!(answer.body["events"][0]["data"]["on"], on);
    }
}

#[tokio::test]
async fn a_command_without_fields_needs_no_body() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let path = format!("{ticket}/views");
    for ask in [
        desk.post(&path),
        desk.post(&path).json(json!({})),
        desk.post(&path).body("application/json; charset=utf-8", " { } "),
        desk.post(&path).body("application/vnd.helpdesk+json", "{}"),
        // what a form-happy client sends for nothing
        desk.post(&path).body("application/x-www-form-urlencoded", ""),
    ] {
        assert_eq!(ask.by("agent/31").await.stored(), ["viewed"]);
    }
}

#[tokio::test]
async fn what_is_so_already_stores_nothing() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let answer =
        desk.post(&format!("{ticket}/priority")).by("agent/31").json(json!({"priority": "high"})).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!((&answer.body["version"], &answer.body["events"]), (&json!(1), &json!([])));
    assert_eq!(answer.body["commit"], json!(null));
    assert_eq!(answer.header("etag"), "\"1\"");
}

#[tokio::test]
async fn a_refusal_has_the_reason_and_a_code_and_stores_nothing() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let escalation = || desk.post(&format!("{ticket}/escalation")).json(json!({"reason": "Now!"}));

    let early = escalation().by("customer/7").await;
    assert_eq!(early.refused("time-left"), "the desk has 8 h left to respond: escalate when no time is left");
    escalation().by("agent/31").await.refused("not-the-customer");
    desk.later(HOUR * 8);
    assert_eq!(escalation().by("customer/7").await.stored(), ["escalated"]);
    escalation().by("customer/7").await.refused("already-escalated");
    assert_eq!(desk.types(&ticket).await, ["opened", "escalated"]);
}

#[tokio::test]
async fn words_that_the_desk_does_not_know_are_refused_by_the_rules() {
    let desk = Desk::new();
    let body = json!({"customer": "customer/7", "subject": "No light", "priority": "panic"});
    let answer = desk.post("/tickets").by("customer/7").json(body).await;
    assert!(answer.refused("unknown-priority").contains("low, medium, high or urgent"));
    assert_eq!(answer.headers.get("location"), None);
    let ticket = desk.opened().await;
    desk.post(&format!("{ticket}/messages"))
        .by("customer/7")
        .json(json!({"text": " "}))
        .await
        .refused("empty");
}

#[tokio::test]
async fn a_command_on_an_unknown_ticket_is_not_found() {
    let desk = Desk::new();
    for (method, path) in [
        ("POST", "views"),
        ("POST", "taking"),
        ("DELETE", "assignment"),
        ("DELETE", "group"),
        ("POST", "resumption"),
        ("POST", "closing"),
    ] {
        let ask = desk.ask(method.parse().unwrap(), &format!("/tickets/42/{path}"));
        let answer = ask.by("agent/31").await;
        assert_eq!(answer.problem(404, "no-such-ticket"), "there is no ticket 42", "{path}");
        assert_eq!(answer.body["code"], "not-opened");
    }
    assert_eq!(desk.store.head().await.unwrap().get(), 0);
}
