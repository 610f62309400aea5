//! What the writer waits for: commits, and changes of records.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use retell_store::queue::{Batch, Intake};

use crate::changes::{Change, Changes};

/// What is done in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) commits: Batch,
    pub(crate) changes: Vec<Change>,
}

/// What the writer woke up for.
#[derive(Debug)]
pub(crate) enum Woken {
    /// There is something to do.
    Work(Work),
    /// Nothing came for as long as was waited.
    Idle,
    /// Everything is done and nothing can come any more.
    End,
}

/// The writer's ends of both queues.
#[derive(Debug)]
pub(crate) struct Inbox {
    commits: Option<Intake>,
    changes: Option<Changes>,
}

impl Work {
    pub(crate) fn len(&self) -> usize {
        self.commits.len() + self.changes.len()
    }
}

impl Inbox {
    pub(crate) fn new(commits: Intake, changes: Changes) -> Self {
        Self { commits: Some(commits), changes: Some(changes) }
    }

    /// Takes nothing further in; what waits is still handed out.
    pub(crate) fn close(&mut self) {
        if let Some(commits) = &mut self.commits {
            commits.close();
        }
        if let Some(changes) = &mut self.changes {
            changes.close();
        }
    }

    /// Waits, blocking the thread, for something to do; at most this long.
    pub(crate) fn next(&mut self, patience: Option<Duration>) -> Woken {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            let mut work = Work::default();
            match self.poll(&mut context, deadline, &mut work) {
                _ if work.len() > 0 => return Woken::Work(work),
                Wait::Timeout => return Woken::Idle,
                Wait::Ended if self.commits.is_none() && self.changes.is_none() => return Woken::End,
                Wait::Ended => {}
            }
        }
    }

    /// Waits until something is there, a queue has ended, or the time is up.
    fn poll(&mut self, context: &mut Context<'_>, deadline: Option<Instant>, work: &mut Work) -> Wait {
        let (mut commits_end, mut changes_end) = (false, false);
        {
            let mut commits = pin!(async {
                match &mut self.commits {
                    Some(intake) => intake.next().await,
                    None => std::future::pending().await,
                }
            });
            let mut changes = pin!(async {
                match &mut self.changes {
                    Some(changes) => changes.next().await,
                    None => std::future::pending().await,
                }
            });
            loop {
                match commits.as_mut().poll(context) {
                    Poll::Ready(Some(batch)) => work.commits = batch,
                    Poll::Ready(None) => commits_end = true,
                    Poll::Pending => {}
                }
                match changes.as_mut().poll(context) {
                    Poll::Ready(Some(batch)) => work.changes = batch,
                    Poll::Ready(None) => changes_end = true,
                    Poll::Pending => {}
                }
                if work.len() > 0 || commits_end || changes_end {
                    break;
                }
                match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                    None => thread::park(),
                    Some(Duration::ZERO) => return Wait::Timeout,
                    Some(left) => thread::park_timeout(left),
                }
            }
        }
        if commits_end {
            self.commits = None;
        }
        if changes_end {
            self.changes = None;
        }
        Wait::Ended
    }
}

enum Wait {
    Ended,
    Timeout,
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}
