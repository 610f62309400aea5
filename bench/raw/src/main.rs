//! The raw engine: hand-written programs for SQLite and PostgreSQL.
//!
//! They work on a store that retell has prepared, so tables, indexes and rows
//! are the same to the byte, and write the same columns, ids and metadata.
//! Nothing else is kept of what a store promises: one thread, nobody waits for
//! an answer, no conflict is told, no commit is looked up.
//!
//! `bench-raw sql URL STATEMENT…` is for the program that runs the benchmarks.
#![forbid(unsafe_code)]

mod new_event;
mod postgres;
mod sqlite;

use std::process::ExitCode;

use bench_common::{Action, Errand, Failure, runtime};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [sql, url, statements @ ..] if sql == "sql" => {
            runtime().and_then(|runtime| runtime.block_on(postgres::sql(url, statements)))
        }
        _ => Errand::from_command_line().and_then(run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(errand: Errand) -> Result<(), Failure> {
    if errand.action == Action::Prepare {
        return Err("retell prepares the stores of the raw programs".into());
    }
    let row = if errand.on_postgres() {
        runtime()?.block_on(postgres::run(&errand))?
    } else {
        sqlite::run(&errand)?
    };
    row.print();
    Ok(())
}
