//! Why the desk refused something.

use std::time::Duration;

use retell::Timestamp;
use thiserror::Error;

use super::status::Status;

/// Why the desk refused something, with the facts that decided it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TicketRefusal {
    /// The ticket was never opened.
    #[error("there is no such ticket: open it first")]
    NotOpened,
    /// The ticket is open already, and cannot be opened twice.
    #[error("the ticket was opened already, at {opened_at}")]
    AlreadyOpened {
        /// When.
        opened_at: Timestamp,
    },
    /// Something that has to be said was left empty.
    #[error("the {what} is empty: say something")]
    Empty {
        /// What was left empty, for example `reason`.
        what: &'static str,
    },
    /// A name that cannot name anybody.
    #[error("\"{name}\" is no name of {what}: {problem}")]
    NoName {
        /// What it should have named, for example `an agent`.
        what: &'static str,
        /// The name, escaped.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A priority that the desk does not know.
    #[error("\"{word}\" is no priority of the desk: use low, medium, high or urgent")]
    UnknownPriority {
        /// The word, escaped.
        word: String,
    },
    /// The rule depends on who acts, and nobody was named.
    #[error("nobody is named who does this: name the actor, for example agent/31")]
    ActorNeeded,
    /// A customer may do this only with the own ticket.
    #[error("the ticket is not one of {actor}: only its customer may do this")]
    NotTheCustomer {
        /// Who tried.
        actor: String,
    },
    /// A customer tried what is for the desk to do.
    #[error("{actor} may not do this: it is for the desk to do")]
    NotTheDesk {
        /// Who tried.
        actor: String,
    },
    /// Only an agent may do this.
    #[error("{actor} is no agent: only agents take tickets")]
    NotAnAgent {
        /// Who tried.
        actor: String,
    },
    /// The ticket is resolved or closed.
    #[error("the ticket is {status} since {since}: reopen it first")]
    Settled {
        /// Whether it is resolved or closed.
        status: Status,
        /// Since when.
        since: Timestamp,
    },
    /// The ticket is closed, and cannot be closed twice.
    #[error("the ticket was closed already, at {since}")]
    AlreadyClosed {
        /// When.
        since: Timestamp,
    },
    /// The ticket is neither resolved nor closed.
    #[error("the ticket is {status}: only a resolved or closed ticket is reopened")]
    NotSettled {
        /// Where it stands.
        status: Status,
    },
    /// It was settled too long ago to be reopened.
    #[error("the ticket is {status} since {since}, and could be reopened until {until}: open a new ticket")]
    TooLateToReopen {
        /// Whether it is resolved or closed.
        status: Status,
        /// Since when.
        since: Timestamp,
        /// Until when it could be reopened.
        until: Timestamp,
    },
    /// Somebody has the ticket already.
    #[error("the ticket is assigned to {assignee} already")]
    AlreadyAssigned {
        /// Who has it.
        assignee: String,
    },
    /// Nobody has the ticket.
    #[error("the ticket is assigned to nobody")]
    NotAssigned,
    /// No group has the ticket.
    #[error("the ticket is in no group")]
    InNoGroup,
    /// The ticket is not on hold.
    #[error("the ticket is {status}: only a ticket on hold is resumed")]
    NotOnHold {
        /// Where it stands.
        status: Status,
    },
    /// The ticket is escalated already.
    #[error("the ticket is escalated already")]
    AlreadyEscalated,
    /// There is response time left, so there is no reason to escalate.
    #[error("the desk has {} left to respond: escalate when no time is left", in_words(*left))]
    TimeLeft {
        /// How much.
        left: Duration,
    },
    /// The desk has answered, so there is no reason to escalate.
    #[error("the desk has answered and owes no response: ask again first")]
    Answered,
    /// An escalated ticket is closed only by its customer or a manager.
    #[error("the ticket is escalated: only its customer or a manager closes it, not {actor}")]
    EscalatedNeedsCustomerOrManager {
        /// Who tried.
        actor: String,
    },
}

impl TicketRefusal {
    /// A short name that does not change, for programs: `time-left`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOpened => "not-opened",
            Self::AlreadyOpened { .. } => "already-opened",
            Self::Empty { .. } => "empty",
            Self::NoName { .. } => "no-name",
            Self::UnknownPriority { .. } => "unknown-priority",
            Self::ActorNeeded => "actor-needed",
            Self::NotTheCustomer { .. } => "not-the-customer",
            Self::NotTheDesk { .. } => "not-the-desk",
            Self::NotAnAgent { .. } => "not-an-agent",
            Self::Settled { .. } => "settled",
            Self::AlreadyClosed { .. } => "already-closed",
            Self::NotSettled { .. } => "not-settled",
            Self::TooLateToReopen { .. } => "too-late-to-reopen",
            Self::AlreadyAssigned { .. } => "already-assigned",
            Self::NotAssigned => "not-assigned",
            Self::InNoGroup => "in-no-group",
            Self::NotOnHold { .. } => "not-on-hold",
            Self::AlreadyEscalated => "already-escalated",
            Self::TimeLeft { .. } => "time-left",
            Self::Answered => "answered",
            Self::EscalatedNeedsCustomerOrManager { .. } => "escalated-needs-customer-or-manager",
        }
    }
}

/// A duration for people, in at most two units: `5 h 20 min`.
///
/// Rounded up to whole seconds, so that what is left is never shown as nothing.
#[must_use]
pub fn in_words(duration: Duration) -> String {
    let seconds = whole_seconds(duration);
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let words: Vec<String> = units
        .iter()
        .skip(first)
        .take(2)
        .filter(|(count, _)| *count > 0 || seconds == 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    words.join(" ")
}

/// Whole seconds, rounded up: zero only if no time is left at all.
pub(super) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}
