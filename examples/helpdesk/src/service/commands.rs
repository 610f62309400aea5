//! The commands: each path is one of the domain's, and all are carried out in
//! the same way.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use retell::{Actor, Command, Done};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::actor::By;
use super::api::TicketApi;
use super::body::Body;
use super::failure;
use super::idempotency::{Identity, Key};
use super::outcome;
use super::problem::{Kind, Problem};
use super::ticket_path::TicketPath;
use crate::domain::{Ticket, TicketId, TicketRefusal};

/// Any command on a ticket that is there: `POST /tickets/{id}/…`
pub(super) async fn carry_out<C>(
    State(api): State<TicketApi>,
    TicketPath(id): TicketPath,
    By(actor): By,
    key: Key,
    Body(command): Body<C>,
) -> Result<Response, Problem>
where
    C: Command<Ticket, Refusal = TicketRefusal> + DeserializeOwned + Serialize,
{
    let identity = Identity::new(&actor, key);
    let done = execute(&api, &id, command, actor, &identity).await?;
    outcome::answer(StatusCode::OK, &id, &done)
}

/// Carries a command out, or finds that an earlier request with the same key
/// has.
pub(super) async fn execute<C>(
    api: &TicketApi,
    id: &TicketId,
    command: C,
    actor: Actor,
    identity: &Identity,
) -> Result<Done<Ticket>, Problem>
where
    C: Command<Ticket, Refusal = TicketRefusal> + Serialize,
{
    let mark = identity.mark(&command);
    let mut request = api.tickets.execute(id, command).by(actor).commit_id(identity.commit);
    if let Some(mark) = &mark {
        let (name, value) = mark.note();
        request = request.note(name, value);
    }
    let done = request.await.map_err(|error| failure::of_command(error, id, identity))?;
    if let Some(mark) = mark
        && done.was_done_before()
        && !mark.is_on(api, id, &done).await.map_err(failure::of_read)?
    {
        return Err(key_reused());
    }
    Ok(done)
}

/// The key stands for another request.
pub(super) fn key_reused() -> Problem {
    let detail = "this key was used for something else: \
                  repeat a request as it was, and take a new key for a new one";
    Problem::new(Kind::KeyReused, detail)
}
