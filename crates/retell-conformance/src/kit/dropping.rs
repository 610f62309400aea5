//! Callers that go away, and callers that come in order.

use std::future::poll_fn;
use std::task::Poll;

use futures_util::future::join_all;
use retell_store::BoxFuture;

use super::Rng;

/// Polls a future, lets other tasks run a random number of times between
/// polls, and drops it after a random number of polls; its value where it
/// ended before that.
pub(crate) async fn dropped_somewhere<T>(mut future: BoxFuture<'_, T>, rng: &mut Rng) -> Option<T> {
    for _ in 0..rng.among(0..6) {
        let now = poll_fn(|context| {
            Poll::Ready(match future.as_mut().poll(context) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            })
        });
        if let Some(value) = now.await {
            return Some(value);
        }
        // Mostly soon, now and then late enough for the answer to be there.
        let about = 1 << rng.among(1..12);
        for _ in 0..rng.among(0..about) {
            tokio::task::yield_now().await;
        }
    }
    None
}

/// Begins all in this order, by one task, then waits for all.
pub(crate) async fn in_order<T: Send>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut begun: Vec<BoxFuture<'_, T>> = Vec::with_capacity(futures.len());
    for mut future in futures {
        let first = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        begun.push(match first {
            Poll::Ready(value) => Box::pin(std::future::ready(value)),
            Poll::Pending => future,
        });
    }
    join_all(begun).await
}
