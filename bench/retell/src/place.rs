//! Where the store is.

use std::sync::Arc;

use bench_common::{Errand, Failure, Ticket};
use retell::store::EventStore;
use retell::{Id, Repository};

pub type Store = Arc<dyn EventStore>;

/// Opens the store of the errand, as a user would.
pub async fn open(errand: &Errand) -> Result<Store, Failure> {
    if errand.on_postgres() {
        return postgres(&errand.url).await;
    }
    Ok(retell::open(&format!("sqlite:{}", errand.database().display())).await?)
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str) -> Result<Store, Failure> {
    Ok(Arc::new(retell_postgres::PostgresStore::open(url).await?))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str) -> Result<Store, Failure> {
    Err("this driver was built without PostgreSQL".into())
}

/// The tickets, without a state cache, or with one that holds all of them.
pub fn tickets(errand: &Errand, store: &Store) -> Repository<Ticket> {
    let bytes =
        if errand.variant == "cache" { (16 << 20).max(errand.streams.saturating_mul(2_048)) } else { 0 };
    Repository::new(Arc::clone(store)).with_cache(bytes)
}

/// The id of the ticket of this number.
pub fn id(number: u64) -> Result<Id<Ticket>, Failure> {
    Ok(Id::new(&bench_common::ticket_id(number))?)
}

/// The id of the long or hot ticket.
pub fn the_one() -> Result<Id<Ticket>, Failure> {
    Ok(Id::new(bench_common::ONE_TICKET)?)
}
