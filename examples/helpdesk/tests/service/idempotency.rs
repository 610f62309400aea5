//! Retries with an `Idempotency-Key`.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use retell::store::{BoxFuture, Commit};
use retell::{AppendError, Committed, EventStore, MemoryStore};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::contention::Meeting;
use crate::hooks::Hooks;
use crate::kit::Desk;

const DAY: Duration = Duration::from_hours(24);

fn no_light() -> Value {
    json!({"customer": "customer/7", "subject": "No light", "priority": "high"})
}

#[tokio::test]
async fn a_retry_returns_the_first_outcome() {
    let desk = Desk::new();
    let open = || desk.post("/tickets").by("customer/7").key("k1").json(no_light());
    let first = open().await;
    assert_eq!(first.status, StatusCode::CREATED);
    let ticket = first.header("location");
    let wrote =
        || desk.post(&format!("{ticket}/messages")).by("customer/7").key("k2").json(json!({"text": "a"}));
    let message = wrote().await;
    assert_eq!(message.status, StatusCode::OK);

    // Other things happen, time passes, and both come again: status, headers and body are the same.
    desk.later(DAY).post(&format!("{ticket}/closing")).by("customer/7").await.stored();
    assert_eq!(open().await, first);
    assert_eq!(wrote().await, message);
    assert_eq!(desk.types(ticket).await, ["opened", "customer-wrote", "closed"]);
}

#[tokio::test]
async fn keys_of_different_actors_are_different_keys() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    for (actor, version) in [("agent/1", 2), ("agent/2", 3), ("agent/1", 2)] {
        let answer = desk.post(&format!("{ticket}/views")).by(actor).key("k").await;
        assert_eq!(answer.body["version"], version);
    }
}

#[tokio::test]
async fn a_key_that_is_used_for_something_else_is_refused() {
    let desk = Desk::new();
    let (ticket, other) = (desk.opened().await, desk.opened().await);
    let ask = |path: String, body: Value| desk.post(&path).by("customer/7").key("k").json(body);
    ask(format!("{ticket}/messages"), json!({"text": "a"})).await.stored();
    for (path, body) in [
        (format!("{ticket}/closing"), json!({})),
        (format!("{other}/messages"), json!({"text": "a"})),
        (format!("{ticket}/messages"), json!({"text": "b"})),
        ("/tickets".to_owned(), no_light()),
    ] {
        let answer = ask(path.clone(), body).await;
        assert!(answer.problem(422, "key-reused").contains("take a new key"), "{path}");
    }
    assert_eq!(desk.types(&ticket).await, ["opened", "customer-wrote"]);
    assert_eq!(desk.types(&other).await, ["opened"]);
}

#[tokio::test]
async fn a_ticket_opened_with_a_key_is_not_opened_otherwise_with_it() {
    let desk = Desk::new();
    let open = |subject: &str| {
        let body = json!({"customer": "customer/7", "subject": subject, "priority": "high"});
        desk.post("/tickets").by("customer/7").key("k").json(body)
    };
    assert_eq!(open("No light").await.status, StatusCode::CREATED);
    open("No water").await.problem(422, "key-reused");
    // The same request, written in another way, is the same request.
    let same = r#"{ "priority":"high", "subject":"No light", "customer":"customer/7" }"#;
    let again = desk.post("/tickets").by("customer/7").key("k").body("application/json", same).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(desk.store.head().await.unwrap().get(), 1);
}

#[tokio::test]
async fn a_refusal_is_decided_anew() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let escalate = || {
        desk.post(&format!("{ticket}/escalation")).by("customer/7").key("k").json(json!({"reason": "Now!"}))
    };
    escalate().await.refused("time-left");
    desk.later(DAY);
    assert_eq!(escalate().await.stored(), ["escalated"]);
    assert_eq!(escalate().await.stored(), ["escalated"]);
    assert_eq!(desk.types(&ticket).await, ["opened", "escalated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_that_come_at_the_same_time_get_one_outcome() {
    const TWINS: usize = 16;
    let meeting = Meeting { barrier: Barrier::new(TWINS), waiting: AtomicUsize::new(TWINS) };
    let (desk, store) = Desk::with(Arc::new(meeting));
    let twins = (0..TWINS).map(|_| {
        let service = Desk::of(store.clone(), desk.clock.clone(), |api| api);
        tokio::spawn(service.post("/tickets").by("customer/7").key("k").json(no_light()).into_future())
    });
    let mut answers = Vec::new();
    for twin in twins.collect::<Vec<_>>() {
        answers.push(twin.await.unwrap());
    }
    assert_eq!(answers[0].status, StatusCode::CREATED, "{}", answers[0].body);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(desk.store.head().await.unwrap().get(), 1);
}

/// Stores the first commit, and says that it does not know.
struct Lost(AtomicBool);

impl Hooks for Lost {
    fn append<'a>(
        &'a self,
        store: &'a MemoryStore,
        commit: Commit,
    ) -> BoxFuture<'a, Result<Committed, AppendError>> {
        Box::pin(async move {
            let id = commit.id;
            let stored = store.append(commit).await;
            match self.0.swap(false, Ordering::SeqCst) {
                true => {
                    Err(AppendError::OutcomeUnknown { commit: id, reason: "the line is dead".to_owned() })
                }
                false => stored,
            }
        })
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_found_by_a_retry_or_by_the_commit() {
    let (desk, _) = Desk::with(Lost(AtomicBool::new(true)));
    let open = || desk.post("/tickets").by("customer/7").key("k").json(no_light());
    let unknown = open().await;
    unknown.problem(503, "outcome-unknown");
    assert_eq!(unknown.header("retry-after"), "1");
    let commit = unknown.body["commit"].as_str().unwrap();

    let found = desk.get(&format!("/commits/{commit}")).await;
    let retried = open().await;
    assert_eq!(retried.status, StatusCode::CREATED);
    assert_eq!(retried.body["commit"], commit);
    assert_eq!(found.body["tickets"][0]["id"], retried.body["id"]);
    assert_eq!(desk.store.head().await.unwrap().get(), 1);
}

#[tokio::test]
async fn an_outcome_that_is_unknown_names_its_commit_without_a_key_too() {
    let (desk, store) = Desk::with(Lost(AtomicBool::new(true)));
    let unknown = desk.post("/tickets").by("customer/7").json(no_light()).await;
    unknown.problem(503, "outcome-unknown");
    let commit = unknown.body["commit"].as_str().unwrap().parse().unwrap();
    assert!(store.store.find(commit).await.unwrap().is_some());
}
