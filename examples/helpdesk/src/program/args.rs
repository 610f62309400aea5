//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use retell_cli::{ShowArgs, StatsArgs, StoreArgs, StreamsArgs, TailArgs};

use super::moment::Moment;
use super::simulate::TICKETS;
use crate::service::DEFAULT_LISTEN;

/// The exit codes, as `--help` shows them; those of `retell`, where it has them.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the store cannot be opened, read or written, or the output cannot be written
  2  the command line makes no sense
  3  there is no such ticket, or there was none at that time
  4  the input was refused, whole or in part, or a check found differences
  5  the store is busy, or it is unknown what was stored: run the same command again";

/// A ticket desk that keeps its truth as events.
///
/// Without a command it is `helpdesk demo`: it opens or creates ./helpdesk.db,
/// fills an empty store with half a year of a desk, tells one ticket's story,
/// and serves the desk over HTTP on 127.0.0.1:7717.
///
/// The store is sqlite:helpdesk.db unless --store or RETELL_STORE names another.
#[derive(Debug, Parser)]
#[command(name = "helpdesk", version, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) store: StoreArgs,
    #[command(subcommand)]
    pub(super) task: Option<Task>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Fill an empty store with half a year of a desk, tell one ticket's story, and serve it
    ///
    /// The desk is simulated by real commands, from a seed: 2,000 tickets, some
    /// of which are left open, overdue and not escalated. A store that has
    /// tickets already is left as it is; a filling that was interrupted goes on.
    /// Then it is `helpdesk serve`, unless --once is given.
    Demo(DemoArgs),
    /// Serve the desk over HTTP, until SIGTERM or Ctrl-C
    ///
    /// Opens the store, or creates it. docs/http-api.md describes the requests.
    /// Whoever can reach the address can act in anybody's name: put something
    /// in front that knows the users before you listen on a network. At the end
    /// the requests that are being worked on are answered, for at most ten
    /// seconds, and the store is closed.
    Serve(ServeArgs),
    /// Import an incident log, or check one that was imported
    ///
    /// FILE is a comma separated table in UTF-8; each row is the whole ticket
    /// after a change, and what happened between two rows is recorded as
    /// events. Rows that cannot be read are refused one by one, with line and
    /// reason. Importing the same file again adds nothing; an import that was
    /// interrupted is continued by running it again. Times are taken as UTC.
    Import(ImportArgs),
    /// Print a ticket as it is, or as it was
    State(StateArgs),
    /// Count what the store holds
    Stats(StatsArgs),
    /// List the streams and their versions
    Streams(StreamsArgs),
    /// Print the events of a stream, for example ticket/50
    Show(ShowArgs),
    /// Print the newest events, and follow
    Tail(TailArgs),
}

impl Default for Task {
    fn default() -> Self {
        Self::Demo(DemoArgs { once: false, tickets: TICKETS })
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct DemoArgs {
    /// End after the story
    #[arg(long)]
    pub(super) once: bool,
    /// How many tickets an empty store is filled with
    #[arg(long, value_name = "N", default_value_t = TICKETS, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) tickets: u32,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ServeArgs {
    /// Where to listen; port 0 takes a free one, which is printed
    #[arg(long, value_name = "ADDR", default_value = DEFAULT_LISTEN)]
    pub(super) listen: String,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ImportArgs {
    /// The incident log
    #[arg(value_name = "FILE.csv")]
    pub(super) file: PathBuf,
    /// Import nothing; compare every ticket with its last row, and fail if one differs
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct StateArgs {
    /// Which ticket, for example INC0000045
    pub(super) ticket: String,
    /// As of this version or time (2016-03-01T10:00:00Z, 2016-03-01 10:00, 2016-03-01; without a zone: UTC)
    ///
    /// A number is a version of the ticket. A time asks what was recorded up
    /// to and at that time, or with --effective what was in effect then.
    #[arg(long, value_name = "VERSION|TIME")]
    pub(super) at: Option<Moment>,
    /// A time is the time at which events took effect, not at which they were recorded
    #[arg(long, requires = "at")]
    pub(super) effective: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
