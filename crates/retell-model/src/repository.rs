//! Aggregates in a store: load, rebuild, decide, store.

use std::fmt;
use std::sync::Arc;

use retell_store::{Clock, Conflict, EventStore, HeadWatch, ReadStream, SystemClock, Version};
use tracing::Instrument;

use crate::lanes::Lanes;
use crate::state_cache::StateCache;
use crate::{Aggregate, At, Command, Execute, ExecuteAll, Facts, Id, LoadError, Loaded, Recorded, decode};

/// The aggregates of one kind in a store.
///
/// `execute` takes the four steps of the event-sourced domain model: load the
/// events, rebuild the state, let the command decide, store the new events. A
/// repository is cheap to clone and to share; it holds no aggregate.
///
/// ```
/// # use retell::{Aggregate, Context, Event, Id, Repository};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # enum TicketEvent { #[event("opened")] Opened { subject: String } }
/// # #[derive(Default, Clone)] struct Ticket { open: bool }
/// # impl Aggregate for Ticket {
/// #     const CATEGORY: &'static str = "ticket";
/// #     type Event = TicketEvent;
/// #     fn apply(&mut self, _: &TicketEvent) { self.open = true }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = retell::open("memory:").await?;
/// let tickets = Repository::<Ticket>::new(store);
///
/// let id = Id::new("42")?;
/// let open = |ticket: &Ticket, _: &Context| match ticket.open {
///     true => Err("it is open already"),
///     false => Ok(vec![TicketEvent::Opened { subject: "no light".into() }]),
/// };
/// let done = tickets.execute(&id, open).named("open").by("customer/7").await?;
/// assert_eq!(done.version.get(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Repository<A> {
    shared: Arc<Shared>,
    cache: Option<Arc<StateCache<A>>>,
}

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) attempts: u32,
    pub(crate) lanes: Arc<Lanes>,
    /// Tells how far the log is known to reach when a command begins.
    pub(crate) watch: HeadWatch,
}

impl<A: Aggregate> Repository<A> {
    /// How often a command is tried unless it is said otherwise.
    pub const ATTEMPTS: u32 = 16;

    /// How many bytes of states are remembered unless it is said otherwise: 16 MiB.
    pub const CACHE_BYTES: u64 = 16 << 20;

    /// The aggregates in this store.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        let (clock, lanes) = (Arc::new(SystemClock), Arc::new(Lanes::new()));
        let watch = store.watch();
        let shared = Shared { store, clock, attempts: Self::ATTEMPTS, lanes, watch };
        Self { shared: Arc::new(shared), cache: Some(Arc::new(StateCache::new(Self::CACHE_BYTES))) }
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        self.with(|shared| shared.clock = clock)
    }

    /// Tries a command at most this often when others are faster; at least once.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.with(|shared| shared.attempts = attempts.max(1))
    }

    /// Remembers up to so many bytes of states between commands, by
    /// [`Aggregate::weight`]; zero remembers none.
    ///
    /// A remembered state saves the load, never the check: a command is stored
    /// only onto the version that it was decided on, and an answer that stores
    /// nothing is given only after the end of the stream was looked at.
    #[must_use]
    pub fn with_cache(mut self, bytes: u64) -> Self {
        self.cache = (bytes > 0).then(|| Arc::new(StateCache::new(bytes)));
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.shared));
        self
    }

    /// Carries a command out: await what this returns.
    pub fn execute<C: Command<A>>(&self, id: &Id<A>, command: C) -> Execute<'_, A, C> {
        Execute::new(self, id.clone(), command)
    }

    /// Carries many commands out, many at a time: await what this returns.
    pub fn execute_all<C: Command<A>>(
        &self,
        commands: impl IntoIterator<Item = (Id<A>, C)>,
    ) -> ExecuteAll<'_, A, C> {
        ExecuteAll::new(self, commands)
    }

    /// Records what has happened elsewhere, without asking a rule: facts are
    /// facts, rules are for commands. For imports and for facts that other
    /// systems report.
    pub fn record(&self, id: &Id<A>, events: Vec<A::Event>) -> Facts<'_, A> {
        Facts::new(self, id.clone(), events)
    }

    /// Loads an aggregate as it is now.
    ///
    /// # Errors
    /// [`LoadError`]. An aggregate without events is no error: see
    /// [`Loaded::exists`].
    pub async fn load(&self, id: &Id<A>) -> Result<Loaded<A>, LoadError> {
        self.at(id, At::Now).await
    }

    /// Time travel: loads an aggregate as it was.
    ///
    /// # Errors
    /// [`LoadError`]. A moment before the first event gives the state without
    /// events.
    pub async fn at(&self, id: &Id<A>, at: At) -> Result<Loaded<A>, LoadError> {
        let mut loaded = Loaded { state: A::default(), version: Version::NONE };
        let mut read = ReadStream::new(id.stream().clone());
        if let At::Version(version) = at {
            read = read.until(version);
        }
        let span = tracing::debug_span!("retell.load", stream = %id.stream());
        async {
            loop {
                let page = self.shared.store.read_stream(read.clone()).await?;
                for row in page.iter() {
                    read.after = row.version();
                    if at.includes(&row) {
                        loaded.state.apply(&decode(&row)?);
                        loaded.version = row.version();
                    } else if at.is_prefix() {
                        return Ok(loaded);
                    }
                }
                if !page.more {
                    return Ok(loaded);
                }
            }
        }
        .instrument(span)
        .await
    }

    /// The events of an aggregate after a version, with who, when and why.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn history(&self, id: &Id<A>, after: Version) -> Result<Vec<Recorded<A::Event>>, LoadError> {
        let mut read = ReadStream::new(id.stream().clone()).after(after);
        let mut events = Vec::new();
        loop {
            let page = self.shared.store.read_stream(read.clone()).await?;
            for row in page.iter() {
                read.after = row.version();
                events.push(Recorded::decode(&row)?);
            }
            if !page.more {
                return Ok(events);
            }
        }
    }

    /// The store that holds them.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn EventStore> {
        &self.shared.store
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The state as it was seen last, if it is remembered.
    pub(crate) fn remembered(&self, id: &Id<A>) -> Option<Loaded<A>> {
        self.cache.as_ref()?.get(id.stream())
    }

    /// Remembers a state.
    pub(crate) fn remember(&self, id: &Id<A>, loaded: &Loaded<A>) {
        if let Some(cache) = &self.cache {
            cache.put(id.stream(), loaded.clone());
        }
    }

    /// Folds what was stored since; tells whether there was anything.
    pub(crate) async fn refresh(&self, id: &Id<A>, loaded: &mut Loaded<A>) -> Result<bool, LoadError> {
        let before = loaded.version;
        let mut read = ReadStream::new(id.stream().clone());
        loop {
            read.after = loaded.version;
            let page = self.shared.store.read_stream(read.clone()).await?;
            for row in page.iter() {
                loaded.state.apply(&decode(&row)?);
                loaded.version = row.version();
            }
            if !page.more {
                return Ok(loaded.version > before);
            }
        }
    }

    /// The events of this stream that a refused append brought along, and
    /// those that it could not carry.
    pub(crate) async fn competing(
        &self,
        id: &Id<A>,
        conflict: &Conflict,
        base: Version,
    ) -> Result<Vec<Recorded<A::Event>>, LoadError> {
        let mut missed = Vec::new();
        let mut last = base;
        for row in conflict.competing.iter().filter(|row| row.stream() == id.stream().as_str()) {
            if row.version() == last.plus(1) {
                last = row.version();
                missed.push(Recorded::decode(&row)?);
            }
        }
        if conflict.truncated {
            missed.extend(self.history(id, last).await?);
        }
        Ok(missed)
    }
}

impl<A> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), cache: self.cache.clone() }
    }
}

impl<A: Aggregate> fmt::Debug for Repository<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("category", &A::CATEGORY)
            .field("store", &self.shared.store.info().location)
            .field("attempts", &self.shared.attempts)
            .finish_non_exhaustive()
    }
}
