//! A ticket as it is shown: on the command line and by the service.

use retell::Timestamp;
use serde::Serialize;

use super::priority::Priority;
use super::refusal::whole_seconds;
use super::status::Status;
use super::ticket::{Details, Ticket};

/// A ticket at a version and a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketView {
    /// Which ticket.
    pub id: String,
    /// How many events it was folded from.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether the customer escalated it.
    pub escalated: bool,
    /// Whose ticket it is.
    pub customer: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// How it reached the desk.
    pub channel: Option<String>,
    /// Who wrote it down.
    pub opened_by: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// Which agent has it.
    pub assignee: Option<String>,
    /// Which group has it.
    pub group: Option<String>,
    /// How often it was reopened.
    pub reopen_count: u32,
    /// How often it went from one hand to another.
    pub reassignment_count: u32,
    /// How many messages were exchanged.
    pub messages: u32,
    /// When the desk first took it up.
    pub first_reaction: Option<Timestamp>,
    /// When somebody of the desk last looked at it.
    pub last_viewed: Option<Timestamp>,
    /// By when the desk owes an answer; nothing when none is owed or the ticket is on hold.
    pub response_due: Option<Timestamp>,
    /// How much of the response time is left, in seconds, rounded up; 0 when none is.
    /// [`Ticket::time_left`] says what this means while nothing is owed.
    pub time_left: u64,
    /// Since when it is resolved or closed.
    pub settled_at: Option<Timestamp>,
    /// What an imported log tells beyond this.
    #[serde(skip_serializing_if = "is_empty")]
    pub details: Details,
}

fn is_empty(details: &Details) -> bool {
    *details == Details::default()
}

impl Ticket {
    /// Shows the ticket, which is at this version, as it stands at this moment.
    #[must_use]
    pub fn view(&self, id: &str, version: u64, now: Timestamp) -> TicketView {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        TicketView {
            id: id.to_owned(),
            version,
            status: self.status().clone(),
            priority: self.priority().clone(),
            escalated: self.is_escalated(),
            customer: owned(self.customer()),
            subject: owned(self.subject()),
            channel: owned(self.channel()),
            opened_by: owned(self.opened_by()),
            opened_at: self.opened_at(),
            assignee: owned(self.assignee()),
            group: owned(self.group()),
            reopen_count: self.reopen_count(),
            reassignment_count: self.reassignment_count(),
            messages: self.messages(),
            first_reaction: self.first_reaction(),
            last_viewed: self.last_viewed(),
            response_due: self.response_due(),
            time_left: whole_seconds(self.time_left(now)),
            settled_at: self.settled_at(),
            details: self.details().clone(),
        }
    }
}
