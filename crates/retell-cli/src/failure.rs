//! What can go wrong, in words, with a hint and an exit code. The one place
//! that knows how a program ends.

use std::io::{self, Write};
use std::process::ExitCode;

use retell::OpenError;
use retell::store::{AppendError, NameError, ReadError, StreamName};
use thiserror::Error;

use crate::escape::Shown;
use crate::event_log::LogError;

/// How a program ends; the number is its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or whoever read the output wanted no more of it.
    Done = 0,
    /// The store, or the output, failed.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// There is no such stream.
    NotFound = 3,
    /// The input file, or some of its rows, was refused.
    Refused = 4,
    /// Busy, or it is unknown what was stored: run it again.
    Again = 5,
}

/// The exit codes, as `--help` shows them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done; also when the reader of the output has gone, or Ctrl-C ended a `tail --follow`
  1  the store could not be opened, read or written, or the output could not be written
  2  the command line makes no sense, or names no store
  3  there is no such stream
  4  the input file was refused and nothing was stored, or some of its rows were refused
  5  the store was too busy, or it is unknown whether the last commits were stored: run it again";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// Neither `--store` nor `RETELL_STORE` names a store.
    #[error("no store is named")]
    NoStore,
    /// A name on the command line is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The value of an option makes no sense.
    #[error("{option} \"{value}\": {problem}")]
    Option {
        /// The option, as it is written.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store did not take a commit.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The stream has no events.
    #[error("there is no stream {stream}")]
    NoStream {
        /// The stream.
        stream: StreamName,
    },
    /// The file is no event log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Some rows of an event log were refused.
    #[error("{refused} of {rows} rows were refused")]
    RowsRefused {
        /// How many were refused.
        refused: u64,
        /// How many the file has.
        rows: u64,
    },
    /// An import ended early.
    #[error("the import stopped after storing at least {added} events: {cause}")]
    ImportStopped {
        /// How many events were stored by then.
        added: u64,
        /// Why.
        cause: Box<Failure>,
    },
    /// The output could not be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// How a program ends that fails like this.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoStore | Self::Name(_) | Self::Option { .. } => Exit::Usage,
            Self::Open(
                OpenError::NoScheme { .. } | OpenError::UnknownScheme { .. } | OpenError::Malformed { .. },
            ) => Exit::Usage,
            Self::Read(ReadError::Invalid(_)) => Exit::Usage,
            Self::NoStream { .. } => Exit::NotFound,
            Self::Log(_) | Self::RowsRefused { .. } | Self::Append(AppendError::Invalid(_)) => Exit::Refused,
            Self::Append(
                AppendError::TooBusy { .. } | AppendError::OutcomeUnknown { .. } | AppendError::Conflict(_),
            ) => Exit::Again,
            Self::ImportStopped { cause, .. } => cause.exit(),
            Self::Output(_) if self.is_closed_pipe() => Exit::Done,
            Self::Open(_) | Self::Read(_) | Self::Append(_) | Self::Output(_) => Exit::Failed,
        }
    }

    /// What to do next, where the message itself does not say it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoStore => {
                "add --store URL, for example --store sqlite:helpdesk.db, or set RETELL_STORE".to_owned()
            }
            Self::NoStream { .. } => "`retell streams` lists the streams there are".to_owned(),
            Self::Log(error) => return error.hint(),
            Self::RowsRefused { .. } => {
                "mend these rows and run it again: what is stored already is not stored twice".to_owned()
            }
            Self::ImportStopped { .. } => {
                "run it again when the cause is mended: it goes on where it stopped, and stores nothing twice"
                    .to_owned()
            }
            _ => return None,
        })
    }

    /// Whether the output has gone, as in `retell show … | head`.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Tells it, as `error: …` and `hint: …`.
    ///
    /// # Errors
    /// When `err` cannot be written to.
    pub fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        writeln!(err, "error: {}", Shown(&self.to_string()))?;
        if let Some(hint) = self.hint() {
            writeln!(err, "hint: {}", Shown(&hint))?;
        }
        err.flush()
    }
}

/// Ends a program: tells a failure, unless the output has just gone, and
/// gives the exit code.
pub fn conclude(outcome: Result<(), Failure>, err: &mut dyn Write) -> ExitCode {
    let Err(failure) = outcome else { return Exit::Done.into() };
    if !failure.is_closed_pipe() {
        // Where nobody can be told there is only the exit code.
        let _ = failure.tell(err);
    }
    failure.exit().into()
}
