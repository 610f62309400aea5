//! Whether the service works.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::api::TicketApi;
use super::failure;
use super::json;
use super::problem::Problem;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    engine: &'static str,
    /// The position of the last event.
    head: u64,
}

/// `GET /health`: reads the store once.
pub(super) async fn show(State(api): State<TicketApi>) -> Result<Response, Problem> {
    let head = api.store().head().await.map_err(failure::of_read)?.get();
    json::answer(StatusCode::OK, &Health { status: "ok", engine: api.store().info().engine, head })
}
