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
pub(crate) mod moment;
mod simulate;
mod state;
mod story;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::service::{self, TicketApi};
use args::{Args, Task};
use desk::Desk;
pub use failure::Failure;

/// The store where none is named.
const STORE: &str = "sqlite:helpdesk.db";

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
    let store = args.store.url_or(STORE);
    match args.task.unwrap_or_default() {
        Task::Demo(demo) => demo::run(store, &demo, out).await,
        Task::Serve(args) => serve(store, &args.listen, out).await,
        Task::Import(args) if args.check => check::run(store, &args, out).await,
        Task::Import(args) => import::run(store, &args, out).await,
        Task::State(args) => state::run(store, &args, out).await,
        Task::Stats(args) => Ok(args.run(store, out).await?),
        Task::Streams(args) => Ok(args.run(store, out).await?),
        Task::Show(args) => Ok(args.run(store, out).await?),
        Task::Tail(args) => Ok(args.run(store, out).await?),
    }
}

/// Serves the desk until the program is told to end.
async fn serve(store: &str, listen: &str, out: &mut impl Write) -> Result<(), Failure> {
    // No store is created for an address that is in use.
    let listener = service::bind(listen).await?;
    let desk = Desk::open(store).await?;
    Ok(service::run(listener, TicketApi::new(desk.store), out).await?)
}
