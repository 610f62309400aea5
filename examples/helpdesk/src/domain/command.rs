//! What can be asked of a ticket: each rule as a value with a name, which the
//! service and the command line hand to a repository.

use retell::{Command, Context};
use serde::{Deserialize, Serialize};

use super::event::TicketEvent;
use super::priority::Priority;
use super::refusal::TicketRefusal;
use super::status::Hold;
use super::ticket::Ticket;

/// Opens a ticket for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    /// Whose ticket it is, with or without the kind: `customer/7` or `7`.
    pub customer: String,
    /// What it is about.
    pub subject: String,
    /// How urgent it is.
    pub priority: Priority,
}

impl Command<Ticket> for OpenTicket {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "open"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.open(&self.customer, &self.subject, &self.priority, at)
    }
}

/// Adds a message: the customer's question or the desk's answer, told by the actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostMessage {
    /// The message.
    pub text: String,
}

impl Command<Ticket> for PostMessage {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "post-message"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.post_message(&self.text, at)
    }
}

/// Notes that the actor looked at the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {}

impl Command<Ticket> for View {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "view"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.viewed(at)
    }
}

/// Gives the ticket to an agent, whoever has it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// To whom, with or without the kind: `agent/31` or `31`.
    pub agent: String,
}

impl Command<Ticket> for Assign {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "assign"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.assign(&self.agent, at)
    }
}

/// Takes a ticket that nobody has, for the actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Take {}

impl Command<Ticket> for Take {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "take"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.take(at)
    }
}

/// Takes the ticket from its agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassign {}

impl Command<Ticket> for Unassign {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "unassign"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.unassign(at)
    }
}

/// Changes the priority, and the response time with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePriority {
    /// How urgent it is now.
    pub priority: Priority,
}

impl Command<Ticket> for ChangePriority {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "change-priority"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.change_priority(&self.priority, at)
    }
}

/// Gives the ticket to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeGroup {
    /// To which.
    pub group: String,
}

impl Command<Ticket> for ChangeGroup {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "change-group"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.change_group(&self.group, at)
    }
}

/// Takes the ticket from its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearGroup {}

impl Command<Ticket> for ClearGroup {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "clear-group"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.clear_group(at)
    }
}

/// Puts the ticket on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOnHold {
    /// Whom the desk waits for.
    pub on: Hold,
}

impl Command<Ticket> for PutOnHold {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "put-on-hold"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.put_on_hold(self.on, at)
    }
}

/// Ends the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {}

impl Command<Ticket> for Resume {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "resume"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.resume(at)
    }
}

/// Asks for more attention, as no response time is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEscalation {
    /// Why.
    pub reason: String,
}

impl Command<Ticket> for RequestEscalation {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "request-escalation"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.request_escalation(&self.reason, at)
    }
}

/// Notes that the desk solved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// How.
    pub summary: String,
}

impl Command<Ticket> for Resolve {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "resolve"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.resolve(&self.summary, at)
    }
}

/// Closes the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {}

impl Command<Ticket> for Close {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "close"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.close(at)
    }
}

/// Reopens a resolved or closed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopen {
    /// Why.
    pub reason: String,
}

impl Command<Ticket> for Reopen {
    type Refusal = TicketRefusal;

    fn name(&self) -> &str {
        "reopen"
    }

    fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        ticket.reopen(&self.reason, at)
    }
}
