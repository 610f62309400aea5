//! Many callers, one ticket.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use retell::store::{BoxFuture, Commit, EventType, NewEvent, Page, Payload, ReadStream};
use retell::{Actor, AppendError, Committed, EventStore, Expected, MemoryStore, Metadata, ReadError};
use serde_json::json;
use tokio::sync::Barrier;

use crate::hooks::Hooks;
use crate::kit::{Answer, Desk};

const CALLERS: usize = 64;

/// Once it is armed, so many reads wait for each other: so all callers have
/// seen the same ticket before one of them stores anything.
pub(crate) struct Meeting {
    pub(crate) barrier: Barrier,
    pub(crate) waiting: AtomicUsize,
}

impl Hooks for Arc<Meeting> {
    fn read_stream<'a>(
        &'a self,
        store: &'a MemoryStore,
        read: ReadStream,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        Box::pin(async move {
            let page = store.read_stream(read).await;
            let meets =
                self.waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if meets.is_ok() {
                self.barrier.wait().await;
            }
            page
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_callers_who_escalate_an_overdue_ticket_one_does() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    desk.later(Duration::from_hours(9));
    let answers = all(CALLERS, |caller| escalate(&desk, &ticket, caller)).await;
    one_escalated(&desk, &ticket, &answers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_services_that_have_all_seen_an_overdue_ticket_one_escalates_it() {
    let meeting = Arc::new(Meeting { barrier: Barrier::new(CALLERS), waiting: AtomicUsize::new(0) });
    let (desk, store) = Desk::with(meeting.clone());
    let ticket = desk.opened().await;
    desk.later(Duration::from_hours(9));
    // Within one service callers may take turns: so each caller has its own.
    let services: Vec<Desk> =
        (0..CALLERS).map(|_| Desk::of(store.clone(), desk.clock.clone(), |api| api)).collect();
    meeting.waiting.store(CALLERS, Ordering::SeqCst);
    let answers = all(CALLERS, |caller| escalate(&services[caller], &ticket, caller)).await;
    one_escalated(&desk, &ticket, &answers).await;
}

fn escalate(desk: &Desk, ticket: &str, caller: usize) -> impl Future<Output = Answer> + Send + use<> {
    let reason = json!({"reason": format!("caller {caller} waits")});
    desk.post(&format!("{ticket}/escalation")).by("customer/7").json(reason).into_future()
}

async fn one_escalated(desk: &Desk, ticket: &str, answers: &[Answer]) {
    let (done, refused): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == StatusCode::OK);
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].stored(), ["escalated"]);
    for answer in refused {
        assert_eq!(answer.refused("already-escalated"), "the ticket is escalated already");
    }
    assert_eq!(desk.types(ticket).await, ["opened", "escalated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_64_callers_are_all_stored() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let answers = all(CALLERS, |caller| {
        let text = json!({"text": format!("message {caller}")});
        desk.post(&format!("{ticket}/messages")).by("customer/7").json(text).into_future()
    })
    .await;
    let mut versions: Vec<u64> =
        answers.iter().map(|answer| answer.body["version"].as_u64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=CALLERS as u64 + 1).collect::<Vec<_>>());
}

async fn all<F>(count: usize, ask: impl Fn(usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let asked: Vec<_> = (0..count).map(|number| tokio::spawn(ask(number))).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}

/// Somebody else always looks at the ticket just before.
struct Overtaken;

impl Hooks for Overtaken {
    fn append<'a>(
        &'a self,
        store: &'a MemoryStore,
        commit: Commit,
    ) -> BoxFuture<'a, Result<Committed, AppendError>> {
        Box::pin(async move {
            let stream = commit.writes[0].stream.clone();
            if !matches!(commit.writes[0].expected, Expected::Absent) {
                let data = r#"{"agent":"agent/99","at":"2026-03-02T08:00:00Z"}"#;
                let viewed = NewEvent::new(EventType::new("viewed").unwrap(), Payload::parse(data).unwrap());
                let other = Commit::new().write(stream, Expected::Any, vec![viewed]);
                store.append(other.metadata(Metadata::by(Actor::new("agent/99").unwrap()))).await?;
            }
            store.append(commit).await
        })
    }
}

#[tokio::test]
async fn who_is_overtaken_all_the_time_is_told_by_whom() {
    let (desk, _) = Desk::with(Overtaken);
    let desk = desk.set(|api| api.with_attempts(3));
    let ticket = desk.opened().await;
    let answer = desk.post(&format!("{ticket}/messages")).by("customer/7").json(json!({"text": "a"})).await;

    let detail = answer.problem(409, "contended");
    assert!(detail.contains("is at version 4, not 3"), "{detail}");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!((&answer.body["attempts"], &answer.body["version"]), (&json!(3), &json!(4)));
    assert_eq!(answer.body["truncated"], false);
    let competing = answer.body["competing"].as_array().unwrap();
    assert_eq!(competing.len(), 1);
    assert_eq!(competing[0]["version"], 4);
    assert_eq!(competing[0]["type"], "viewed");
    assert_eq!(competing[0]["actor"], "agent/99");
    assert_eq!(competing[0]["data"]["agent"], "agent/99");
    assert_eq!(desk.types(&ticket).await, ["opened", "viewed", "viewed", "viewed"]);
}
