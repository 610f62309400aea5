//! Learns of the commits of other processes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use retell_store::{HeadSignal, Position};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::failure::Fault;
use crate::reader;
use crate::source::Source;

/// A thread that looks, at every interval, whether the file was changed, and
/// tells how far the log reaches. It starts when someone watches first.
#[derive(Debug)]
pub(crate) struct Watcher {
    source: Source,
    interval: Duration,
    stop: Arc<Stop>,
    started: Mutex<bool>,
    threads: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Stop {
    asked: Mutex<bool>,
    bell: Condvar,
}

impl Watcher {
    pub(crate) fn new(source: Source, interval: Duration) -> Self {
        let (stop, started) = (Arc::default(), Mutex::new(false));
        Self { source, interval, stop, started, threads: watch::Sender::new(()) }
    }

    /// Starts watching, unless that was done.
    pub(crate) fn start(&self, signal: &Arc<HeadSignal>) {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        if *started {
            return;
        }
        let (source, signal, stop) = (self.source.clone(), Arc::clone(signal), Arc::clone(&self.stop));
        let (interval, alive) = (self.interval, self.threads.subscribe());
        let spawned = thread::Builder::new()
            .name("retell-watch".to_owned())
            .spawn(move || watch_file(&source, interval, &signal, &stop, &alive));
        match spawned {
            Ok(_) => *started = true,
            // The next watcher tries again; commits of this handle are told anyway.
            Err(error) => tracing::warn!(%error, "no thread to watch for commits of other processes"),
        }
    }

    /// Asks the thread to end.
    pub(crate) fn stop(&self) {
        *self.started.lock().unwrap_or_else(PoisonError::into_inner) = true;
        *self.stop.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
    }

    /// Waits until the thread has ended.
    pub(crate) async fn stopped(&self) {
        self.threads.closed().await;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Stop {
    /// Waits for an interval; tells whether to go on.
    fn pause(&self, interval: Duration) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(asked, interval, |asked| !*asked);
        let (asked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !*asked
    }
}

fn watch_file(
    source: &Source,
    interval: Duration,
    signal: &HeadSignal,
    stop: &Stop,
    _alive: &watch::Receiver<()>,
) {
    let mut connection = None;
    let mut seen = None;
    loop {
        match look(source, interval, &mut connection, &mut seen) {
            Ok(Some(head)) => signal.raise(head),
            Ok(None) => {}
            Err(fault) => {
                tracing::debug!(error = %fault, "could not look for commits of other processes");
                (connection, seen) = (None, None);
            }
        }
        if !stop.pause(interval) {
            return;
        }
    }
}

/// The head, if the file was changed since the last look.
fn look(
    source: &Source,
    interval: Duration,
    connection: &mut Option<Connection>,
    seen: &mut Option<i64>,
) -> Result<Option<Position>, Fault> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(source.reader(interval)?),
    };
    let version: i64 = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
    if *seen == Some(version) {
        return Ok(None);
    }
    let head = reader::head(connection)?;
    *seen = Some(version);
    Ok(Some(head))
}
