//! Which error becomes which answer: the one place that knows.

use retell::store::{Conflict, InvalidCommit};
use retell::{AppendError, ExecuteError, LoadError, ReadError};
use serde_json::Value;

use super::commands::key_reused;
use super::event_view::{EventView, unreadable};
use super::idempotency::Identity;
use super::problem::{Kind, Problem};
use super::tickets::no_such_ticket;
use crate::domain::{TicketId, TicketRefusal};

/// Why a command was not carried out.
pub(super) fn of_command(error: ExecuteError<TicketRefusal>, id: &TicketId, identity: &Identity) -> Problem {
    match error {
        ExecuteError::Refused(refusal) => of_refusal(&refusal, id),
        ExecuteError::Contended { attempts, conflict } => of_conflict(&conflict, attempts, id),
        ExecuteError::Store(error) => of_append(error, id, identity),
        ExecuteError::Load(LoadError::Read(error @ ReadError::Stopped { .. })) => {
            of_read(error).with("commit", identity.commit.to_string())
        }
        ExecuteError::Load(error) => of_load(error),
        ExecuteError::Encode(error) => Problem::new(Kind::NotStorable, error.to_string()),
        ExecuteError::Actor(error) => Problem::new(Kind::BadActor, error.to_string()),
        other => Problem::new(Kind::Failed, other.to_string()),
    }
}

/// The domain's reason, in its words.
fn of_refusal(refusal: &TicketRefusal, id: &TicketId) -> Problem {
    let problem = match refusal {
        TicketRefusal::NotOpened => no_such_ticket(id),
        _ => Problem::new(Kind::Refused, refusal.to_string()),
    };
    problem.with("code", refusal.code())
}

/// Others were faster as often as it was tried: what they did, the last time.
fn of_conflict(conflict: &Conflict, attempts: u32, id: &TicketId) -> Problem {
    let mut competing = Vec::new();
    for row in conflict.competing.iter().filter(|row| row.stream() == id.stream().as_str()) {
        match EventView::of(&row).map(|event| serde_json::to_value(event).unwrap_or_default()) {
            Ok(event) => competing.push(event),
            Err(problem) => return problem,
        }
    }
    let version = conflict.streams.iter().find(|other| other.stream == *id.stream());
    let version = version.map_or(Value::Null, |other| other.actual.get().into());
    Problem::new(Kind::Contended, format!("tried {attempts} times; the last time {conflict}"))
        .with("attempts", attempts)
        .with("version", version)
        .with("competing", competing)
        .with("truncated", conflict.truncated)
}

fn of_append(error: AppendError, id: &TicketId, identity: &Identity) -> Problem {
    let text = error.to_string();
    match error {
        AppendError::Conflict(conflict) => of_conflict(&conflict, 1, id),
        AppendError::Invalid(InvalidCommit::IdTaken(_)) if identity.has_key() => key_reused(),
        AppendError::Invalid(_) => Problem::new(Kind::NotStorable, text),
        AppendError::TooBusy { .. } => Problem::new(Kind::TooBusy, text),
        AppendError::OutcomeUnknown { commit, .. } => {
            Problem::new(Kind::OutcomeUnknown, text).with("commit", commit.to_string())
        }
        AppendError::Unavailable { .. } => Problem::new(Kind::Unavailable, text),
        AppendError::Stopped { .. } => {
            Problem::new(Kind::Stopped, text).with("commit", identity.commit.to_string())
        }
        _ => Problem::new(Kind::Failed, text),
    }
}

/// Why a ticket cannot be loaded.
pub(super) fn of_load(error: LoadError) -> Problem {
    match error {
        LoadError::Read(error) => of_read(error),
        LoadError::Decode(error) => unreadable(&error),
        other => Problem::new(Kind::Failed, other.to_string()),
    }
}

/// Why the store cannot be read.
pub(super) fn of_read(error: ReadError) -> Problem {
    let kind = match error {
        ReadError::Unavailable { .. } => Kind::Unavailable,
        ReadError::Damaged { .. } => Kind::Unreadable,
        ReadError::Stopped { .. } => Kind::Stopped,
        _ => Kind::Failed,
    };
    Problem::new(kind, error.to_string())
}
