//! Retell, through its own API: `Repository` and `Subscription`.
#![forbid(unsafe_code)]

mod catch_up;
mod commands;
mod import;
mod place;
mod prepare;
mod replay;

use std::process::ExitCode;

use bench_common::{Action, Errand, Failure, Row, Workload, runtime};

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
    let store = place::open(&errand).await?;
    if errand.action == Action::Prepare {
        prepare::prepare(&errand, &store).await?;
        store.close().await;
        return Ok(());
    }
    let row = match (errand.workload, errand.variant.as_str()) {
        (Workload::Command | Workload::Growth, "no cache" | "cache") => {
            commands::distinct(&errand, &store).await?
        }
        (Workload::Growth, "cold load") => commands::cold_loads(&errand, &store).await?,
        (Workload::Hot, "no cache" | "cache") => commands::hot(&errand, &store).await?,
        (Workload::Replay, _) => replay::replay(&errand, &store).await?,
        (Workload::CatchUp, "typed" | "types only") => catch_up::catch_up(&errand, &store).await?,
        (Workload::Import, _) => import::import(&errand, &store).await?,
        (Workload::Memory, "replay") => replay::memory(&errand, &store).await?,
        (Workload::Memory, "project") => catch_up::memory(&errand, &store).await?,
        _ => return Err(errand.unknown()),
    };
    store.close().await;
    settings(row, &errand).print();
    Ok(())
}

fn settings(row: Row, errand: &Errand) -> Row {
    let durable = if errand.on_postgres() {
        "one writing connection, 8 for reading, as opened"
    } else {
        "WAL, synchronous=FULL, as opened"
    };
    row.setting("store", durable)
}
