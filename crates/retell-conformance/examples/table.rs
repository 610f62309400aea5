//! Prints the table of promises, checks and engines:
//! `cargo run -p retell-conformance --example table [--quick]`.
//!
//! It exits with 1 where an engine breaks a promise.

#[path = "../tests/support/sqlite.rs"]
mod sqlite;

use std::process::ExitCode;
use std::sync::Arc;

use retell_conformance::{Effort, Engine, MemoryEngine, Options, Report, run_all, table};

#[expect(clippy::print_stdout, reason = "this program prints a table")]
fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let options = Options { effort: if quick { Effort::Quick } else { Effort::Full }, ..Options::default() };
    let engines: [Arc<dyn Engine>; 2] = [Arc::new(MemoryEngine), Arc::new(sqlite::SqliteEngine)];
    let reports: Vec<Report> = engines.into_iter().map(|engine| run_all(engine, options)).collect();
    print!("{}", table(&reports));
    if reports.iter().all(Report::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
