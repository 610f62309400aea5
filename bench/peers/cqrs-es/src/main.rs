//! cqrs-es with sqlite-es and postgres-es, through `CqrsFramework`.
//!
//! The pools are those of its own examples, ten connections; only SQLite's
//! `synchronous` is FULL instead of their NORMAL, which may lose acknowledged
//! commits. On PostgreSQL a pool of 64 was no faster.
#![forbid(unsafe_code)]

mod place;
mod ticket;
mod workloads;

use std::process::ExitCode;

use bench_common::{Errand, Failure, runtime};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;

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
        let pool = place::postgres(&errand).await?;
        workloads::run(&errand, || PostgresEventRepository::new(pool.clone())).await
    } else {
        let pool = place::sqlite(&errand).await?;
        workloads::run(&errand, || SqliteEventRepository::new(pool.clone())).await
    }
}
