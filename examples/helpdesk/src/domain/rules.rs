//! The rules of the desk.
//!
//! Each rule looks at the ticket and answers with what happens, or with why it
//! may not. It changes nothing and reads no clock: the time and the actor come
//! with the [`Context`].
//!
//! Two habits run through all of them. Asking for a value that the ticket has
//! already (the same agent, priority, group, hold) is answered with no events.
//! Asking for a step that makes no sense now (resuming what is not on hold) is
//! refused.
//!
//! Who acts is told by the kind of the actor: a `customer`, an `agent`, a
//! `manager`. Where a rule does not name who may do it, everybody but
//! customers may: processes act for the desk too.

use std::time::Duration;

use retell::{Actor, Context, Timestamp};

use super::event::TicketEvent;
use super::priority::Priority;
use super::refusal::TicketRefusal;
use super::status::{Hold, Status};
use super::ticket::{Ticket, same_name};

/// How long a resolved or closed ticket can be reopened.
pub const REOPENING_PERIOD: Duration = Duration::from_hours(7 * 24);

type Decision = Result<Vec<TicketEvent>, TicketRefusal>;

/// Opening and talking.
impl Ticket {
    /// Opens the ticket for a customer.
    ///
    /// # Errors
    /// When it was opened already, the customer or subject is empty, or the
    /// priority is none of the desk's.
    pub fn open(&self, customer: &str, subject: &str, priority: &Priority, at: &Context) -> Decision {
        if let Some(opened_at) = self.opened_at() {
            return Err(TicketRefusal::AlreadyOpened { opened_at });
        }
        Ok(vec![TicketEvent::Opened {
            customer: Some(named("customer", "a customer", customer)?),
            subject: Some(said("subject", subject)?),
            priority: known(priority)?,
            channel: None,
            opened_by: at.actor().map(Actor::to_string),
            at: at.time(),
        }])
    }

    /// Adds a message: the customer's question or the desk's answer, told by the actor.
    ///
    /// The first answer to a new ticket also starts the work on it.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, the text is empty, or the actor is
    /// unknown or another customer.
    pub fn post_message(&self, text: &str, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        let text = said("text", text)?;
        let actor = at.actor().ok_or(TicketRefusal::ActorNeeded)?;
        self.no_other_customer(at)?;
        let time = at.time();
        if self.is_customer(actor) {
            return Ok(vec![TicketEvent::CustomerWrote { text, at: time }]);
        }
        let mut events = self.start_of_work(time);
        events.push(TicketEvent::AgentAnswered { agent: actor.to_string(), text, at: time });
        Ok(events)
    }

    /// Notes that somebody of the desk looked at the ticket.
    ///
    /// # Errors
    /// When there is no ticket, or the actor is unknown or a customer.
    pub fn viewed(&self, at: &Context) -> Decision {
        self.must_exist()?;
        no_customer(at)?;
        let agent = at.actor().ok_or(TicketRefusal::ActorNeeded)?.to_string();
        Ok(vec![TicketEvent::Viewed { agent, at: at.time() }])
    }
}

/// Who has the ticket.
impl Ticket {
    /// Gives the ticket to an agent, whoever has it now.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, the agent has no proper name, or
    /// the actor is a customer.
    pub fn assign(&self, agent: &str, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        let agent = named("agent", "an agent", agent)?;
        let at = at.time();
        Ok(match self.assignee() {
            None => vec![TicketEvent::AgentAssigned { agent, at }],
            Some(assignee) if same_name("agent", assignee, &agent) => vec![],
            Some(assignee) => {
                let from = assignee.to_owned();
                vec![TicketEvent::AgentReassigned { from, to: agent, counted: true, at }]
            }
        })
    }

    /// Takes a ticket that nobody has; if it was new, work on it starts.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, somebody has it already, or the
    /// actor is no agent.
    pub fn take(&self, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        let actor = at.actor().ok_or(TicketRefusal::ActorNeeded)?;
        if actor.kind() != "agent" {
            return Err(TicketRefusal::NotAnAgent { actor: actor.to_string() });
        }
        if let Some(assignee) = self.assignee() {
            return Err(TicketRefusal::AlreadyAssigned { assignee: assignee.to_owned() });
        }
        let mut events = vec![TicketEvent::Taken { agent: actor.to_string(), at: at.time() }];
        events.extend(self.start_of_work(at.time()));
        Ok(events)
    }

    /// Takes the ticket from its agent.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, nobody has it, or the actor is a customer.
    pub fn unassign(&self, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        let agent = self.assignee().ok_or(TicketRefusal::NotAssigned)?.to_owned();
        Ok(vec![TicketEvent::AgentRemoved { agent }])
    }

    /// Gives the ticket to a group.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, the group is empty, or the actor is a customer.
    pub fn change_group(&self, group: &str, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        let group = named("group", "a group", group)?;
        Ok(match self.group() {
            None => vec![TicketEvent::GroupAssigned { group, counted: false }],
            Some(current) if current == group => vec![],
            Some(current) => {
                vec![TicketEvent::GroupChanged { from: current.to_owned(), to: group, counted: true }]
            }
        })
    }

    /// Takes the ticket from its group.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, no group has it, or the actor is a customer.
    pub fn clear_group(&self, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        let group = self.group().ok_or(TicketRefusal::InNoGroup)?.to_owned();
        Ok(vec![TicketEvent::GroupCleared { group, counted: false }])
    }
}

/// How urgent it is, and whom the desk waits for.
impl Ticket {
    /// Changes the priority, and the response time with it.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, the priority is none of the
    /// desk's, or the actor is a customer.
    pub fn change_priority(&self, priority: &Priority, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        let to = known(priority)?;
        if *self.priority() == to {
            return Ok(vec![]);
        }
        Ok(vec![TicketEvent::PriorityChanged { from: self.priority().clone(), to }])
    }

    /// Puts the ticket on hold, which pauses the response clock.
    ///
    /// # Errors
    /// When the ticket is resolved or closed, or the actor is a customer.
    pub fn put_on_hold(&self, on: Hold, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        if *self.status() == Status::Awaiting(on) {
            return Ok(vec![]);
        }
        Ok(vec![TicketEvent::PutOnHold { on, at: at.time() }])
    }

    /// Ends the hold, which lets the response clock run on. A ticket with a
    /// status that the desk does not know becomes active in this way too.
    ///
    /// # Errors
    /// When the ticket is not on hold, or the actor is a customer.
    pub fn resume(&self, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        match self.status() {
            Status::Awaiting(_) | Status::Other(_) => Ok(vec![TicketEvent::Resumed { at: at.time() }]),
            status => Err(TicketRefusal::NotOnHold { status: status.clone() }),
        }
    }

    /// Escalates the ticket, which gives the desk a new and shorter response window.
    ///
    /// # Errors
    /// When somebody else than the ticket's customer asks, it is resolved or
    /// closed, it is escalated already, there is response time left, or no
    /// response is owed.
    pub fn request_escalation(&self, reason: &str, at: &Context) -> Decision {
        self.must_exist()?;
        let actor = at.actor().ok_or(TicketRefusal::ActorNeeded)?;
        if !self.is_customer(actor) {
            return Err(TicketRefusal::NotTheCustomer { actor: actor.to_string() });
        }
        self.must_be_unsettled()?;
        if self.is_escalated() {
            return Err(TicketRefusal::AlreadyEscalated);
        }
        match self.clock().left(at.time()) {
            None => Err(TicketRefusal::Answered),
            Some(left) if !left.is_zero() => Err(TicketRefusal::TimeLeft { left }),
            Some(_) => Ok(vec![TicketEvent::Escalated { reason: said("reason", reason)?, at: at.time() }]),
        }
    }
}

/// The end, and the end undone.
impl Ticket {
    /// Notes that the desk solved it.
    ///
    /// # Errors
    /// When the ticket is resolved or closed already, the summary is empty, or
    /// the actor is a customer.
    pub fn resolve(&self, summary: &str, at: &Context) -> Decision {
        self.must_be_unsettled()?;
        no_customer(at)?;
        Ok(vec![TicketEvent::Resolved { summary: Some(said("summary", summary)?), at: at.time() }])
    }

    /// Closes the ticket, whether it was resolved or not.
    ///
    /// # Errors
    /// When it is closed already, another customer asks, or it is escalated and
    /// neither its customer nor a manager asks.
    pub fn close(&self, at: &Context) -> Decision {
        self.must_exist()?;
        if let (Status::Closed, Some(since)) = (self.status(), self.settled_at()) {
            return Err(TicketRefusal::AlreadyClosed { since });
        }
        self.no_other_customer(at)?;
        if self.is_escalated() {
            let actor = at.actor().ok_or(TicketRefusal::ActorNeeded)?;
            if actor.kind() != "manager" && !self.is_customer(actor) {
                return Err(TicketRefusal::EscalatedNeedsCustomerOrManager { actor: actor.to_string() });
            }
        }
        Ok(vec![TicketEvent::Closed { code: None, resolver: None, at: at.time() }])
    }

    /// Reopens a resolved or closed ticket, at most seven days later.
    ///
    /// # Errors
    /// When it is neither resolved nor closed, or has been for more than seven
    /// days, another customer asks, or the reason is empty.
    pub fn reopen(&self, reason: &str, at: &Context) -> Decision {
        self.must_exist()?;
        self.no_other_customer(at)?;
        let status = self.status().clone();
        let Some(since) = self.settled_at() else {
            return Err(TicketRefusal::NotSettled { status });
        };
        let until = since + REOPENING_PERIOD;
        if at.time() > until {
            return Err(TicketRefusal::TooLateToReopen { status, since, until });
        }
        let reason = Some(said("reason", reason)?);
        Ok(vec![TicketEvent::Reopened { reason, counted: true, at: at.time() }])
    }
}

/// What several rules ask.
impl Ticket {
    fn must_exist(&self) -> Result<(), TicketRefusal> {
        if self.exists() { Ok(()) } else { Err(TicketRefusal::NotOpened) }
    }

    fn must_be_unsettled(&self) -> Result<(), TicketRefusal> {
        self.must_exist()?;
        match self.settled_at() {
            Some(since) => Err(TicketRefusal::Settled { status: self.status().clone(), since }),
            None => Ok(()),
        }
    }

    /// Refuses customers whose ticket it is not.
    fn no_other_customer(&self, at: &Context) -> Result<(), TicketRefusal> {
        match at.actor() {
            Some(actor) if actor.kind() == "customer" && !self.is_customer(actor) => {
                Err(TicketRefusal::NotTheCustomer { actor: actor.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// That work starts, if it has not.
    fn start_of_work(&self, at: Timestamp) -> Vec<TicketEvent> {
        if *self.status() == Status::New { vec![TicketEvent::WorkStarted { at }] } else { vec![] }
    }
}

/// Refuses customers: this is for the desk to do.
fn no_customer(at: &Context) -> Result<(), TicketRefusal> {
    match at.actor() {
        Some(actor) if actor.kind() == "customer" => {
            Err(TicketRefusal::NotTheDesk { actor: actor.to_string() })
        }
        _ => Ok(()),
    }
}

/// A text that says something.
fn said(what: &'static str, text: &str) -> Result<String, TicketRefusal> {
    if text.trim().is_empty() { Err(TicketRefusal::Empty { what }) } else { Ok(text.to_owned()) }
}

/// A name of somebody of this kind, as it was given: with or without the kind.
fn named(kind: &'static str, what: &'static str, name: &str) -> Result<String, TicketRefusal> {
    let name = name.trim();
    if name.is_empty() {
        return Err(TicketRefusal::Empty { what: kind });
    }
    let no_name =
        |problem: String| TicketRefusal::NoName { what, name: name.escape_debug().to_string(), problem };
    let prefix = name.split_once('/').map(|(prefix, _)| prefix);
    if let Some(other @ ("customer" | "agent" | "manager" | "group")) = prefix
        && other != kind
    {
        let article = if other == "agent" { "an" } else { "a" };
        return Err(no_name(format!("it names {article} {other}")));
    }
    let whole = if prefix == Some(kind) { name.to_owned() } else { format!("{kind}/{name}") };
    Actor::new(&whole).map_err(|error| no_name(error.problem.to_string()))?;
    Ok(name.to_owned())
}

/// A priority that the desk knows.
fn known(priority: &Priority) -> Result<Priority, TicketRefusal> {
    match priority {
        Priority::Other(word) => {
            Err(TicketRefusal::UnknownPriority { word: word.escape_debug().to_string() })
        }
        known => Ok(known.clone()),
    }
}
