//! Which ticket a path means.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::problem::{Kind, Problem};
use crate::domain::TicketId;

/// The ticket that the path names. Whether there is one is another question.
pub(super) struct TicketPath(pub(super) TicketId);

impl<S: Send + Sync> FromRequestParts<S> for TicketPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = id.map_err(|rejection| Problem::new(Kind::BadTicketId, rejection.body_text()))?;
        let id = TicketId::new(&id).map_err(|error| Problem::new(Kind::BadTicketId, error.to_string()))?;
        Ok(Self(id))
    }
}
