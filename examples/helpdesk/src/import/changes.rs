//! What happened between a ticket and its next row.

use super::row::Row;
use crate::domain::{Correction, Link, Status, Ticket, TicketEvent};

/// What happened to a ticket so that it became what the row shows.
///
/// The events are in the order in which they would have to happen: opening and
/// reopening first, then what changed about the ticket and who has it, then
/// where it stands. There is always at least one: a row in which nothing
/// changed says that somebody saved the ticket.
#[must_use]
pub fn changes(ticket: &Ticket, row: &Row) -> Vec<TicketEvent> {
    let mut told = Told { events: Vec::new(), row };
    let first = !ticket.exists();
    if first {
        told.opening();
    } else {
        told.corrections(ticket);
    }
    let from = told.reopening(ticket);
    told.description(ticket);
    told.assessment(ticket, first);
    told.links(ticket);
    told.hands(ticket, first);
    told.progress(&from);
    told.verdicts(ticket);
    if told.events.is_empty() {
        told.events.push(TicketEvent::Touched);
    }
    told.events
}

/// The events so far, and the row that they lead to.
struct Told<'a> {
    events: Vec<TicketEvent>,
    row: &'a Row,
}

impl Told<'_> {
    fn opening(&mut self) {
        let row = self.row;
        self.events.push(TicketEvent::Opened {
            customer: row.customer.clone(),
            subject: None,
            priority: row.priority.clone(),
            channel: row.channel.clone(),
            opened_by: row.opened_by.clone(),
            at: row.opened_at.unwrap_or(row.updated_at),
        });
    }

    fn correct(&mut self, correction: Correction) {
        self.events.push(TicketEvent::FieldCorrected { correction });
    }

    /// What does not change in the life of a ticket, and yet did.
    fn corrections(&mut self, ticket: &Ticket) {
        let row = self.row;
        if ticket.customer() != row.customer.as_deref() {
            self.correct(Correction::Customer(row.customer.clone()));
        }
        if ticket.opened_by() != row.opened_by.as_deref() {
            self.correct(Correction::OpenedBy(row.opened_by.clone()));
        }
        if let Some(at) = row.opened_at
            && ticket.opened_at() != Some(at)
        {
            self.correct(Correction::OpenedAt(at));
        }
        if ticket.channel() != row.channel.as_deref() {
            self.correct(Correction::Channel(row.channel.clone()));
        }
        if row.is_closed() && *ticket.status() == Status::Closed {
            if ticket.details().closing_code != row.closing_code {
                self.correct(Correction::ClosingCode(row.closing_code.clone()));
            }
            if ticket.details().resolver != row.resolver {
                self.correct(Correction::Resolver(row.resolver.clone()));
            }
        }
    }

    /// The reopening, if there was one, and the counter of reopenings. Returns
    /// the status in which the ticket is then.
    ///
    /// A ticket that leaves resolved or closed for work was reopened, whether
    /// the log counted it or not. One that goes from closed to resolved, or to
    /// a word that the desk does not know, was not, unless the log counted it.
    fn reopening(&mut self, ticket: &Ticket) -> Status {
        let row = self.row;
        let mut status = ticket.status().clone();
        let mut rise = rise(ticket.reopen_count(), row.reopen_count);
        let left = status.is_settled() && status != row.status;
        let for_work = !row.status.is_settled() && !matches!(row.status, Status::Other(_));
        if left && (for_work || rise > 0) {
            let counted = rise > 0;
            rise -= i64::from(counted);
            self.events.push(TicketEvent::Reopened { reason: None, counted, at: row.updated_at });
            status = Status::Active;
        }
        match (u32::try_from(rise), row.reopen_count) {
            (Ok(0), _) | (Err(_), None) => {}
            (Ok(count), _) => self.events.push(TicketEvent::ReopeningsCounted { count }),
            (Err(_), Some(count)) => self.correct(Correction::ReopenCount(count)),
        }
        status
    }

    fn description(&mut self, ticket: &Ticket) {
        let (row, details) = (self.row, ticket.details());
        if (&details.category, &details.subcategory, &details.symptom)
            != (&row.category, &row.subcategory, &row.symptom)
        {
            self.events.push(TicketEvent::Categorised {
                category: row.category.clone(),
                subcategory: row.subcategory.clone(),
                symptom: row.symptom.clone(),
            });
        }
        if details.location != row.location {
            self.events.push(TicketEvent::Located { location: row.location.clone() });
        }
        if details.notification != row.notification {
            self.events.push(TicketEvent::NotificationChosen { choice: row.notification.clone() });
        }
        if let Some(used) = row.knowledge_used
            && details.knowledge_used != Some(used)
        {
            self.events.push(TicketEvent::KnowledgeNoted { used });
        }
    }

    fn assessment(&mut self, ticket: &Ticket, first: bool) {
        let (row, details) = (self.row, ticket.details());
        if (&details.impact, &details.urgency) != (&row.impact, &row.urgency) {
            let (impact, urgency) = (row.impact.clone(), row.urgency.clone());
            self.events.push(TicketEvent::Assessed { impact, urgency });
        }
        if !first && *ticket.priority() != row.priority {
            let (from, to) = (ticket.priority().clone(), row.priority.clone());
            self.events.push(TicketEvent::PriorityChanged { from, to });
        }
        if let Some(confirmed) = row.priority_confirmed
            && details.priority_confirmed != confirmed
        {
            self.events.push(TicketEvent::PriorityReviewed { confirmed });
        }
    }

    fn links(&mut self, ticket: &Ticket) {
        let (links, row) = (&ticket.details().links, &self.row.links);
        let removed = links.iter().filter(|(what, _)| !row.contains_key(what));
        let removed = removed.map(|(what, from)| TicketEvent::Unlinked { what: *what, from: from.clone() });
        let is_new = |(what, to): &(&Link, &String)| links.get(*what) != Some(*to);
        let made = row.iter().filter(is_new);
        let made = made.map(|(what, to)| TicketEvent::Linked { what: *what, to: to.clone() });
        self.events.extend(removed.chain(made));
    }

    /// Who has the ticket, and the counter of reassignments.
    ///
    /// The rise of the counter is laid first to the change of the group, then
    /// to the change from one agent to another; the rest was counted without
    /// being shown. What a ticket has in its first row it has from the
    /// beginning: no hand-over, nothing to count.
    fn hands(&mut self, ticket: &Ticket, first: bool) {
        let (row, at) = (self.row, self.row.updated_at);
        let mut rise = rise(ticket.reassignment_count(), row.reassignment_count);
        let mut count = || {
            let counted = !first && rise > 0;
            rise -= i64::from(counted);
            counted
        };
        let group = match (ticket.group(), row.group.as_deref()) {
            (from, to) if from == to => None,
            (None, Some(to)) => Some(TicketEvent::GroupAssigned { group: to.to_owned(), counted: count() }),
            (Some(from), Some(to)) => {
                Some(TicketEvent::GroupChanged { from: from.to_owned(), to: to.to_owned(), counted: count() })
            }
            (Some(from), None) => {
                Some(TicketEvent::GroupCleared { group: from.to_owned(), counted: count() })
            }
            (None, None) => None,
        };
        let agent = match (ticket.assignee(), row.assignee.as_deref()) {
            (from, to) if from == to => None,
            (None, Some(to)) => Some(TicketEvent::AgentAssigned { agent: to.to_owned(), at }),
            (Some(from), Some(to)) => Some(TicketEvent::AgentReassigned {
                from: from.to_owned(),
                to: to.to_owned(),
                counted: count(),
                at,
            }),
            (Some(from), None) => Some(TicketEvent::AgentRemoved { agent: from.to_owned() }),
            (None, None) => None,
        };
        self.events.extend(group.into_iter().chain(agent));
        match (u32::try_from(rise), row.reassignment_count) {
            (Ok(0), _) | (Err(_), None) => {}
            (Ok(count), _) => self.events.push(TicketEvent::ReassignmentsCounted { count }),
            (Err(_), Some(count)) => self.correct(Correction::ReassignmentCount(count)),
        }
    }

    /// Where the ticket stands, coming from this status.
    fn progress(&mut self, from: &Status) {
        let (row, at) = (self.row, self.row.updated_at);
        if *from == row.status {
            return;
        }
        self.events.push(match &row.status {
            Status::New => TicketEvent::PutBack { at },
            Status::Active if *from == Status::New => TicketEvent::WorkStarted { at },
            Status::Active => TicketEvent::Resumed { at },
            Status::Awaiting(on) => TicketEvent::PutOnHold { on: *on, at },
            Status::Other(word) => TicketEvent::StatusNamed { word: word.clone(), at },
            Status::Resolved => TicketEvent::Resolved { summary: None, at },
            Status::Closed => {
                TicketEvent::Closed { code: row.closing_code.clone(), resolver: row.resolver.clone(), at }
            }
        });
    }

    fn verdicts(&mut self, ticket: &Ticket) {
        if let Some(met) = self.row.sla_met
            && ticket.details().sla_missed == met
        {
            self.events.push(TicketEvent::SlaJudged { met });
        }
    }
}

/// How far a counter rose; below zero when it fell, zero when the log does not tell.
fn rise(from: u32, to: Option<u32>) -> i64 {
    to.map_or(0, |to| i64::from(to) - i64::from(from))
}
