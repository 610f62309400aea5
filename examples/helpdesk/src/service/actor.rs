//! Who asks: the header `Actor`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use retell::Actor;

use super::problem::{Kind, Problem};

const HEADER: &str = "actor";

/// Who asks. Every command needs to know.
///
/// The service takes the caller's word for it: whoever puts it on a network
/// puts something in front that knows its users and sets the header.
pub(super) struct By(pub(super) Actor);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let problem = |detail: String| Problem::new(Kind::BadActor, detail);
        let header = only(&parts.headers, HEADER).map_err(problem)?.ok_or_else(|| {
            problem("the header Actor is missing: say who asks, for example Actor: agent/31".to_owned())
        })?;
        let text = std::str::from_utf8(header.as_bytes())
            .map_err(|_| problem("the header Actor is no UTF-8 text".to_owned()))?;
        Ok(Self(Actor::new(text).map_err(|error| problem(error.to_string()))?))
    }
}

/// The value of a header that may stand there once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(format!("the header {name} is there more than once")),
        (value, None) => Ok(value),
    }
}
