//! Following the log: catch up, then wait for what is new.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{EventStore, Page, PageLimit, Position, Query, ReadError, ReadLog};

/// The engine's side of a [`HeadWatch`]: tells its watchers that there is more.
#[derive(Debug)]
pub struct HeadSignal(watch::Sender<Known>);

/// What watchers are told.
#[derive(Debug, Clone, Copy)]
struct Known {
    head: Position,
    closed: bool,
}

impl HeadSignal {
    /// A signal that shows this position.
    #[must_use]
    pub fn new(head: Position) -> Self {
        Self(watch::Sender::new(Known { head, closed: false }))
    }

    /// Tells that the log reaches at least to this position; an older position
    /// tells nothing.
    pub fn raise(&self, head: Position) {
        self.0.send_if_modified(|known| {
            let more = head > known.head;
            known.head = head.max(known.head);
            more
        });
    }

    /// Tells that the store was closed: whoever waits need not wait any longer.
    /// Dropping the signal tells the same.
    pub fn close(&self) {
        self.0.send_modify(|known| known.closed = true);
    }

    /// A watch on this signal.
    #[must_use]
    pub fn watch(&self) -> HeadWatch {
        HeadWatch(self.0.subscribe())
    }
}

/// Watches the end of the log. A hint: the position may be behind the truth
/// for as long as the engine's
/// [`follow_latency`](crate::Capabilities::follow_latency), never before it.
#[derive(Debug, Clone)]
pub struct HeadWatch(watch::Receiver<Known>);

impl HeadWatch {
    /// The newest position that is known of.
    #[must_use]
    pub fn latest(&self) -> Position {
        self.0.borrow().head
    }

    /// Waits until the log reaches beyond this position.
    ///
    /// # Errors
    /// [`ReadError::Stopped`] when the store was closed.
    pub async fn beyond(&mut self, position: Position) -> Result<Position, ReadError> {
        let known = self.0.wait_for(|known| known.head > position || known.closed).await;
        match known.map(|known| *known) {
            Ok(known) if known.head > position => Ok(known.head),
            _ => Err(ReadError::Stopped { reason: "the store was closed".to_owned() }),
        }
    }
}

/// Follows the log from a position: first what is there, then what comes.
///
/// Events come in order and each once, for as long as the subscription lives;
/// whoever stores the position it has handled, and begins after it the next
/// time, gets every event at least once. It reads when it is asked, so a slow
/// follower holds nobody up; dropping it frees all that it holds.
///
/// ```
/// # use std::sync::Arc;
/// # use retell_store::{MemoryStore, Position, Query, ReadError, Subscription};
/// # async fn follow() -> Result<(), ReadError> {
/// let store = Arc::new(MemoryStore::new());
/// let mut events = Subscription::new(store, Query::category("ticket"), Position::START);
/// loop {
///     let page = events.next().await?; // waits until there is something
///     for event in page.iter() {
///         println!("{} {}", event.stream(), event.event_type());
///     }
///     // store events.position() together with what was made of the page
/// }
/// # }
/// ```
pub struct Subscription {
    store: Arc<dyn EventStore>,
    watch: HeadWatch,
    read: ReadLog,
}

impl Subscription {
    /// Follows the events that match, after this position.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>, query: Query, after: Position) -> Self {
        let watch = store.watch();
        Self { store, watch, read: ReadLog::new().matching(query).after(after) }
    }

    /// Reads pages of at most this much.
    #[must_use]
    pub fn limit(mut self, limit: PageLimit) -> Self {
        self.read.limit = limit;
        self
    }

    /// The position up to which the log was delivered, or looked through
    /// without a match.
    #[must_use]
    pub fn position(&self) -> Position {
        self.read.after
    }

    /// The next page, which holds at least one event; waits until there is one.
    /// A call that is dropped while it waits has taken nothing.
    ///
    /// # Errors
    /// [`ReadError`]; the next call goes on from the same place.
    pub async fn next(&mut self) -> Result<Page, ReadError> {
        loop {
            let known = self.watch.latest();
            if let Some(page) = self.try_next().await? {
                return Ok(page);
            }
            self.watch.beyond(known.max(self.read.after)).await?;
        }
    }

    /// The next page, or nothing when everything was delivered.
    ///
    /// # Errors
    /// [`ReadError`]; the next call goes on from the same place.
    pub async fn try_next(&mut self) -> Result<Option<Page>, ReadError> {
        loop {
            let page = self.store.read_log(self.read.clone()).await?;
            self.read.after = self.read.after.max(page.covered);
            if !page.is_empty() {
                return Ok(Some(page));
            }
            if !page.more {
                return Ok(None);
            }
        }
    }
}
