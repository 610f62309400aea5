//! Opening the desk's store, and refusing the stores of others.

use std::sync::Arc;

use retell::store::{Expect, ListStreams, RecordKey};
use retell::{EventStore, OpenOptions, Position, Repository};

use super::failure::Failure;
use crate::domain::Ticket;

/// The record by which a store says whose it is.
const APPLICATION: &str = "application";
const HELPDESK: &[u8] = b"helpdesk";

/// The desk: its store, and the tickets in it.
pub(super) struct Desk {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) tickets: Repository<Ticket>,
}

impl Desk {
    /// Opens the store for reading and writing; creates it where there is none.
    pub(super) async fn open(url: &str) -> Result<Self, Failure> {
        Self::open_with(url, OpenOptions::new()).await
    }

    /// Opens a store that exists, for reading only.
    pub(super) async fn look_at(url: &str) -> Result<Self, Failure> {
        let desk = Self::new(OpenOptions::new().read_only().open(url).await?);
        if !desk.is_ours().await? && !desk.is_empty().await? {
            return Err(desk.refused());
        }
        Ok(desk)
    }

    /// Opens the store in this way, and makes an empty one the desk's own.
    pub(super) async fn open_with(url: &str, options: OpenOptions) -> Result<Self, Failure> {
        let desk = Self::new(options.open(url).await?);
        if desk.is_ours().await? {
            return Ok(desk);
        }
        if !desk.is_empty().await? {
            return Err(desk.refused());
        }
        let written =
            desk.store.records().put(&key(APPLICATION)?, HELPDESK.to_vec(), Expect::Absent, None).await;
        // Somebody else may have been faster: then it says the same, or it is not ours.
        if written.is_err() && !desk.is_ours().await? {
            return Err(desk.refused());
        }
        Ok(desk)
    }

    fn new(store: Arc<dyn EventStore>) -> Self {
        let tickets = Repository::new(Arc::clone(&store));
        Self { store, tickets }
    }

    /// Whether there is no event.
    pub(super) async fn is_empty(&self) -> Result<bool, Failure> {
        Ok(self.store.head().await? == Position::START)
    }

    async fn is_ours(&self) -> Result<bool, Failure> {
        let record = self.store.records().get(&key(APPLICATION)?).await;
        let record = record.map_err(|error| Failure::Store(error.to_string()))?;
        Ok(record.is_some_and(|record| record.value == HELPDESK))
    }

    fn refused(&self) -> Failure {
        Failure::NotADesk { location: self.location() }
    }

    /// Where the store is.
    pub(super) fn location(&self) -> String {
        self.store.info().location
    }

    /// The ids of the first tickets by name.
    pub(super) async fn first_tickets(&self, limit: usize) -> Result<Vec<crate::domain::TicketId>, Failure> {
        let list = ListStreams { category: Some("ticket".to_owned()), after: None, limit };
        let heads = self.store.list_streams(list).await?;
        Ok(heads.into_iter().filter_map(|head| crate::domain::TicketId::of_stream(head.stream)).collect())
    }
}

/// A record key of the desk's own.
pub(super) fn key(name: &str) -> Result<RecordKey, Failure> {
    Ok(RecordKey::new(name)?)
}
