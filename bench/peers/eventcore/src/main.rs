//! eventcore with its SQLite and PostgreSQL stores, through `execute`.
#![forbid(unsafe_code)]

mod ticket;
mod workloads;

use std::process::ExitCode;
use std::sync::Arc;

use bench_common::{Action, Errand, Failure, runtime};
use eventcore_postgres::PostgresEventStore;
use eventcore_sqlite::{SqliteConfig, SqliteEventStore};

fn main() -> ExitCode {
    match Errand::from_command_line().and_then(|errand| runtime()?.block_on(run(errand))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(errand: Errand) -> Result<(), Failure> {
    if errand.on_postgres() {
        let store = PostgresEventStore::new(errand.url.clone()).await?;
        if errand.action == Action::Prepare {
            store.migrate().await;
        }
        workloads::run(&errand, Arc::new(store)).await
    } else {
        // It opens its one connection in WAL mode, and leaves `synchronous` at SQLite's FULL.
        let store = SqliteEventStore::new(SqliteConfig { path: errand.database(), encryption_key: None })?;
        if errand.action == Action::Prepare {
            store.migrate().await?;
        }
        workloads::run(&errand, Arc::new(store)).await
    }
}
