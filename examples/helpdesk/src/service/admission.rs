//! How many requests are taken in: what is over that is told to come back
//! later, at once, instead of waiting without an end.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::problem::{Kind, Problem};

/// Lets a request in while there is room.
pub(super) async fn admit(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match room.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Problem::new(Kind::TooBusy, "too many requests are being worked on").into_response(),
    }
}
