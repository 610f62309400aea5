//! The thread that writes: takes what waits, stores it in one transaction,
//! answers.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use retell_store::queue::{Pending, Submitter};
use retell_store::{AppendError, HeadSignal, RecordError};
use tokio::sync::watch;

use crate::changes::Change;
use crate::checkpoint::{self, Checkpoints};
use crate::failure::{Class, Fault};
use crate::transaction::{Answers, Failed, Session};
use crate::work::{Inbox, Woken, Work};

/// Why a writer has stopped before it was closed; empty while it has not.
pub(crate) type StopReason = Arc<OnceLock<String>>;

/// How long callers may take to come back.
const LINGER: Duration = Duration::from_micros(60);

/// The writer of a handle.
#[derive(Debug)]
pub(crate) struct Writer {
    session: Session,
    checkpoints: Checkpoints,
    signal: Arc<HeadSignal>,
    stopped: StopReason,
    /// Only to see how many wait; `Writing` closes it.
    submitter: Submitter,
}

/// The writer must take nothing further: what is on the disk is in doubt.
#[derive(Debug)]
struct Stop(String);

impl Writer {
    pub(crate) fn new(
        session: Session,
        checkpoints: Checkpoints,
        signal: Arc<HeadSignal>,
        stopped: StopReason,
        submitter: Submitter,
    ) -> Self {
        Self { session, checkpoints, signal, stopped, submitter }
    }

    /// Writes until the queues are closed and empty, or until it must stop.
    pub(crate) fn run(mut self, mut inbox: Inbox, _alive: &watch::Receiver<()>) {
        let _guard = PanicGuard(Arc::clone(&self.stopped));
        match self.work(&mut inbox) {
            Ok(()) => {
                // Best effort: what is in the log is durable there too.
                if let Err(fault) = self.checkpoints.truncate(&mut self.session.connection) {
                    tracing::warn!(error = %fault, "the last checkpoint failed");
                }
            }
            Err(Stop(reason)) => {
                tracing::error!(%reason, "the writer stops");
                self.session.abandon();
                inbox.close();
                refuse(&mut inbox, &reason);
            }
        }
    }

    fn work(&mut self, inbox: &mut Inbox) -> Result<(), Stop> {
        loop {
            let patience = self.checkpoints.wants_idle().then_some(checkpoint::IDLE);
            match inbox.next(patience) {
                Woken::Work(work) => {
                    let answered = work.commits.len();
                    self.store(work)?;
                    let checked = self.checkpoints.after_commit(&self.session.connection);
                    self.unless_broken(checked.as_ref().copied())?;
                    self.session.others.give_way();
                    self.linger(answered);
                }
                Woken::Idle => {
                    let truncated = self.checkpoints.truncate(&mut self.session.connection);
                    self.unless_broken(truncated.as_ref().copied())?;
                }
                Woken::End => return Ok(()),
            }
        }
    }

    /// Callers that were answered together often come back together. Taking
    /// the first of them at once would give it a transaction, and a sync, of
    /// its own, while the others wait for it; so they get a moment.
    fn linger(&self, answered: usize) {
        if answered < 2 {
            return;
        }
        let until = Instant::now() + LINGER;
        while self.submitter.waiting() < answered && Instant::now() < until {
            thread::yield_now();
        }
    }

    /// Stores what can be stored, and answers everyone.
    fn store(&mut self, work: Work) -> Result<(), Stop> {
        let Work { commits, changes } = work;
        let _span = tracing::debug_span!(
            "batch",
            commits = commits.len(),
            bytes = commits.iter().map(|pending| pending.commit.bytes()).sum::<usize>(),
            changes = changes.len()
        )
        .entered();
        match self.session.store(&commits, &changes) {
            Ok(answers) => {
                self.answer(commits, changes, answers);
                Ok(())
            }
            Err(Failed::NotStored(fault))
                if fault.class() == Class::Refused && commits.len() + changes.len() > 1 =>
            {
                tracing::warn!(error = %fault, "something in the batch cannot be stored: now one by one");
                self.store_one_by_one(commits, changes)
            }
            Err(failed) => self.fail(commits, changes, failed),
        }
    }

    /// So that what cannot be stored fails alone.
    fn store_one_by_one(&mut self, commits: Vec<Pending>, changes: Vec<Change>) -> Result<(), Stop> {
        let mut stop = None;
        let commits = commits.into_iter().map(|commit| Work { commits: vec![commit], changes: Vec::new() });
        let changes = changes.into_iter().map(|change| Work { commits: Vec::new(), changes: vec![change] });
        for work in commits.chain(changes) {
            match &stop {
                None => stop = self.store(work).err(),
                Some(Stop(reason)) => refuse_work(work, reason),
            }
        }
        stop.map_or(Ok(()), Err)
    }

    fn answer(&self, commits: Vec<Pending>, changes: Vec<Change>, answers: Answers) {
        tracing::trace!(head = %answers.head, "committed");
        self.signal.raise(answers.head);
        for (pending, answer) in commits.into_iter().zip(answers.commits) {
            pending.answer(answer);
        }
        for (change, answer) in changes.into_iter().zip(answers.changes) {
            change.answer(answer);
        }
    }

    fn fail(&mut self, commits: Vec<Pending>, changes: Vec<Change>, failed: Failed) -> Result<(), Stop> {
        match failed {
            Failed::NotStored(fault) => {
                let goes_on = self.unless_broken(Err(&fault));
                for pending in commits {
                    pending.answer(Err(fault.not_stored()));
                }
                for change in changes {
                    change.answer(Err(fault.unchanged()));
                }
                goes_on
            }
            Failed::Unknown(fault) => {
                // Before the answers: whoever then looks a commit up here is
                // told to open the store again.
                let stop = self.stop(fault.to_string());
                for pending in commits {
                    pending.answer_unknown(&stop.0);
                }
                for change in changes {
                    let reason = format!("it is unknown whether the record was changed: {}", stop.0);
                    change.answer(Err(RecordError::Stopped { reason }));
                }
                Err(stop)
            }
        }
    }

    /// Goes on after what passes, and stops after what does not.
    fn unless_broken(&self, result: Result<(), &Fault>) -> Result<(), Stop> {
        match result {
            Err(fault) if fault.class() == Class::Broken => Err(self.stop(fault.to_string())),
            Err(fault) if self.session.is_stuck() => {
                Err(self.stop(format!("a transaction could not be rolled back after: {fault}")))
            }
            Err(fault) => {
                tracing::debug!(error = %fault, "the writer goes on");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn stop(&self, reason: String) -> Stop {
        Stop(self.stopped.get_or_init(|| reason).clone())
    }
}

/// Answers all that still waits.
fn refuse(inbox: &mut Inbox, reason: &str) {
    while let Woken::Work(work) = inbox.next(None) {
        refuse_work(work, reason);
    }
}

fn refuse_work(work: Work, reason: &str) {
    for pending in work.commits {
        pending.answer(Err(AppendError::Stopped { reason: reason.to_owned() }));
    }
    for change in work.changes {
        change.answer(Err(RecordError::Stopped { reason: reason.to_owned() }));
    }
}

/// Tells whoever comes later that the writer is gone.
struct PanicGuard(StopReason);

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if thread::panicking() {
            let _known = self.0.set("the writer panicked".to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
