//! The ticket service: the desk over HTTP, with JSON in and out.
//!
//! `docs/http-api.md` describes it for those who call it. A command is
//! answered only after its events are durable.
//!
//! | to learn about | read |
//! |---|---|
//! | what the service works on | `api.rs` |
//! | who asks | `actor.rs` |
//! | retries that are carried out once | `idempotency.rs` |
//! | the body of a request | `body.rs` |
//! | which ticket a path means | `ticket_path.rs` |
//! | opening a ticket | `opening.rs` |
//! | every other command | `commands.rs` |
//! | what came of a command | `outcome.rs` |
//! | a ticket as it is or was, and what happened to it | `tickets.rs` |
//! | an event as JSON | `event_view.rs` |
//! | whether a commit was stored | `commits.rs` |
//! | errors as answers (RFC 9457) | `problem.rs` |
//! | which error becomes which answer | `failure.rs` |
//! | how many requests are taken in | `admission.rs` |
//! | whether a web page tricked a browser | `host.rs` |
//! | whether the service works | `health.rs` |
//! | listening, draining, closing | `serve.rs` |

mod actor;
mod admission;
mod api;
mod body;
mod commands;
mod commits;
mod event_view;
mod failure;
mod health;
mod host;
mod idempotency;
mod json;
mod opening;
mod outcome;
mod problem;
mod serve;
mod ticket_path;
mod tickets;

#[cfg(test)]
mod docs_tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::domain::command::{
    Assign, ChangeGroup, ChangePriority, ClearGroup, Close, PostMessage, PutOnHold, Reopen,
    RequestEscalation, Resolve, Resume, Take, Unassign, View,
};

pub use api::TicketApi;
pub use serve::{DEFAULT_LISTEN, Drained, ServeError, Server, bind, run};

use commands::carry_out;
use problem::{Kind, Problem};

/// The routes of the service. It needs no port: a test can call it as a
/// function.
pub fn router(api: TicketApi) -> Router {
    let room = Arc::new(Semaphore::new(api.room));
    Router::new()
        .route("/tickets", post(opening::open))
        .route("/tickets/{id}", get(tickets::show))
        .route("/tickets/{id}/events", get(tickets::events))
        .route("/tickets/{id}/messages", post(carry_out::<PostMessage>))
        .route("/tickets/{id}/views", post(carry_out::<View>))
        .route("/tickets/{id}/assignment", post(carry_out::<Assign>).delete(carry_out::<Unassign>))
        .route("/tickets/{id}/taking", post(carry_out::<Take>))
        .route("/tickets/{id}/group", post(carry_out::<ChangeGroup>).delete(carry_out::<ClearGroup>))
        .route("/tickets/{id}/priority", post(carry_out::<ChangePriority>))
        .route("/tickets/{id}/hold", post(carry_out::<PutOnHold>))
        .route("/tickets/{id}/resumption", post(carry_out::<Resume>))
        .route("/tickets/{id}/escalation", post(carry_out::<RequestEscalation>))
        .route("/tickets/{id}/resolution", post(carry_out::<Resolve>))
        .route("/tickets/{id}/closing", post(carry_out::<Close>))
        .route("/tickets/{id}/reopening", post(carry_out::<Reopen>))
        .route("/commits/{id}", get(commits::show))
        // What stands above is refused while there is no room; health is told all the same.
        .layer(from_fn_with_state(room, admission::admit))
        .route("/health", get(health::show))
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(body::LIMIT))
        .with_state(api)
}

/// The routes for those on this machine only: see `host.rs`.
fn local_router(api: TicketApi) -> Router {
    router(api).layer(from_fn(host::check))
}

async fn no_such_path(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Kind::NoSuchPath, format!("there is nothing at {path}"))
}

async fn wrong_method() -> Problem {
    Problem::new(
        Kind::WrongMethod,
        "the path does not take this method: the header Allow lists those it takes",
    )
}
