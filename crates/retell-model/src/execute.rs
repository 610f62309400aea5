//! Carrying a command out.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use retell_store::{AppendError, CommandRecord, CommitId, Committed, InvalidCommit, Version};
use tracing::Instrument;

use crate::lanes::pause;
use crate::request::{Request, expected, request_setters};
use crate::{
    Aggregate, Command, Conflict, Done, ExecuteError, Id, LoadError, Loaded, Recorded, Repository, Verdict,
};

/// A command that is about to be carried out: say who asks and why, then
/// await it. Nothing happens before.
#[must_use = "a command does nothing until it is awaited"]
pub struct Execute<'r, A: Aggregate, C> {
    repository: &'r Repository<A>,
    id: Id<A>,
    command: C,
    request: Request,
}

impl<'r, A: Aggregate, C: Command<A>> Execute<'r, A, C> {
    pub(crate) fn new(repository: &'r Repository<A>, id: Id<A>, command: C) -> Self {
        let request = Request::new(repository.shared().clock.now());
        Self { repository, id, command, request }
    }

    request_setters!();

    pub(crate) fn id(&self) -> &Id<A> {
        &self.id
    }

    /// The name of the command for the audit, in place of its own.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.request.name = Some(name.into());
        self
    }

    async fn run(self) -> Result<Done<A>, ExecuteError<C::Refusal>> {
        if let Some(mistake) = self.request.mistake {
            return Err(mistake.into());
        }
        // The id of every attempt; only one that the caller gave can be stored already.
        let commit = self.request.commit_id.unwrap_or_else(CommitId::new);
        if self.request.commit_id.is_some()
            && let Some(done) = self.done_before(commit).await?
        {
            return Ok(done);
        }
        let shared = self.repository.shared();
        let stream = self.id.stream();
        let mut turn = shared.lanes.pass(stream).await;
        let began = shared.watch.latest();

        // 1 load, 2 rebuild; or take the state as it was seen last
        let mut attempt = match self.repository.remembered(&self.id) {
            Some(seen) => Attempt::remembered(seen),
            None => Attempt::new(self.repository.load(&self.id).await?),
        };
        loop {
            // 3 decide
            let decided = match attempt.kept.take() {
                Some(events) => Ok(events),
                None => self.decide(&attempt.now.state),
            };
            let events = match decided {
                Ok(events) if !events.is_empty() => events,
                answer => {
                    // An answer that stores nothing must not rest on a state that is over.
                    if attempt.remembered && self.repository.refresh(&self.id, &mut attempt.now).await? {
                        attempt.remembered = false;
                        continue;
                    }
                    self.repository.remember(&self.id, &attempt.now);
                    return answer.map(|_| attempt.nothing_to_do()).map_err(ExecuteError::Refused);
                }
            };
            // 4 store
            let conflict = match self.store(commit, &events, attempt.now.version).await? {
                Stored::New(committed) => {
                    let done = attempt.done(events, committed);
                    self.repository
                        .remember(&self.id, &Loaded { state: done.state.clone(), version: done.version });
                    return Ok(done);
                }
                Stored::Before => match self.done_before(commit).await? {
                    Some(done) => return Ok(done),
                    None => return Err(AppendError::from(InvalidCommit::IdTaken(commit)).into()),
                },
                Stored::Not(conflict) => conflict,
            };
            let missed = self.repository.competing(&self.id, &conflict, attempt.now.version).await?;
            if attempt.remembered && missed.first().is_some_and(|missed| missed.position <= began) {
                // Not a collision: the state was over before the command began.
                attempt.fold(missed);
                continue;
            }
            attempt.remembered = false;
            // or reconcile with what came in between
            if attempt.number >= shared.attempts {
                return Err(ExecuteError::Contended { attempts: attempt.number, conflict });
            }
            attempt.catch_up(missed);
            match self.command.reconcile(&attempt.conflict(&events)) {
                Verdict::DecideAgain => attempt.decide_again(),
                Verdict::Keep => attempt.kept = Some(events),
                Verdict::Append(events) => attempt.kept = Some(events),
                Verdict::AlreadyDone => return Ok(attempt.nothing_to_do()),
                Verdict::Refuse(reason) => return Err(ExecuteError::Refused(reason)),
            }
            match turn {
                None => turn = Some(shared.lanes.enter(stream).await),
                Some(_) => futures_timer::Delay::new(pause(commit, attempt.number)).await,
            }
            attempt.number += 1;
        }
    }

    fn decide(&self, state: &A) -> Result<Vec<A::Event>, C::Refusal> {
        let span = tracing::debug_span!("retell.decide", command = self.name());
        let _entered = span.enter();
        self.command.decide(state, &self.request.context)
    }

    fn name(&self) -> &str {
        self.request.name.as_deref().unwrap_or_else(|| self.command.name())
    }

    async fn store(
        &self,
        id: CommitId,
        events: &[A::Event],
        version: Version,
    ) -> Result<Stored, ExecuteError<C::Refusal>> {
        let name = self.name();
        let command = (!name.is_empty())
            .then(|| CommandRecord { name: name.to_owned(), content: self.command.content() });
        let commit = self.request.commit(&self.id, id, expected(version), events, command)?;
        let span = tracing::debug_span!("retell.append", stream = %self.id.stream(), events = events.len());
        match self.repository.shared().store.append(commit).instrument(span).await {
            Ok(committed) if committed.already_stored => Ok(Stored::Before),
            Ok(committed) => Ok(Stored::New(committed)),
            Err(AppendError::Conflict(conflict)) => Ok(Stored::Not(conflict)),
            // A twin of this request was faster, and decided on another state or at another time.
            Err(AppendError::Invalid(InvalidCommit::IdTaken(_))) if self.request.commit_id.is_some() => {
                Ok(Stored::Before)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What an earlier call with the same commit id has stored. The id of
    /// another command, or of a commit to another stream, is taken.
    async fn done_before(&self, id: CommitId) -> Result<Option<Done<A>>, ExecuteError<C::Refusal>> {
        let found = self.repository.shared().store.find(id).await.map_err(LoadError::from)?;
        let Some(committed) = found else { return Ok(None) };
        let taken = || Err(AppendError::from(InvalidCommit::IdTaken(id)).into());
        let Some(version) = committed.version_of(self.id.stream()) else { return taken() };
        let (mut state, mut events) = (A::default(), Vec::new());
        for recorded in self.repository.history(&self.id, Version::NONE).await? {
            if recorded.version > version {
                break;
            }
            state.apply(&recorded.event);
            if recorded.commit == id {
                if recorded.metadata.command.as_ref().map_or("", |command| &command.name) != self.name() {
                    return taken();
                }
                events.push(recorded.event);
            }
        }
        Ok(Some(Done { version, events, state, attempts: 1, commit: Some(committed) }))
    }
}

/// What came of one append.
enum Stored {
    New(Committed),
    Before,
    Not(Box<retell_store::Conflict>),
}

impl<'r, A: Aggregate, C: Command<A> + 'r> IntoFuture for Execute<'r, A, C> {
    type Output = Result<Done<A>, ExecuteError<C::Refusal>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'r>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// What one command has gone through so far.
struct Attempt<A: Aggregate> {
    number: u32,
    /// The state on which the intended events were decided, once it differs
    /// from the state now.
    then: Option<A>,
    /// All that came in between since then.
    competing: Vec<Recorded<A::Event>>,
    now: Loaded<A>,
    /// Whether the state was remembered from an earlier command, and may be over.
    remembered: bool,
    /// Events to be stored without deciding again.
    kept: Option<Vec<A::Event>>,
}

impl<A: Aggregate> Attempt<A> {
    fn new(now: Loaded<A>) -> Self {
        Self { number: 1, then: None, competing: Vec::new(), now, remembered: false, kept: None }
    }

    fn remembered(now: Loaded<A>) -> Self {
        Self { remembered: true, ..Self::new(now) }
    }

    /// Folds what a remembered state has missed.
    fn fold(&mut self, missed: Vec<Recorded<A::Event>>) {
        for missed in missed {
            self.now.state.apply(&missed.event);
            self.now.version = missed.version;
        }
        self.remembered = false;
    }

    /// Folds what came in between, and keeps the state from before it.
    fn catch_up(&mut self, missed: Vec<Recorded<A::Event>>) {
        self.then.get_or_insert_with(|| self.now.state.clone());
        for missed in missed {
            self.now.state.apply(&missed.event);
            self.now.version = missed.version;
            self.competing.push(missed);
        }
    }

    fn conflict<'a>(&'a self, intended: &'a Vec<A::Event>) -> Conflict<'a, A> {
        let (now, attempt) = (&self.now.state, self.number);
        Conflict {
            then: self.then.as_ref().unwrap_or(now),
            intended,
            competing: &self.competing,
            now,
            attempt,
        }
    }

    /// The next decision is made on the state now: nothing competes with it yet.
    fn decide_again(&mut self) {
        self.then = None;
        self.competing.clear();
    }

    fn done(mut self, events: Vec<A::Event>, committed: Committed) -> Done<A> {
        for event in &events {
            self.now.state.apply(event);
        }
        let version = self.now.version.plus(events.len() as u64);
        Done { version, events, state: self.now.state, attempts: self.number, commit: Some(committed) }
    }

    fn nothing_to_do(self) -> Done<A> {
        let Loaded { state, version } = self.now;
        Done { version, events: Vec::new(), state, attempts: self.number, commit: None }
    }
}
