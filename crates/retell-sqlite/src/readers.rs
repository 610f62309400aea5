//! The connections that read: some for the caller's own thread, two with
//! threads of their own.
//!
//! Handing a read to another thread costs more than a short read does, and
//! someone who reads a write-ahead log never waits for the writer. So a short
//! read is done where it is asked for; whatever takes longer, or would wait,
//! goes to a reader thread, so that the caller's runtime is not held up.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::failure::{Class, Fault};
use crate::reader::Reader;
use crate::source::Source;

/// The most connections for callers' own threads.
const MOST_IDLE: usize = 8;

/// The most reader threads.
const MOST_THREADS: usize = 2;

type Job = Box<dyn FnOnce(Result<&mut Reader, Fault>) + Send>;

/// The connections that read.
#[derive(Debug)]
pub(crate) struct Readers {
    shared: Arc<Shared>,
    /// Watched by every thread, so that their end can be waited for.
    threads: watch::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    source: Source,
    patience: Duration,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Reader>,
    /// How many there are for callers' threads, idle or in use.
    opened: usize,
    jobs: VecDeque<Job>,
    threads: usize,
    waiting: usize,
    closed: bool,
}

/// Why a read was not done.
#[derive(Debug)]
pub(crate) enum Undone {
    Fault(Fault),
    Closed,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("opened", &self.opened)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Readers {
    /// With a first connection, for callers' threads.
    pub(crate) fn new(source: Source, patience: Duration, first: Reader) -> Self {
        let state = State { idle: vec![first], opened: 1, ..State::default() };
        let shared = Shared { source, patience, state: Mutex::new(state), wake: Condvar::new() };
        Self { shared: Arc::new(shared), threads: watch::Sender::new(()) }
    }

    /// Reads on the caller's thread, which must be short; nothing where that
    /// would wait: the caller then asks a reader thread.
    pub(crate) fn here<T>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, Fault>,
    ) -> Result<Option<T>, Undone> {
        let Some(mut lease) = Lease::take(&self.shared)? else { return Ok(None) };
        let result = match &mut lease.reader {
            Some(reader) => read(reader),
            None => return Ok(None),
        };
        match result {
            Ok(value) => Ok(Some(value)),
            Err(fault) if fault.class() == Class::Busy => Ok(None),
            Err(fault) => {
                // What a connection holds after a failed read is not trusted.
                lease.reader = None;
                Err(Undone::Fault(fault))
            }
        }
    }

    /// Reads on a reader thread.
    pub(crate) async fn elsewhere<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Undone> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |reader| {
            // Whoever no longer waits needs no answer.
            if !reply.is_closed() {
                let _gone = reply.send(reader.and_then(read));
            }
        });
        self.enqueue(job)?;
        match answer.await {
            Ok(result) => result.map_err(Undone::Fault),
            Err(_) if self.shared.state().closed => Err(Undone::Closed),
            Err(_) => Err(Undone::Fault(Fault::Program("the reader panicked".to_owned()))),
        }
    }

    fn enqueue(&self, job: Job) -> Result<(), Undone> {
        let mut state = self.shared.state();
        if state.closed {
            return Err(Undone::Closed);
        }
        state.jobs.push_back(job);
        if state.waiting < state.jobs.len() && state.threads < MOST_THREADS {
            let (shared, alive) = (Arc::clone(&self.shared), self.threads.subscribe());
            let name = format!("retell-read-{}", state.threads + 1);
            match thread::Builder::new().name(name).spawn(move || work(&shared, &alive)) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    state.jobs.pop_back();
                    return Err(Undone::Fault(Fault::Program(format!("no thread to read with: {error}"))));
                }
                Err(_) => {}
            }
        }
        drop(state);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Takes no further reads and closes what is not in use.
    pub(crate) fn close(&self) {
        let mut state = self.shared.state();
        state.closed = true;
        let (idle, jobs) = (std::mem::take(&mut state.idle), std::mem::take(&mut state.jobs));
        drop(state);
        drop((idle, jobs));
        self.shared.wake.notify_all();
    }

    /// Waits until no reader thread is left.
    pub(crate) async fn closed(&self) {
        self.threads.closed().await;
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job; nothing means that the readers were closed.
    fn job(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state.waiting += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}

/// What a reader thread does.
fn work(shared: &Shared, _alive: &watch::Receiver<()>) {
    let mut kept = None;
    while let Some(job) = shared.job() {
        let reader = kept.take().map_or_else(|| Reader::open(&shared.source, shared.patience), Ok);
        // A connection that a panic went through is not trusted.
        kept = match reader {
            Ok(mut reader) => {
                catch_unwind(AssertUnwindSafe(|| job(Ok(&mut reader)))).is_ok().then_some(reader)
            }
            Err(fault) => {
                job(Err(fault));
                None
            }
        };
    }
}

/// A connection on loan to a caller's thread.
struct Lease<'a> {
    shared: &'a Shared,
    reader: Option<Reader>,
}

impl<'a> Lease<'a> {
    fn take(shared: &'a Shared) -> Result<Option<Self>, Undone> {
        let mut state = shared.state();
        if state.closed {
            return Err(Undone::Closed);
        }
        if let Some(reader) = state.idle.pop() {
            return Ok(Some(Self { shared, reader: Some(reader) }));
        }
        if state.opened >= MOST_IDLE {
            return Ok(None);
        }
        state.opened += 1;
        drop(state);
        let mut lease = Self { shared, reader: None };
        match Reader::open(&shared.source, Duration::ZERO) {
            Ok(reader) => lease.reader = Some(reader),
            Err(fault) if fault.class() == Class::Busy => return Ok(None),
            Err(fault) => return Err(Undone::Fault(fault)),
        }
        Ok(Some(lease))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        match self.reader.take() {
            Some(reader) if !state.closed && !thread::panicking() => state.idle.push(reader),
            _ => state.opened -= 1,
        }
    }
}
