//! A desk to test: a store in memory, a clock that stands still, and a way to ask.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use helpdesk::service::{TicketApi, router};
use retell::{EventStore, ManualClock, MemoryStore, Timestamp};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::hooks::{Hooks, Wrapped};

/// A desk behind its service.
pub(crate) struct Desk {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) router: Router,
}

/// When the tests begin.
pub(crate) fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

impl Desk {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(start()));
        Self::of(Arc::new(MemoryStore::with_clock(clock.clone())), clock, |api| api)
    }

    /// A desk whose store does something of its own.
    pub(crate) fn with(hooks: impl Hooks) -> (Self, Arc<Wrapped>) {
        let clock = Arc::new(ManualClock::at(start()));
        let store = Arc::new(Wrapped::new(MemoryStore::with_clock(clock.clone()), hooks));
        (Self::of(store.clone(), clock, |api| api), store)
    }

    pub(crate) fn of(
        store: Arc<dyn EventStore>,
        clock: Arc<ManualClock>,
        set: impl FnOnce(TicketApi) -> TicketApi,
    ) -> Self {
        let api = set(TicketApi::new(Arc::clone(&store)).with_clock(clock.clone()));
        Self { store, clock, router: router(api) }
    }

    /// The same desk, with its service set up in another way.
    pub(crate) fn set(self, set: impl FnOnce(TicketApi) -> TicketApi) -> Self {
        Self::of(self.store, self.clock, set)
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        Ask { router: self.router.clone(), request }
    }

    /// Opens a ticket of customer/7 and gives its path.
    pub(crate) async fn opened(&self) -> String {
        let body = json!({"customer": "customer/7", "subject": "No light", "priority": "high"});
        let answer = self.post("/tickets").by("customer/7").json(body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.header("location").to_owned()
    }

    pub(crate) fn later(&self, by: Duration) -> &Self {
        self.clock.advance(by);
        self
    }

    /// The types of all events of the ticket at this path.
    pub(crate) async fn types(&self, path: &str) -> Vec<String> {
        let events = self.get(&format!("{path}/events")).await;
        assert_eq!(events.status, StatusCode::OK, "{}", events.body);
        events.list("type")
    }
}

/// A request that is about to be sent: await it.
pub(crate) struct Ask {
    router: Router,
    request: Request<Body>,
}

impl Ask {
    pub(crate) fn by(self, actor: &str) -> Self {
        self.header("actor", actor)
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        self.raw_header(name, value.as_bytes())
    }

    pub(crate) fn raw_header(mut self, name: &'static str, value: &[u8]) -> Self {
        self.request.headers_mut().append(name, value.try_into().unwrap());
        self
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.request.headers_mut().insert(header::CONTENT_TYPE, content_type.try_into().unwrap());
        *self.request.body_mut() = body.into();
        self
    }

    pub(crate) fn body_of_no_type(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let response = self.router.oneshot(self.request).await.unwrap();
            let (parts, body) = response.into_parts();
            let text = to_bytes(body, usize::MAX).await.unwrap();
            Answer { status: parts.status, headers: parts.headers, body: json_or_null(&text) }
        })
    }
}

fn json_or_null(text: &[u8]) -> Value {
    if text.is_empty() { Value::Null } else { serde_json::from_slice(text).unwrap() }
}

/// What the service answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// This member of each element of a list.
    pub(crate) fn list(&self, member: &str) -> Vec<String> {
        let elements = self.body.as_array().unwrap().iter();
        elements.map(|element| element[member].as_str().unwrap().to_owned()).collect()
    }

    /// The types of the events that a command stored.
    pub(crate) fn stored(&self) -> Vec<&str> {
        assert_eq!(self.status.as_u16() / 100, 2, "{}", self.body);
        self.body["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
    }

    /// Checks that it is a problem of this kind, and gives its detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, name: &str) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("tag:helpdesk.example,2026:problem/{name}"), "{}", self.body);
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].as_str().is_some_and(|title| !title.is_empty()));
        self.body["detail"].as_str().unwrap()
    }

    /// Checks that the rules refused for this reason.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> &str {
        let detail = self.problem(422, "refused");
        assert_eq!(self.body["code"], code);
        detail
    }
}
