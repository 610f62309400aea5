//! Errors in words, with hints and exit codes: the one place that knows them.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use retell::{AppendError, ExecuteError, FactsError, LoadError, NameError, OpenError, ReadError};
use retell_cli::Shown;
use thiserror::Error;

use crate::import::LogError;
use crate::service::ServeError;

/// Why the program could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The store cannot be opened.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// The store belongs to another application.
    #[error("{location} has events, but is not the store of a ticket desk")]
    NotADesk {
        /// Where it is.
        location: String,
    },
    /// There is no such ticket.
    #[error("there is no ticket {ticket} in {location}")]
    NoTicket {
        /// The ticket.
        ticket: String,
        /// Where it was looked for.
        location: String,
    },
    /// The ticket did not exist at that time.
    #[error("the ticket {ticket} did not exist then: its first event came later")]
    NotYet {
        /// The ticket.
        ticket: String,
    },
    /// A name is none.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The file is no incident log.
    #[error("{0}")]
    Log(#[from] LogError),
    /// Some rows were not imported.
    #[error("{rows} rows were refused: see the report")]
    Refused {
        /// How many.
        rows: usize,
    },
    /// A check found differences.
    #[error("{tickets} tickets differ from the log")]
    Differs {
        /// How many tickets.
        tickets: usize,
    },
    /// A ticket cannot be loaded.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// The store cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The store did not take an event.
    #[error("{0}")]
    Append(#[from] AppendError),
    /// Something else about the store.
    #[error("{0}")]
    Store(String),
    /// The service cannot run.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// One of the commands that `retell` has too.
    #[error(transparent)]
    Cli(#[from] retell_cli::Failure),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// What to do about it, where the message does not say so itself.
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Cli(failure) => return failure.hint(),
            Self::NotADesk { .. } => "name another store, for example --store sqlite:helpdesk.db",
            Self::NoTicket { .. } => "`helpdesk streams --category ticket` lists the tickets",
            Self::NotYet { .. } => {
                "ask for a later version or time; `helpdesk show ticket/…` lists the events"
            }
            Self::Refused { .. } => "mend those rows and import the file again: the others are skipped",
            Self::Differs { .. } => "import the file first, or look at what changed these tickets since",
            Self::Append(AppendError::TooBusy { .. } | AppendError::OutcomeUnknown { .. }) => {
                "run the same command again: what was stored is not stored twice"
            }
            Self::Append(AppendError::Stopped { .. }) => "start the program again",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Cli(failure) => failure.exit() as u8,
            Self::NoTicket { .. } | Self::NotYet { .. } => 3,
            Self::Open(
                OpenError::NoScheme { .. } | OpenError::UnknownScheme { .. } | OpenError::Malformed { .. },
            ) => 2,
            Self::Log(_) | Self::Refused { .. } | Self::Differs { .. } | Self::Name(_) => 4,
            Self::Append(AppendError::TooBusy { .. } | AppendError::OutcomeUnknown { .. }) => 5,
            _ => 1,
        }
    }

    /// Tells it to a person, and gives the exit code for a program. A reader
    /// that has left the pipe is no failure.
    pub(super) fn report(&self, to: &mut impl Write) -> ExitCode {
        let closed_pipe = match self {
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Self::Cli(failure) => failure.is_closed_pipe(),
            _ => false,
        };
        if closed_pipe {
            return ExitCode::SUCCESS;
        }
        // Nobody is left to tell when this cannot be written either.
        let _unread = writeln!(to, "error: {}", Shown(&self.to_string()));
        if let Some(hint) = self.hint() {
            let _unread = writeln!(to, "hint: {}", Shown(&hint));
        }
        ExitCode::from(self.code())
    }
}

impl From<FactsError> for Failure {
    fn from(error: FactsError) -> Self {
        match error {
            FactsError::Store(error) => Self::Append(error),
            FactsError::Actor(error) => Self::Name(error),
            other => Self::Store(other.to_string()),
        }
    }
}

impl<R: Display> From<ExecuteError<R>> for Failure {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Store(error) => Self::Append(error),
            ExecuteError::Load(error) => Self::Load(error),
            other => Self::Store(other.to_string()),
        }
    }
}
