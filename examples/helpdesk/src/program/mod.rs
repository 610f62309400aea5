//! The program `helpdesk`: what can be asked of it, and what it answers.
//!
//! | to learn about | read |
//! |---|---|
//! | the command line | `args.rs` |
//! | opening the desk's store, and refusing others | `desk.rs` |
//! | half a year of a desk, by real commands | `simulate.rs` |
//! | one ticket's story | `story.rs` |
//! | importing a log, and checking it | `import.rs`, `check.rs` |
//! | a ticket as it is or was | `state.rs` |
//! | errors in words, with hints and exit codes | `failure.rs` |

mod args;
mod check;
mod demo;
mod desk;
mod failure;
mod import;
mod moment;
mod progress;
mod simulate;
mod state;
mod story;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Task};
pub use failure::Failure;

/// Runs the program on the arguments that the process was given.
pub async fn run() -> ExitCode {
    let args = Args::parse();
    let mut out = std::io::stdout().lock();
    let outcome = perform(args, &mut out).await;
    let outcome = outcome.and_then(|()| Ok(out.flush()?));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&mut std::io::stderr().lock()),
    }
}

async fn perform(args: Args, out: &mut impl Write) -> Result<(), Failure> {
    let store = args.store;
    match args.task.unwrap_or_default() {
        Task::Demo(demo) => demo::run(&store, &demo, out).await,
        Task::Import(args) if args.check => check::run(&store, &args, out).await,
        Task::Import(args) => import::run(&store, &args, out).await,
        Task::State(args) => state::run(&store, &args, out).await,
    }
}
