//! The program `retell`.
#![forbid(unsafe_code)]

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use retell_cli::{Cli, conclude};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let outcome = cli.run(&mut out).await;
    let outcome = outcome.and_then(|()| Ok(out.flush()?));
    conclude(outcome, &mut io::stderr().lock())
}
