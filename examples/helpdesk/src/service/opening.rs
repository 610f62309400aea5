//! Opening a ticket.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::actor::By;
use super::api::TicketApi;
use super::body::Body;
use super::commands::execute;
use super::idempotency::{Identity, Key};
use super::outcome;
use super::problem::{Kind, Problem};
use crate::domain::TicketId;
use crate::domain::command::OpenTicket;

/// `POST /tickets`
///
/// The new ticket is named after the commit that opens it: a retry with the
/// same key finds the same ticket.
pub(super) async fn open(
    State(api): State<TicketApi>,
    By(actor): By,
    key: Key,
    Body(command): Body<OpenTicket>,
) -> Result<Response, Problem> {
    let identity = Identity::new(&actor, key);
    let id = TicketId::new(&identity.commit.to_string())
        .map_err(|error| Problem::new(Kind::Failed, error.to_string()))?;
    let done = execute(&api, &id, command, actor, &identity).await?;
    let location = [(header::LOCATION, format!("/tickets/{id}"))];
    Ok((location, outcome::answer(StatusCode::CREATED, &id, &done)?).into_response())
}
