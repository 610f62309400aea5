//! The body of a request: one JSON object, not too large, not too slow.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::problem::{Kind, Problem};

/// The largest body, in bytes.
pub(super) const LIMIT: usize = 64 << 10;

/// How long a body may take to arrive.
const TIME: Duration = Duration::from_secs(10);

/// What the body asks for. An empty body stands for an object without fields.
pub(super) struct Body<T>(pub(super) T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Serialize,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = is_json(request.headers());
        let body = tokio::time::timeout(TIME, Bytes::from_request(request, state)).await;
        let body = body.map_err(|_| {
            Problem::new(Kind::SlowBody, format!("it has to arrive within {} seconds", TIME.as_secs()))
        })?;
        let body = body.map_err(unread)?;
        if body.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !json {
            let detail = "send JSON, and say so: Content-Type: application/json";
            return Err(Problem::new(Kind::NotJson, detail));
        }
        parse(&body).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

fn unread(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(Kind::BodyTooLarge, format!("it may have at most {LIMIT} bytes"))
        }
        other => Problem::new(Kind::BadBody, other.body_text()),
    }
}

/// Reads the object strictly: nothing that was sent is ignored.
fn parse<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<T, Problem> {
    let given: BTreeMap<String, IgnoredAny> = serde_json::from_slice(body)
        .map_err(|error| Problem::new(Kind::BadBody, format!("it is no JSON object: {error}")))?;
    let mut json = serde_json::Deserializer::from_slice(body);
    let asked: T = serde_path_to_error::deserialize(&mut json).map_err(|error| wrong_field(&error))?;
    // What was understood is written again: a field that is not in there was not understood.
    let understood = serde_json::to_value(&asked).unwrap_or_default();
    match given.into_keys().find(|name| understood.get(name).is_none()) {
        Some(unknown) => {
            let fields: Vec<&str> =
                understood.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
            let known = match fields[..] {
                [] => "no fields are asked for here".to_owned(),
                _ => format!("the fields here are {}", fields.join(", ")),
            };
            let shown: String = unknown.chars().take(60).flat_map(char::escape_debug).collect();
            Err(Problem::new(Kind::BadBody, format!("the field \"{shown}\" is not known: {known}"))
                .with("field", shown))
        }
        None => Ok(asked),
    }
}

fn wrong_field(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let (path, message) = (error.path().to_string(), error.inner().to_string());
    // Of a field that is missing or there twice, only the message tells the name.
    if path == "." {
        let named =
            ["missing field `", "duplicate field `"].iter().find_map(|what| message.strip_prefix(what));
        let field = named.and_then(|rest| rest.split('`').next());
        let field = field.map_or(Value::Null, Value::from);
        return Problem::new(Kind::BadBody, message).with("field", field);
    }
    Problem::new(Kind::BadBody, format!("{path}: {message}")).with("field", path)
}
