//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use super::moment::Moment;

/// A ticket desk that keeps its truth as events.
///
/// Without a command it is `helpdesk demo`: it opens or creates ./helpdesk.db,
/// fills an empty store with half a year of a desk, and tells one ticket's
/// story.
///
/// Exit codes: 0 done; 1 the store cannot be used, or an error that is not
/// listed here; 2 a wrong command line; 3 no such ticket, file or store; 4 the
/// input was refused, whole or in part, or a check found differences; 5 the
/// store is busy or an outcome is unknown: run the same command again.
#[derive(Debug, Parser)]
#[command(name = "helpdesk", version)]
pub(super) struct Args {
    /// The store, as a URL: sqlite:FILE
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "HELPDESK_STORE",
        default_value = "sqlite:helpdesk.db"
    )]
    pub(super) store: String,
    #[command(subcommand)]
    pub(super) task: Option<Task>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Fill an empty store with half a year of a desk and tell one ticket's story
    ///
    /// The desk is simulated by real commands, from a seed: 2,000 tickets, some
    /// of which are left open, overdue and not escalated. A store that has
    /// tickets already is left as it is; a filling that was interrupted goes on.
    Demo(DemoArgs),
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
}

impl Default for Task {
    fn default() -> Self {
        Self::Demo(DemoArgs { once: false })
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct DemoArgs {
    /// End after the story
    #[arg(long)]
    pub(super) once: bool,
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
