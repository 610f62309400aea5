//! evento on SQLite and PostgreSQL, through its projections and their write gateway.
#![forbid(unsafe_code)]

mod place;
mod ticket;
mod workloads;

use std::process::ExitCode;

use bench_common::{Errand, Failure, runtime};

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
        workloads::run(&errand, place::postgres(&errand).await?).await
    } else {
        workloads::run(&errand, place::sqlite(&errand).await?).await
    }
}
