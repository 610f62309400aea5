//! Truly concurrent callers.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::{JoinError, JoinSet};

use crate::trial::{Checked, Failure};

/// Runs so many tasks, which start at the same moment on several threads, and
/// gives what each gave, in their order.
pub(crate) async fn race<T, F>(count: usize, task: impl FnMut(usize) -> F) -> Checked<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = Checked<T>> + Send + 'static,
{
    start(count, task).end().await
}

/// Tasks that are running. Dropping them ends them.
pub(crate) struct Running<T> {
    tasks: JoinSet<(usize, Checked<T>)>,
    count: usize,
}

/// Starts so many tasks at the same moment.
pub(crate) fn start<T, F>(count: usize, mut task: impl FnMut(usize) -> F) -> Running<T>
where
    T: Send + 'static,
    F: Future<Output = Checked<T>> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for index in 0..count {
        let (barrier, work) = (Arc::clone(&barrier), task(index));
        tasks.spawn(async move {
            barrier.wait().await;
            (index, work.await)
        });
    }
    Running { tasks, count }
}

impl<T: Send + 'static> Running<T> {
    /// Waits for all; the first failure ends the others.
    pub(crate) async fn end(mut self) -> Checked<Vec<T>> {
        let mut results: Vec<Option<T>> = (0..self.count).map(|_| None).collect();
        while let Some(ended) = self.tasks.join_next().await {
            let (index, result) = ended.map_err(died)?;
            results[index] = Some(result?);
        }
        Ok(results.into_iter().flatten().collect())
    }
}

/// What is told of a task that panicked.
pub(crate) fn died(error: JoinError) -> Failure {
    Failure(format!("a task panicked: {error}"))
}
