//! Group commit: what engines with one writer share.
//!
//! Callers hand their commits in at the [`Submitter`] and wait for the answer;
//! the engine's writer takes all that wait from the [`Intake`] as one
//! [`Batch`], judges each commit whole, in the order of arrival, stores the
//! accepted ones in one transaction of its engine, and answers each.
//!
//! - The queue is bounded, in commits and in bytes: a commit that does not fit
//!   is refused as too busy at once, so a flood becomes refusals and not
//!   memory.
//! - A commit that was taken in runs to its end, whether its caller still
//!   waits or not.
//! - When every submitter is gone or the queue was closed, the intake hands
//!   out what is left and then ends: shutdown drains.
//! - A writer that dies leaves no caller waiting: an answer that is never
//!   given reads as outcome unknown.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{AppendError, CheckedCommit, CommitId, Committed};

/// How much may wait, and how much is stored together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// The most commits that wait.
    pub waiting: usize,
    /// The most bytes that wait.
    pub waiting_bytes: usize,
    /// The most commits in a batch.
    pub batch: usize,
    /// The bytes after which a batch takes no further commit.
    pub batch_bytes: usize,
}

impl Default for QueueLimits {
    /// 4,096 commits or 64 MiB wait; 512 commits or 4 MiB make a batch.
    fn default() -> Self {
        Self { waiting: 4_096, waiting_bytes: 64 << 20, batch: 512, batch_bytes: 4 << 20 }
    }
}

/// The callers' end of the queue.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// Taken out when the queue is closed, so that the intake sees its end.
    sender: Arc<RwLock<Option<mpsc::Sender<Pending>>>>,
    bytes: Arc<Semaphore>,
}

/// The writer's end of the queue.
#[derive(Debug)]
pub struct Intake {
    receiver: mpsc::Receiver<Pending>,
    limits: QueueLimits,
    held: Option<Pending>,
}

/// A commit that waits for its answer.
#[derive(Debug)]
pub struct Pending {
    /// The commit.
    pub commit: CheckedCommit,
    reply: oneshot::Sender<Result<Committed, AppendError>>,
    _room: OwnedSemaphorePermit,
}

/// Commits to be stored together, in the order of arrival.
pub type Batch = Vec<Pending>;

/// A queue with these limits.
#[must_use]
pub fn queue(limits: QueueLimits) -> (Submitter, Intake) {
    let (sender, receiver) = mpsc::channel(limits.waiting.max(1));
    let bytes = Arc::new(Semaphore::new(limits.waiting_bytes.min(Semaphore::MAX_PERMITS)));
    let submitter = Submitter { sender: Arc::new(RwLock::new(Some(sender))), bytes };
    (submitter, Intake { receiver, limits, held: None })
}

impl Submitter {
    /// Hands a commit in and waits for its answer. The commit is taken in
    /// when this is first polled; dropping the future after that does not
    /// take it back.
    ///
    /// # Errors
    /// [`AppendError::TooBusy`] when the queue is full,
    /// [`AppendError::Stopped`] when it was closed, or the writer's answer.
    pub async fn submit(&self, commit: CheckedCommit) -> Result<Committed, AppendError> {
        let id = commit.id();
        let answer = self.enter(commit)?;
        answer.await.unwrap_or_else(|_| Err(unknown(id, "the writer ended without an answer")))
    }

    fn enter(
        &self,
        commit: CheckedCommit,
    ) -> Result<oneshot::Receiver<Result<Committed, AppendError>>, AppendError> {
        let stopped = || AppendError::Stopped { reason: "the store was closed".to_owned() };
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = sender.as_ref() else { return Err(stopped()) };
        // A commit weighs its bytes and a flat share for what surrounds it.
        let weight = u32::try_from(commit.bytes() + 256).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.bytes).try_acquire_many_owned(weight) else {
            return Err(AppendError::TooBusy { reason: "too many bytes wait to be stored".to_owned() });
        };
        let (reply, answer) = oneshot::channel();
        match sender.try_send(Pending { commit, reply, _room: room }) {
            Ok(()) => Ok(answer),
            Err(mpsc::error::TrySendError::Full(_)) => {
                let waiting = sender.max_capacity();
                Err(AppendError::TooBusy { reason: format!("{waiting} commits wait to be stored") })
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(stopped()),
        }
    }

    /// Takes nothing further in; what was taken in is still stored.
    pub fn close(&self) {
        self.sender.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// How many commits wait, for metrics.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }
}

impl Intake {
    /// Waits, blocking the thread, for the next batch; nothing means that
    /// everything is stored and nothing can come any more.
    pub fn next_blocking(&mut self) -> Option<Batch> {
        let first = match self.held.take() {
            Some(pending) => pending,
            None => self.receiver.blocking_recv()?,
        };
        Some(self.gather(first))
    }

    /// Waits for the next batch; nothing means that everything is stored and
    /// nothing can come any more. Loses nothing when it is dropped.
    pub async fn next(&mut self) -> Option<Batch> {
        let first = match self.held.take() {
            Some(pending) => pending,
            None => self.receiver.recv().await?,
        };
        Some(self.gather(first))
    }

    /// Takes nothing further in from here on, and lets what waits drain.
    pub fn close(&mut self) {
        self.receiver.close();
    }

    fn gather(&mut self, first: Pending) -> Batch {
        let mut bytes = first.commit.bytes();
        let mut batch = vec![first];
        while batch.len() < self.limits.batch.max(1) && bytes < self.limits.batch_bytes {
            let Ok(next) = self.receiver.try_recv() else { break };
            if bytes + next.commit.bytes() > self.limits.batch_bytes {
                self.held = Some(next);
                break;
            }
            bytes += next.commit.bytes();
            batch.push(next);
        }
        batch
    }
}

impl Pending {
    /// Answers the caller. A caller that no longer waits is no error.
    pub fn answer(self, result: Result<Committed, AppendError>) {
        let _gone = self.reply.send(result);
    }

    /// Answers that it is unknown whether the commit was stored.
    pub fn answer_unknown(self, reason: &str) {
        let error = unknown(self.commit.id(), reason);
        self.answer(Err(error));
    }
}

fn unknown(commit: CommitId, reason: &str) -> AppendError {
    AppendError::OutcomeUnknown { commit, reason: reason.to_owned() }
}
