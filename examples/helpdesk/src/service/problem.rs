//! Errors as answers: RFC 9457, `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

/// What kind of problem it is: the status, a name for programs, a title for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    BadBody,
    BadQuery,
    BadTicketId,
    BadCommitId,
    BadActor,
    BadIdempotencyKey,
    NoSuchPath,
    NoSuchTicket,
    NotYet,
    NoSuchCommit,
    WrongMethod,
    SlowBody,
    Contended,
    BodyTooLarge,
    NotJson,
    WrongHost,
    Refused,
    KeyReused,
    NotStorable,
    Unreadable,
    Failed,
    TooBusy,
    OutcomeUnknown,
    Stopped,
    Unavailable,
}

impl Kind {
    #[cfg(test)]
    pub(super) const ALL: [Self; 25] = [
        Self::BadBody,
        Self::BadQuery,
        Self::BadTicketId,
        Self::BadCommitId,
        Self::BadActor,
        Self::BadIdempotencyKey,
        Self::NoSuchPath,
        Self::NoSuchTicket,
        Self::NotYet,
        Self::NoSuchCommit,
        Self::WrongMethod,
        Self::SlowBody,
        Self::Contended,
        Self::BodyTooLarge,
        Self::NotJson,
        Self::WrongHost,
        Self::Refused,
        Self::KeyReused,
        Self::NotStorable,
        Self::Unreadable,
        Self::Failed,
        Self::TooBusy,
        Self::OutcomeUnknown,
        Self::Stopped,
        Self::Unavailable,
    ];

    #[rustfmt::skip]
    const fn facts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadBody => (StatusCode::BAD_REQUEST, "bad-body", "The body is not what is asked for here"),
            Self::BadQuery => (StatusCode::BAD_REQUEST, "bad-query", "The query is not what is asked for here"),
            Self::BadTicketId => (StatusCode::BAD_REQUEST, "bad-ticket-id", "This cannot be the id of a ticket"),
            Self::BadCommitId => (StatusCode::BAD_REQUEST, "bad-commit-id", "This cannot be the id of a commit"),
            Self::BadActor => (StatusCode::BAD_REQUEST, "bad-actor", "The header Actor does not say who asks"),
            Self::BadIdempotencyKey => (StatusCode::BAD_REQUEST, "bad-idempotency-key", "The header Idempotency-Key holds no key"),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "no-such-path", "There is nothing here"),
            Self::NoSuchTicket => (StatusCode::NOT_FOUND, "no-such-ticket", "There is no such ticket"),
            Self::NotYet => (StatusCode::NOT_FOUND, "not-yet", "The ticket did not exist then"),
            Self::NoSuchCommit => (StatusCode::NOT_FOUND, "no-such-commit", "There is no such commit"),
            Self::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "The method does not fit the path"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "slow-body", "The body did not arrive in time"),
            Self::Contended => (StatusCode::CONFLICT, "contended", "Others changed the ticket all the time"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not declared as JSON"),
            Self::WrongHost => (StatusCode::MISDIRECTED_REQUEST, "wrong-host", "This service is not what the request was meant for"),
            Self::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "refused", "The desk refuses"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key-reused", "The idempotency key belongs to another request"),
            Self::NotStorable => (StatusCode::UNPROCESSABLE_ENTITY, "not-storable", "The store cannot hold this"),
            Self::Unreadable => (StatusCode::INTERNAL_SERVER_ERROR, "unreadable", "What is stored cannot be read"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "The service failed"),
            Self::TooBusy => (StatusCode::SERVICE_UNAVAILABLE, "too-busy", "Too busy: nothing was stored"),
            Self::OutcomeUnknown => (StatusCode::SERVICE_UNAVAILABLE, "outcome-unknown", "It is unknown whether this was stored"),
            Self::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "stopped", "The store has stopped"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The store cannot be used for now"),
        }
    }

    pub(super) const fn status(self) -> StatusCode {
        self.facts().0
    }

    /// The part of the type that differs.
    pub(super) const fn name(self) -> &'static str {
        self.facts().1
    }

    const fn title(self) -> &'static str {
        self.facts().2
    }

    /// After how many seconds it makes sense to try again.
    pub(super) const fn retry_after(self) -> Option<u16> {
        match self {
            Self::TooBusy | Self::OutcomeUnknown | Self::Contended => Some(1),
            Self::Unavailable => Some(5),
            Self::Stopped => Some(10),
            _ => None,
        }
    }
}

/// An error as it is answered.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    members: Map<String, Value>,
}

impl Problem {
    /// What the types of this service have in common (a tag URI, RFC 4151).
    pub(super) const TYPES: &'static str = "tag:helpdesk.example,2026:problem/";
    /// How much of a message is told: it may repeat what the caller sent.
    const LONGEST: usize = 500;

    /// This kind of problem, with what is the matter this time.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(Self::LONGEST) {
            detail.truncate(end);
            detail.push('…');
        }
        Self { kind, detail, members: Map::new() }
    }

    /// Adds a member that only this kind of problem has.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(flatten)]
    members: &'a Map<String, Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (kind, status) = (self.kind, self.kind.status());
        let document = Document {
            r#type: format!("{}{}", Self::TYPES, kind.name()),
            title: kind.title(),
            status: status.as_u16(),
            detail: &self.detail,
            members: &self.members,
        };
        // Text and numbers can always be written; the status would tell it without them too.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = kind.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
