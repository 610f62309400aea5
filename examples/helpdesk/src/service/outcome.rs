//! What came of a command.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use retell::store::Payload;
use retell::{Done, Event, encode};
use serde::Serialize;

use super::json::{self, etag};
use super::problem::{Kind, Problem};
use crate::domain::{Ticket, TicketEvent, TicketId};

/// A command that was carried out.
#[derive(Serialize)]
struct Outcome<'a> {
    id: &'a str,
    version: u64,
    /// The commit that was stored; nothing when there was nothing to do.
    commit: Option<String>,
    events: Vec<NewEvent>,
}

#[derive(Serialize)]
struct NewEvent {
    version: u64,
    r#type: &'static str,
    data: Payload,
}

/// Tells what was stored.
pub(super) fn answer(status: StatusCode, id: &TicketId, done: &Done<Ticket>) -> Result<Response, Problem> {
    let last = done.version.get();
    let before = last.saturating_sub(done.events.len() as u64);
    let versions = before.saturating_add(1)..=last;
    let events: Result<Vec<NewEvent>, Problem> =
        versions.zip(&done.events).map(|(version, event)| new_event(version, event)).collect();
    let commit = done.commit.as_ref().map(|commit| commit.id.to_string());
    let outcome = Outcome { id: id.as_str(), version: last, commit, events: events? };
    Ok((etag(done.version), json::answer(status, &outcome)?).into_response())
}

fn new_event(version: u64, event: &TicketEvent) -> Result<NewEvent, Problem> {
    let data = encode(event).map_err(|error| Problem::new(Kind::Failed, error.to_string()))?.payload;
    Ok(NewEvent { version, r#type: event.kind().name, data })
}
