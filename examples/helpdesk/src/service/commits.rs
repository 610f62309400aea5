//! Whether a commit was stored: for those whose outcome was unknown.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use retell::{CommitId, Timestamp};
use serde::Serialize;

use super::api::TicketApi;
use super::failure;
use super::json;
use super::problem::{Kind, Problem};
use crate::domain::TicketId;

#[derive(Serialize)]
struct CommitView {
    commit: String,
    recorded_at: Timestamp,
    tickets: Vec<Changed>,
}

#[derive(Serialize)]
struct Changed {
    id: TicketId,
    version: u64,
}

/// `GET /commits/{id}`
pub(super) async fn show(
    State(api): State<TicketApi>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|rejection| Problem::new(Kind::BadCommitId, rejection.body_text()))?;
    let id: CommitId = id.parse().map_err(|_| {
        Problem::new(Kind::BadCommitId, "the id of a commit is a UUID, as the answer to the command told it")
    })?;
    let found = api.store().find(id).await.map_err(failure::of_read)?;
    let committed = found.ok_or_else(|| {
        Problem::new(Kind::NoSuchCommit, format!("no commit {id} is stored")).with("commit", id.to_string())
    })?;
    let tickets = committed.streams.into_iter().filter_map(|(stream, version)| {
        Some(Changed { id: TicketId::of_stream(stream)?, version: version.get() })
    });
    let view =
        CommitView { commit: id.to_string(), recorded_at: committed.recorded_at, tickets: tickets.collect() };
    json::answer(StatusCode::OK, &view)
}
