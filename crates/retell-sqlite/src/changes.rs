//! Changes of records on their way to the writer.
//!
//! They go through the one connection that writes, beside the commits: two
//! connections would wait for each other's lock, and a change shares the sync
//! of the commits that are stored with it.

use std::sync::{Arc, PoisonError, RwLock};

use retell_store::{Expect, Fence, RecordError, RecordKey, Revision};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::failure::CLOSED;

/// The most changes that wait, and the most bytes in them.
const WAITING: usize = 1_024;
const WAITING_BYTES: usize = 64 << 20;

/// The most changes in a transaction, and the bytes after which it takes no more.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 4 << 20;

/// A change of a record that waits for its answer.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) key: RecordKey,
    /// The new value; nothing deletes the record.
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) expect: Expect,
    pub(crate) fence: Option<Fence>,
    reply: Option<Reply>,
}

/// The answer to a change: the new revision, or nothing where the record was deleted.
pub(crate) type Changed = Result<Option<Revision>, RecordError>;

#[derive(Debug)]
struct Reply {
    sender: oneshot::Sender<Changed>,
    _room: OwnedSemaphorePermit,
}

/// The callers' end of the queue.
#[derive(Debug)]
pub(crate) struct Changer {
    sender: RwLock<Option<mpsc::Sender<Change>>>,
    bytes: Arc<Semaphore>,
}

/// The writer's end of the queue.
#[derive(Debug)]
pub(crate) struct Changes(mpsc::Receiver<Change>);

pub(crate) fn queue() -> (Changer, Changes) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let bytes = Arc::new(Semaphore::new(WAITING_BYTES));
    (Changer { sender: RwLock::new(Some(sender)), bytes }, Changes(receiver))
}

impl Change {
    pub(crate) fn new(key: RecordKey, value: Option<Vec<u8>>, expect: Expect, fence: Option<Fence>) -> Self {
        Self { key, value, expect, fence, reply: None }
    }

    /// Answers the caller. A caller that no longer waits is no error.
    pub(crate) fn answer(self, result: Changed) {
        if let Some(reply) = self.reply {
            let _gone = reply.sender.send(result);
        }
    }

    fn bytes(&self) -> usize {
        self.value.as_ref().map_or(0, Vec::len) + self.key.as_str().len() + 256
    }
}

impl Changer {
    /// Hands a change in, waits for room and for the answer.
    pub(crate) async fn submit(&self, mut change: Change) -> Changed {
        let stopped = || RecordError::Stopped { reason: CLOSED.to_owned() };
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(sender) = sender else { return Err(stopped()) };
        let weight = u32::try_from(change.bytes()).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.bytes).acquire_many_owned(weight).await.map_err(|_| stopped())?;
        let (reply, answer) = oneshot::channel();
        change.reply = Some(Reply { sender: reply, _room: room });
        sender.send(change).await.map_err(|_| stopped())?;
        drop(sender);
        answer.await.unwrap_or_else(|_| {
            Err(RecordError::Stopped {
                reason: "the writer ended without an answer: read the record again".to_owned(),
            })
        })
    }

    /// Takes nothing further in; what was taken in is still done.
    pub(crate) fn close(&self) {
        self.sender.write().unwrap_or_else(PoisonError::into_inner).take();
        self.bytes.close();
    }
}

impl Changes {
    /// Waits for changes; nothing means that nothing can come any more. Loses
    /// nothing when it is dropped.
    pub(crate) async fn next(&mut self) -> Option<Vec<Change>> {
        let first = self.0.recv().await?;
        let mut bytes = first.bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Ok(next) = self.0.try_recv() else { break };
            bytes += next.bytes();
            batch.push(next);
        }
        Some(batch)
    }

    pub(crate) fn close(&mut self) {
        self.0.close();
    }
}
