//! What the service answers when its store does not do what it was asked.

use std::sync::Arc;

use retell::store::{
    BoxFuture, Commit, EventType, InvalidCommit, NewEvent, Page, Payload, ReadStream, StreamName,
};
use retell::{AppendError, CommitId, Committed, EventStore, Expected, MemoryStore, Position, ReadError};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::hooks::Hooks;
use crate::kit::{Answer, Desk};

/// Takes no commit.
struct Refuses(AppendError);

impl Hooks for Refuses {
    fn append<'a>(&'a self, _: &'a MemoryStore, _: Commit) -> BoxFuture<'a, Result<Committed, AppendError>> {
        let error = self.0.clone();
        Box::pin(async move { Err(error) })
    }
}

/// Can be read no more.
struct Blind(ReadError);

impl Hooks for Blind {
    fn find<'a>(
        &'a self,
        _: &'a MemoryStore,
        _: CommitId,
    ) -> BoxFuture<'a, Result<Option<Committed>, ReadError>> {
        let error = self.0.clone();
        Box::pin(async move { Err(error) })
    }

    fn read_stream<'a>(
        &'a self,
        _: &'a MemoryStore,
        _: ReadStream,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        let error = self.0.clone();
        Box::pin(async move { Err(error) })
    }

    fn head<'a>(&'a self, _: &'a MemoryStore) -> BoxFuture<'a, Result<Position, ReadError>> {
        let error = self.0.clone();
        Box::pin(async move { Err(error) })
    }
}

async fn open(desk: &Desk) -> Answer {
    let body = json!({"customer": "customer/7", "subject": "No light", "priority": "high"});
    desk.post("/tickets").by("customer/7").json(body).await
}

fn reason() -> String {
    "for a test".to_owned()
}

#[tokio::test]
async fn a_commit_that_is_not_taken_is_told_with_what_to_do() {
    let id: CommitId = "01980000-0000-7000-8000-000000000001".parse().unwrap();
    let too_large = InvalidCommit::TooLarge { what: "it", actual: 2, limit: 1 };
    for (error, status, name, retry) in [
        (AppendError::TooBusy { reason: reason() }, 503, "too-busy", "1"),
        (AppendError::Unavailable { reason: reason() }, 503, "unavailable", "5"),
        (AppendError::OutcomeUnknown { commit: id, reason: reason() }, 503, "outcome-unknown", "1"),
        (AppendError::Stopped { reason: reason() }, 503, "stopped", "10"),
        (AppendError::Invalid(too_large), 422, "not-storable", ""),
    ] {
        let (desk, _) = Desk::with(Refuses(error.clone()));
        let answer = open(&desk).await;
        assert_eq!(answer.problem(status, name), error.to_string());
        assert_eq!(answer.header("retry-after"), retry, "{name}");
        match name {
            "outcome-unknown" => assert_eq!(answer.body["commit"], id.to_string()),
            "stopped" => assert!(answer.body["commit"].is_string()),
            _ => assert_eq!(answer.body["commit"], Value::Null),
        }
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_told_on_every_path() {
    for (error, status, name) in [
        (ReadError::Unavailable { reason: reason() }, 503, "unavailable"),
        (ReadError::Stopped { reason: reason() }, 503, "stopped"),
        (ReadError::Damaged { detail: reason() }, 500, "unreadable"),
        (ReadError::Invalid(reason()), 500, "failed"),
    ] {
        let (desk, _) = Desk::with(Blind(error.clone()));
        let commit = format!("/commits/{}", CommitId::new());
        for path in ["/tickets/42", "/tickets/42?at=1", "/tickets/42/events", &commit, "/health"] {
            assert_eq!(desk.get(path).await.problem(status, name), error.to_string(), "{path}");
        }
        let answer = open(&desk).await;
        assert_eq!(answer.problem(status, name), error.to_string());
        assert_eq!(answer.body["commit"].is_string(), name == "stopped");
    }
}

#[tokio::test]
async fn a_store_that_was_closed_takes_no_command() {
    let desk = Desk::new();
    desk.store.close().await;
    let answer = desk
        .post("/tickets")
        .by("customer/7")
        .key("k")
        .json(json!({"customer": "customer/7", "subject": "No light", "priority": "high"}))
        .await;
    answer.problem(503, "stopped");
    // The same as for every retry with this key.
    assert_eq!(answer.body["commit"], CommitId::named("helpdesk http", "customer/7\nk").to_string());
}

#[tokio::test]
async fn an_event_that_the_program_does_not_know_is_told_and_not_skipped() {
    let desk = Desk::new();
    let unknown = NewEvent::new(EventType::new("teleported").unwrap(), Payload::parse("{}").unwrap());
    let stream = StreamName::new("ticket", "42").unwrap();
    desk.store.append(Commit::new().write(stream, Expected::Absent, vec![unknown])).await.unwrap();
    for path in ["/tickets/42", "/tickets/42/events"] {
        let answer = desk.get(path).await;
        assert!(answer.problem(500, "unreadable").contains("\"teleported\""), "{path}");
    }
    desk.post("/tickets/42/views").by("agent/31").await.problem(500, "unreadable");
}

/// Keeps every commit waiting, and tells when one came.
struct Gate {
    came: Semaphore,
    open: Semaphore,
}

impl Hooks for Arc<Gate> {
    fn append<'a>(
        &'a self,
        store: &'a MemoryStore,
        commit: Commit,
    ) -> BoxFuture<'a, Result<Committed, AppendError>> {
        Box::pin(async move {
            self.came.add_permits(1);
            self.open.acquire().await.unwrap().forget();
            store.append(commit).await
        })
    }
}

#[tokio::test]
async fn who_does_not_fit_in_is_told_to_come_back() {
    let gate = Arc::new(Gate { came: Semaphore::new(0), open: Semaphore::new(0) });
    let (desk, _) = Desk::with(gate.clone());
    let desk = Arc::new(desk.set(|api| api.with_room(2)));
    let spawn = || {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { open(&desk).await })
    };
    let two = [spawn(), spawn()];
    gate.came.acquire_many(2).await.unwrap().forget();

    let third = open(&desk).await;
    third.problem(503, "too-busy");
    assert_eq!(third.header("retry-after"), "1");
    desk.get("/tickets/42").await.problem(503, "too-busy");
    assert_eq!(desk.get("/health").await.status, 200);

    gate.open.add_permits(3);
    for one in two {
        assert_eq!(one.await.unwrap().status, 201);
    }
    assert_eq!(open(&desk).await.status, 201);
}

#[tokio::test]
async fn what_the_caller_does_not_wait_for_leaves_room_for_others() {
    let gate = Arc::new(Gate { came: Semaphore::new(0), open: Semaphore::new(0) });
    let (desk, _) = Desk::with(gate.clone());
    let desk = Arc::new(desk.set(|api| api.with_room(1)));
    let gone = tokio::spawn({
        let desk = Arc::clone(&desk);
        async move { open(&desk).await }
    });
    gate.came.acquire().await.unwrap().forget();
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.open.add_permits(1);
    assert_eq!(open(&desk).await.status, 201);
}
