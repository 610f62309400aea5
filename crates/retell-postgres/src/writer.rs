//! The task that writes: takes what waits, stores it in one transaction,
//! answers, and finds the server again after it was lost.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use retell_store::queue::{Batch, Intake, Pending};
use retell_store::{CheckedCommit, CommitId, Committed, HeadSignal, Position};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::answer;
use crate::batch::{Failed, Terms, uuid};
use crate::failure::{Class, Fault, RUNTIME_GONE};
use crate::judge::{Judged, Place, Verdict, judge};
use crate::link::{Connector, Link, Purpose};
use crate::readers::Pool;

/// Why a writer has ended before it was closed; empty while it has not.
pub(crate) type StopReason = Arc<OnceLock<String>>;

/// The pauses between attempts to find the server again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The writer of a handle.
pub(crate) struct Writer {
    pub(crate) connector: Connector,
    pub(crate) terms: Arc<Terms>,
    pub(crate) link: Option<Link>,
    pub(crate) readers: Arc<Pool>,
    pub(crate) signal: Arc<HeadSignal>,
    pub(crate) stopped: StopReason,
    pub(crate) patience: Duration,
    /// Whether the server was not found for a whole patience: then nobody
    /// waits for it any more, until it is back.
    pub(crate) outage: bool,
    /// Answers that are still being read.
    pub(crate) answers: JoinSet<()>,
}

/// The commits of a transaction of which it is unknown whether it was stored.
type Doubts = HashMap<CommitId, Committed>;

impl Writer {
    /// Writes until the queue is closed and empty.
    pub(crate) async fn run(mut self, mut intake: Intake, _alive: watch::Receiver<()>) {
        let mut guard = EndGuard { stopped: Arc::clone(&self.stopped), ended: false };
        while let Some(batch) = intake.next().await {
            self.store(batch).await;
            while self.answers.try_join_next().is_some() {}
        }
        while self.answers.join_next().await.is_some() {}
        guard.ended = true;
    }

    /// Stores what can be stored, and answers everyone.
    async fn store(&mut self, batch: Batch) {
        let Some(batch) = self.store_together(batch).await else { return };
        tracing::warn!("something in the batch cannot be stored: now one by one");
        for pending in batch {
            // Alone it is never given back.
            let _none = self.store_together(vec![pending]).await;
        }
    }

    /// Gives the batch back where one of it, and nothing else, is in the way.
    async fn store_together(&mut self, mut batch: Batch) -> Option<Batch> {
        let deadline = Instant::now() + self.patience;
        let mut doubts = Doubts::new();
        let mut pause = FIRST_PAUSE;
        loop {
            let fault = match self.attempt(&mut batch, &mut doubts).await {
                Ok(()) => return None,
                Err(fault) => fault,
            };
            tracing::warn!(error = %fault, in_doubt = doubts.len(), "a batch was not stored");
            match fault.class() {
                Class::Refused if batch.len() > 1 && doubts.is_empty() => return Some(batch),
                Class::Lost => self.link = None,
                // Someone else may be the primary by now.
                Class::Unwritable => {
                    self.link = None;
                    fail(batch, &fault, &doubts);
                    return None;
                }
                Class::Busy | Class::Broken | Class::Refused => {
                    fail(batch, &fault, &doubts);
                    return None;
                }
            }
            if self.outage || Instant::now() + pause >= deadline {
                self.outage = true;
                fail(batch, &fault, &doubts);
                return None;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One attempt. What is answered is taken out of the batch.
    async fn attempt(&mut self, batch: &mut Batch, doubts: &mut Doubts) -> Result<(), Fault> {
        let link = match self.link.take() {
            Some(link) if !link.is_closed() => link,
            _ => self.connector.connect(Purpose::Write).await?,
        };
        self.outage = false;
        let link = self.link.insert(link);
        if !doubts.is_empty() {
            let ids: Vec<_> = doubts.keys().copied().map(uuid).collect();
            let found = self.terms.look_up(link, &ids).await?;
            let doubts = std::mem::take(doubts);
            self.answer_found(batch, found, &doubts);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let commits: Vec<&CheckedCommit> = batch.iter().map(|pending| &pending.commit).collect();
        let link = match &self.link {
            Some(link) => link,
            None => return Err(Fault::Program("the connection was let go".to_owned())),
        };
        let locked = match self.terms.ground(link, &self.terms.begin, &commits).await {
            Ok(locked) => locked,
            Err(fault) => {
                self.roll_back().await;
                return Err(fault);
            }
        };
        let Judged { verdicts, columns, tail } = judge(&commits, locked.ground, self.terms.clock.now());
        if columns.is_empty() {
            drop((commits, columns));
            self.roll_back().await;
            self.answer(std::mem::take(batch), verdicts, None);
            return Ok(());
        }
        let stored = self.terms.store(link, &columns, tail).await;
        drop((commits, columns));
        let unreplicated = match stored {
            Ok(()) => false,
            Err(Failed::Unreplicated) => true,
            Err(Failed::NotStored(fault)) => {
                self.roll_back().await;
                return Err(fault);
            }
            Err(Failed::Unknown(fault)) => {
                doubts.extend(verdicts.into_iter().filter_map(|verdict| match verdict {
                    Verdict::Accepted(committed) => Some((committed.id, committed)),
                    _ => None,
                }));
                self.link = None;
                // Whatever it was, only a look at the ids tells.
                return Err(Fault::Connect(format!("the connection was lost at the commit: {fault}")));
            }
        };
        self.signal.raise(Position::new(tail.position));
        self.answer(std::mem::take(batch), verdicts, unreplicated.then_some(UNREPLICATED));
        Ok(())
    }

    /// Lets the lock go, where it is still held.
    async fn roll_back(&mut self) {
        if let Some(link) = &self.link
            && (link.is_closed()
                || !matches!(tokio::time::timeout(ROLLBACK, link.run("ROLLBACK")).await, Ok(Ok(()))))
        {
            self.link = None;
        }
    }

    fn answer(&mut self, batch: Batch, verdicts: Vec<Verdict>, doubtful: Option<&str>) {
        for (pending, verdict) in batch.into_iter().zip(verdicts) {
            match (verdict, doubtful) {
                (Verdict::Accepted(_), Some(reason)) => pending.answer_unknown(reason),
                (Verdict::Accepted(committed), None) => pending.answer(Ok(committed)),
                (Verdict::Repeated(place), _) => self.answer_repeated(pending, place),
                (Verdict::Refused(standing), _) => {
                    let readers = Arc::clone(&self.readers);
                    self.answers.spawn(async move {
                        let error = answer::refused(&readers, &pending.commit, standing).await;
                        pending.answer(Err(error));
                    });
                }
            }
        }
    }

    fn answer_repeated(&mut self, pending: Pending, place: Place) {
        let readers = Arc::clone(&self.readers);
        self.answers.spawn(async move {
            let answer = answer::repeated(&readers, &pending.commit, place).await;
            pending.answer(answer);
        });
    }

    /// Answers what was found to be stored after all; leaves the others in the batch.
    fn answer_found(&mut self, batch: &mut Batch, found: Vec<(CommitId, Place)>, doubts: &Doubts) {
        let found: HashMap<CommitId, Place> = found.into_iter().collect();
        for pending in std::mem::take(batch) {
            match (found.get(&pending.commit.id()), doubts.get(&pending.commit.id())) {
                (Some(place), Some(committed)) if place.first == committed.first.get() => {
                    self.signal.raise(committed.last);
                    pending.answer(Ok(committed.clone()));
                }
                (Some(place), _) => self.answer_repeated(pending, *place),
                (None, _) => batch.push(pending),
            }
        }
    }
}

const ROLLBACK: Duration = Duration::from_secs(5);

const UNREPLICATED: &str = "the server stored it, and warned while it did: a standby may not have it";

/// Answers a batch that was not stored, or of which that is unknown.
fn fail(batch: Batch, fault: &Fault, doubts: &Doubts) {
    for pending in batch {
        if doubts.contains_key(&pending.commit.id()) {
            pending.answer_unknown(&fault.to_string());
        } else {
            pending.answer(Err(fault.not_stored()));
        }
    }
}

/// Tells whoever comes later that the writer is gone.
struct EndGuard {
    stopped: StopReason,
    ended: bool,
}

impl Drop for EndGuard {
    fn drop(&mut self) {
        if !self.ended {
            let reason = match std::thread::panicking() {
                true => "the writer panicked",
                false => RUNTIME_GONE,
            };
            let _known = self.stopped.set(reason.to_owned());
        }
    }
}
