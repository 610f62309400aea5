//! Learns of the commits of other processes.
//!
//! Polling is the truth: at every interval the head is read. A notification
//! only makes the next look come sooner; what it says is not believed, so one
//! that is lost, late or forged does no harm.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use retell_store::HeadSignal;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::failure::Fault;
use crate::link::{Connector, Link};
use crate::reader::head;
use crate::readers::{Pool, reading};

/// A task that looks how far the log reaches. It starts when someone watches
/// first, and ends with the store.
pub(crate) struct Watcher {
    connector: Connector,
    readers: Arc<Pool>,
    interval: Duration,
    /// The channel to listen on, if that is wanted.
    channel: Option<String>,
    started: AtomicBool,
    /// Dropped or changed when the task is to end.
    stop: watch::Sender<bool>,
}

/// After how long to try again to listen, when that failed.
const AGAIN: Duration = Duration::from_secs(1);

impl Watcher {
    pub(crate) fn new(
        connector: Connector,
        readers: Arc<Pool>,
        interval: Duration,
        channel: Option<String>,
    ) -> Self {
        let (started, stop) = (AtomicBool::new(false), watch::Sender::new(false));
        Self { connector, readers, interval, channel, started, stop }
    }

    /// Starts watching, unless that was done.
    pub(crate) fn start(&self, signal: &Arc<HeadSignal>) {
        if self.started.swap(true, Ordering::AcqRel) {
            return;
        }
        let bell = Arc::new(Notify::new());
        let look = Look {
            readers: Arc::clone(&self.readers),
            interval: self.interval,
            signal: Arc::downgrade(signal),
            bell: Arc::clone(&bell),
        };
        let mut stop = self.stop.subscribe();
        self.connector.runtime.spawn(async move {
            tokio::select! {
                _ = stop.wait_for(|asked| *asked) => {}
                () = look.run() => {}
            }
        });
        if let Some(channel) = self.channel.clone() {
            let (connector, mut stop) = (self.connector.clone(), self.stop.subscribe());
            self.connector.runtime.spawn(async move {
                tokio::select! {
                    _ = stop.wait_for(|asked| *asked) => {}
                    () = listen(connector, channel, bell) => {}
                }
            });
        }
    }

    /// Ends the tasks and waits until they are gone.
    pub(crate) async fn stop(&self) {
        self.started.store(true, Ordering::Release);
        self.stop.send_replace(true);
        self.stop.closed().await;
    }
}

struct Look {
    readers: Arc<Pool>,
    interval: Duration,
    signal: Weak<HeadSignal>,
    bell: Arc<Notify>,
}

impl Look {
    async fn run(self) {
        loop {
            match reading!(&self.readers, |link| head(link)) {
                Ok(head) => {
                    let Some(signal) = self.signal.upgrade() else { return };
                    signal.raise(head);
                }
                Err(Fault::Closed) => return,
                Err(fault) => {
                    tracing::debug!(error = %fault, "could not look for commits of other processes")
                }
            }
            // Woken by a notification, or by the clock.
            let _woken = timeout(self.interval, self.bell.notified()).await;
        }
    }
}

/// Listens, and rings the bell for every notification.
async fn listen(connector: Connector, channel: String, bell: Arc<Notify>) {
    loop {
        let begun = Instant::now();
        match subscribe(&connector, &channel, &bell).await {
            Ok(link) => {
                // What was stored while nobody listened.
                bell.notify_one();
                ended(&link).await;
                tracing::debug!("the connection that listens ended");
            }
            Err(fault) => tracing::debug!(error = %fault, "could not listen"),
        }
        sleep(AGAIN.saturating_sub(begun.elapsed()).max(AGAIN / 10)).await;
    }
}

async fn subscribe(connector: &Connector, channel: &str, bell: &Arc<Notify>) -> Result<Link, Fault> {
    let link = connector.raw(Some(Arc::clone(bell))).await?;
    // A schema's name needs no quotes but these, which keep key words apart.
    link.run(&format!("LISTEN \"{channel}\"")).await?;
    Ok(link)
}

/// Waits for the end of a connection. Asking now and then also finds out that
/// the other side has silently gone.
async fn ended(link: &Link) {
    while !link.is_closed() {
        sleep(AGAIN * 5).await;
        if !matches!(timeout(AGAIN * 5, link.run("")).await, Ok(Ok(()))) {
            return;
        }
    }
}
