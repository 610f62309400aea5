//! The `retell` program, and the same commands for an application's own
//! program.
//!
//! `retell --store sqlite:helpdesk.db stats` looks into any event store, without
//! knowing its types. An application that has types mounts the commands it
//! wants beside its own, with a default store of its own:
//!
//! ```
//! use clap::{Parser, Subcommand};
//! use retell_cli::{Failure, StatsArgs, StoreArgs, TailArgs};
//!
//! #[derive(Parser)]
//! struct Desk {
//!     #[command(flatten)]
//!     store: StoreArgs,
//!     #[command(subcommand)]
//!     command: Command,
//! }
//!
//! #[derive(Subcommand)]
//! enum Command {
//!     Stats(StatsArgs),
//!     Tail(TailArgs),
//!     // … and the application's own
//! }
//!
//! async fn run(desk: Desk) -> Result<(), Failure> {
//!     let url = desk.store.url_or("sqlite:helpdesk.db");
//!     let mut out = std::io::stdout();
//!     match desk.command {
//!         Command::Stats(args) => args.run(url, &mut out).await,
//!         Command::Tail(args) => args.run(url, &mut out).await,
//!     }
//! }
//! ```
//!
//! A store that is open already goes to the functions: [`stats`], [`streams`],
//! [`show`], [`tail`], [`import`].
//!
//! | to learn about | read |
//! |---|---|
//! | the command line as a whole | [`Cli`], [`Command`] |
//! | which store | [`StoreArgs`], [`open_to_read`], [`open_to_write`] |
//! | a command | [`StatsArgs`], [`StreamsArgs`], [`ShowArgs`], [`TailArgs`], [`ImportArgs`], [`CompletionsArgs`] |
//! | an event log that is imported | [`EventLog`], [`ImportReport`] |
//! | what can go wrong, and the exit codes | [`Failure`], [`Exit`], [`conclude`] |
//! | text that is safe to print | [`Shown`], [`JsonLine`] |
//!
//! # Exit codes
//!
//! | code | |
//! |---|---|
//! | 0 | done; also when the reader of the output has gone (`retell show … \| head`), or Ctrl-C ended a `tail --follow` |
//! | 1 | the store could not be opened, read or written, or the output could not be written |
//! | 2 | the command line makes no sense, or names no store |
//! | 3 | there is no such stream |
//! | 4 | the input file was refused and nothing was stored, or some of its rows were refused |
//! | 5 | the store was too busy, or it is unknown whether the last commits were stored: run it again |
//!
//! Results go to the standard output; failures, as `error: …` and `hint: …`,
//! to the standard error.
//!
//! What is deliberately absent: this crate knows no engine (it opens stores by
//! URL, through the facade), and no typed event.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cli;
mod command;
mod escape;
mod event_lines;
mod event_log;
mod failure;
mod output;
mod progress;
mod store_args;

pub use cli::{Cli, Command};
pub use command::completions::{CompletionsArgs, completions};
pub use command::import::{ImportArgs, ImportReport, import};
pub use command::show::{ShowArgs, show};
pub use command::stats::{StatsArgs, stats};
pub use command::streams::{StreamsArgs, streams};
pub use command::tail::{TailArgs, tail};
pub use escape::{JsonLine, Shown, is_hidden};
pub use event_log::{EventLog, Layout, LogError, RefusedRow};
pub use failure::{EXIT_CODES, Exit, Failure, conclude};
pub use progress::Progress;
pub use store_args::{StoreArgs, open_to_read, open_to_write};
