//! A pool of connections that read.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::failure::{Fault, RUNTIME_GONE};
use crate::link::{Connector, Link, Purpose};

/// Connections for one purpose, made when they are needed.
pub(crate) struct Pool {
    connector: Connector,
    purpose: Purpose,
    permits: Arc<Semaphore>,
    idle: Arc<Idle>,
}

/// The connections that nobody uses.
#[derive(Default)]
struct Idle(Mutex<Vec<Link>>);

impl Idle {
    fn links(&self) -> MutexGuard<'_, Vec<Link>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, link: Link, permits: &Semaphore) {
        if !link.is_closed() && !permits.is_closed() {
            self.links().push(link);
        }
    }
}

/// A connection that is lent; it goes back when it is dropped.
pub(crate) struct Lent<'p> {
    pool: &'p Pool,
    link: Option<Link>,
    /// Whether it was used before, so that the server may have closed it.
    pub(crate) used: bool,
    /// Whether an answer is still to come, unless the borrower says otherwise.
    asked: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    pub(crate) fn new(connector: Connector, purpose: Purpose, most: usize) -> Self {
        Self { connector, purpose, permits: Arc::new(Semaphore::new(most.max(1))), idle: Arc::default() }
    }

    /// A connection; waits for one where all are in use.
    pub(crate) async fn link(&self) -> Result<Lent<'_>, Fault> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Fault::Closed)?;
        let idle = {
            let mut idle = self.idle.links();
            idle.retain(|link| !link.is_closed());
            idle.pop()
        };
        if let Some(link) = idle {
            return Ok(Lent { pool: self, link: Some(link), used: true, asked: true, permit: Some(permit) });
        }
        let (link, permit) = self.connect(permit).await?;
        Ok(Lent { pool: self, link: Some(link), used: false, asked: true, permit: Some(permit) })
    }

    /// Makes a connection, which comes to the idle ones if nobody waits for it
    /// any more; until then it holds its permit, so that those who come and go
    /// do not make more and more of them.
    async fn connect(&self, permit: OwnedSemaphorePermit) -> Result<(Link, OwnedSemaphorePermit), Fault> {
        let (connector, purpose) = (self.connector.clone(), self.purpose);
        let (permits, idle) = (Arc::clone(&self.permits), Arc::clone(&self.idle));
        let (sender, receiver) = oneshot::channel();
        self.connector.runtime.spawn(async move {
            let made = connector.connect_here(purpose).await;
            if let Err(Ok((link, _permit))) = sender.send(made.map(|link| (link, permit))) {
                idle.put(link, &permits);
            }
        });
        receiver.await.unwrap_or_else(|_| Err(Fault::Connect(RUNTIME_GONE.to_owned())))
    }

    /// Closes the connections that nobody uses; the others close when they
    /// come back. Nobody gets one any more.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.links().clear();
    }

    /// Closes the connections that nobody uses: the server went away.
    pub(crate) fn forget(&self) {
        self.idle.links().clear();
    }
}

impl Deref for Lent<'_> {
    type Target = Link;

    fn deref(&self) -> &Link {
        self.link.as_ref().unwrap_or_else(|| unreachable!("a connection is lent until it is dropped"))
    }
}

impl Lent<'_> {
    /// Everything that was asked was answered.
    pub(crate) fn answered(&mut self) {
        self.asked = false;
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(link) = self.link.take() else { return };
        if !self.asked {
            self.pool.idle.put(link, &self.pool.permits);
            return;
        }
        // Its borrower went away in the middle. The next one would wait for
        // the answers to the questions of all before, so the connection, with
        // its permit, stays away until it has none to give.
        let (permit, permits, idle) =
            (self.permit.take(), Arc::clone(&self.pool.permits), Arc::clone(&self.pool.idle));
        self.pool.connector.runtime.spawn(async move {
            if link.run("").await.is_ok() {
                idle.put(link, &permits);
            }
            drop(permit);
        });
    }
}

/// Reads with a connection of the pool; once more with a new one where the
/// server had closed an idle one meanwhile.
macro_rules! reading {
    ($pool:expr, |$link:ident| $read:expr) => {{
        let pool: &$crate::readers::Pool = $pool;
        let mut again = true;
        loop {
            let mut lent = match pool.link().await {
                Ok(lent) => lent,
                Err(fault) => break Err(fault),
            };
            let $link: &$crate::link::Link = &lent;
            let read = $read.await;
            lent.answered();
            match read {
                Err(fault) if again && lent.used && fault.class() == $crate::failure::Class::Lost => {
                    again = false;
                    pool.forget();
                }
                result => break result,
            }
        }
    }};
}
pub(crate) use reading;
