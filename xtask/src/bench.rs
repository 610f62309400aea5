//! Retell, the raw engine and peers, measured side by side on this machine.
//!
//! The drivers are programs of `bench/`, one process per measurement; this
//! module builds them, prepares their stores, runs them in turn, round after
//! round, and prints what came of it.

mod counted;
mod driver;
mod facts;
mod options;
mod places;
mod plan;
mod report;

use std::fs;

use crate::Failure;
use crate::servers::Servers;

use driver::Drivers;
use options::Options;
use places::Places;
use report::Table;

pub(crate) const HELP: &str = "\
Measure retell, the raw engine and peers side by side: see docs/benchmarks.md.

Usage: cargo xtask bench [--quick] [--only LIST] [--json FILE] [--no-peers]
       cargo xtask bench --counted

  --quick      smaller sizes and three short rounds; under five minutes without peers
  --only LIST  only these, separated by commas: workloads (W1 to W7), engines (sqlite, postgres),
               peers (by the name of their folder in bench/peers)
  --json FILE  also write the figures as JSON, one row a line
  --no-peers   retell and the raw engine alone
  --counted    count the instructions of fold, decode, encode and the queue, with valgrind

The programs are built in release, with a target folder of their own. PostgreSQL is started for the
run as for the tests; where that cannot be, its rows are left out and the reason is printed.";

/// Measures, as the command line says.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let options = Options::of(words).map_err(Failure::Usage)?;
    if options.counted {
        return counted::run().map_err(Failure::Task);
    }
    measure(&options).map_err(Failure::Task)
}

fn measure(options: &Options) -> Result<(), String> {
    let mut drivers = Drivers::build(options)?;
    let servers = if options.wants_engine("postgres") { Some(Servers::start()?) } else { None };
    let url = servers.as_ref().and_then(|servers| {
        let started = servers.variables().find(|(name, _)| *name == "RETELL_TEST_POSTGRES");
        started.map(|(_, url)| url.to_owned()).or_else(|| std::env::var("RETELL_TEST_POSTGRES").ok())
    });
    if options.wants_engine("postgres") && url.is_none() {
        println!("PostgreSQL: its rows are left out, as there is no server");
    }
    let mut places = Places::new(url)?;
    facts::print(options, &drivers, &places);
    let mut rows = String::new();
    for table in plan::tables(options, &drivers, places.has_postgres()) {
        let measured = run_table(table, options, &mut drivers, &mut places);
        measured.print();
        rows.push_str(&measured.json());
    }
    drivers.print_left_out();
    match &options.json {
        Some(file) => fs::write(file, rows).map_err(|error| format!("{file}: {error}")),
        None => Ok(()),
    }
}

/// Runs every case of a table once a round, in turn.
fn run_table(mut table: Table, options: &Options, drivers: &mut Drivers, places: &mut Places) -> Table {
    for _ in 0..options.rounds() {
        for case in &mut table.cases {
            if case.failed.is_some() {
                continue;
            }
            let measured = places
                .lay(&case.case, drivers)
                .and_then(|place| drivers.run(&case.case, &place))
                .and_then(|row| places.clear(&case.case, drivers).map(|()| row));
            match measured {
                Ok(row) => case.rows.push(row),
                Err(reason) => case.failed = Some(reason),
            }
        }
    }
    table
}
