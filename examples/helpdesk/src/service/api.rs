//! What the service works on: the tickets, and a clock.

use std::sync::Arc;

use retell::{Clock, EventStore, Repository, SystemClock};

use crate::domain::Ticket;

/// The tickets of a store, as the service offers them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TicketApi {
    pub(super) tickets: Repository<Ticket>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) room: usize,
}

impl TicketApi {
    /// How many requests are worked on at the same time unless it is said otherwise.
    pub const ROOM: usize = 1_024;

    /// The tickets of this store.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self { tickets: Repository::new(store), clock: Arc::new(SystemClock), room: Self::ROOM }
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { tickets: self.tickets.with_clock(Arc::clone(&clock)), clock, ..self }
    }

    /// Tries a command at most this often when others are faster; at least once.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { tickets: self.tickets.with_attempts(attempts), ..self }
    }

    /// Works on at most so many requests at the same time, and asks the others
    /// to come back later.
    #[must_use]
    pub fn with_room(self, requests: usize) -> Self {
        Self { room: requests.min(tokio::sync::Semaphore::MAX_PERMITS), ..self }
    }

    /// The store that holds the tickets.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn EventStore> {
        self.tickets.store()
    }
}
