//! An answer in JSON.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use retell::Version;
use serde::Serialize;

use super::problem::{Kind, Problem};

/// Answers with a value.
pub(super) fn answer<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Problem::new(Kind::Failed, error.to_string()))?;
    let json = HeaderValue::from_static("application/json");
    Ok((status, [(header::CONTENT_TYPE, json)], body).into_response())
}

/// The version of a ticket as an entity tag: a strong one, as no two versions
/// of a ticket are the same.
pub(super) fn etag(version: Version) -> [(header::HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}
