//! The command line of `retell`.

use std::io::Write;

use clap::{CommandFactory, Parser, Subcommand};

use crate::failure::EXIT_CODES;
use crate::{
    CompletionsArgs, Failure, ImportArgs, ShowArgs, StatsArgs, StoreArgs, StreamsArgs, TailArgs, completions,
};

/// Looks into an event store, whatever events it holds
///
/// Name the store with --store URL, or once and for all with RETELL_STORE:
/// there is no default. What the events mean is not known here: types are
/// names, and payloads are JSON.
///
/// Every command prints for people, or with --json for programs: JSON that is
/// made for the line-wise tools, without control, invisible and direction
/// turning characters (they are written as \u001b). Times are in UTC.
#[derive(Debug, Parser)]
#[command(name = "retell", version, after_long_help = EXIT_CODES)]
pub struct Cli {
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands of `retell`. The help of each is the documentation of its arguments.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment here would take the place of the arguments' own in the help")]
pub enum Command {
    Stats(StatsArgs),
    Streams(StreamsArgs),
    Show(ShowArgs),
    Tail(TailArgs),
    Import(ImportArgs),
    Completions(CompletionsArgs),
}

impl Cli {
    /// Carries the command out.
    ///
    /// # Errors
    /// [`Failure`] says what went wrong.
    pub async fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        match &self.command {
            Command::Stats(args) => args.run(self.store.url()?, out).await,
            Command::Streams(args) => args.run(self.store.url()?, out).await,
            Command::Show(args) => args.run(self.store.url()?, out).await,
            Command::Tail(args) => args.run(self.store.url()?, out).await,
            Command::Import(args) => args.run(self.store.url()?, out).await,
            Command::Completions(args) => completions(&mut Self::command(), out, args.shell),
        }
    }
}
