//! How events change a ticket.
//!
//! Total and without rules: whatever is stored can be folded, in whatever order
//! it happened, as nobody can refuse the past. No clock is read here; times
//! come with the events, and may run backwards.

use retell::{Aggregate, Timestamp};

use super::clock::ResponseClock;
use super::event::{Correction, TicketEvent};
use super::status::Status;
use super::ticket::{Details, Ticket};

impl Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    type Event = TicketEvent;

    fn apply(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened { customer, subject, priority, channel, opened_by, at } => {
                self.customer.clone_from(customer);
                self.subject.clone_from(subject);
                self.priority.clone_from(priority);
                self.channel.clone_from(channel);
                self.opened_by.clone_from(opened_by);
                self.opened_at = Some(*at);
                self.restart_clock(*at);
            }
            TicketEvent::CustomerWrote { at, .. } => {
                self.messages = self.messages.saturating_add(1);
                if self.clock == ResponseClock::Stopped {
                    self.restart_clock(*at);
                }
            }
            TicketEvent::AgentAnswered { at, .. } => {
                self.messages = self.messages.saturating_add(1);
                self.clock.stop();
                self.react(*at);
            }
            TicketEvent::Viewed { at, .. } => self.last_viewed = Some(*at),
            TicketEvent::Taken { agent, at } | TicketEvent::AgentAssigned { agent, at } => {
                self.assignee = Some(agent.clone());
                self.react(*at);
            }
            TicketEvent::AgentReassigned { to, counted, at, .. } => {
                self.assignee = Some(to.clone());
                self.count_reassignments((*counted).into());
                self.react(*at);
            }
            TicketEvent::AgentRemoved { .. } => self.assignee = None,
            TicketEvent::GroupAssigned { group: to, counted }
            | TicketEvent::GroupChanged { to, counted, .. } => {
                self.group = Some(to.clone());
                self.count_reassignments((*counted).into());
            }
            TicketEvent::GroupCleared { counted, .. } => {
                self.group = None;
                self.count_reassignments((*counted).into());
            }
            TicketEvent::PriorityChanged { to, .. } => {
                let old = self.response_window();
                self.priority.clone_from(to);
                self.clock.change_window(old, self.response_window());
            }
            TicketEvent::WorkStarted { at } => {
                self.enter(Status::Active, *at);
                self.react(*at);
            }
            TicketEvent::PutOnHold { on, at } => {
                self.enter(Status::Awaiting(*on), *at);
                self.react(*at);
            }
            TicketEvent::Resumed { at } => self.enter(Status::Active, *at),
            TicketEvent::Escalated { at, .. } => {
                self.escalated = true;
                self.restart_clock(*at);
            }
            TicketEvent::Resolved { at, .. } => {
                self.enter(Status::Resolved, *at);
                self.react(*at);
            }
            TicketEvent::Closed { code, resolver, at } => {
                self.enter(Status::Closed, *at);
                self.details.closing_code.clone_from(code);
                self.details.resolver.clone_from(resolver);
            }
            TicketEvent::Reopened { counted, at, .. } => {
                self.enter(Status::Active, *at);
                self.reopen_count = self.reopen_count.saturating_add((*counted).into());
                self.restart_clock(*at);
            }
            TicketEvent::PutBack { at } => self.enter(Status::New, *at),
            TicketEvent::StatusNamed { word, at } => self.enter(Status::from_word(word), *at),
            TicketEvent::ReassignmentsCounted { count } => self.count_reassignments(*count),
            TicketEvent::ReopeningsCounted { count } => {
                self.reopen_count = self.reopen_count.saturating_add(*count);
            }
            TicketEvent::FieldCorrected { correction } => self.correct(correction),
            TicketEvent::Touched => {}
            TicketEvent::Categorised { .. }
            | TicketEvent::Located { .. }
            | TicketEvent::Assessed { .. }
            | TicketEvent::PriorityReviewed { .. }
            | TicketEvent::Linked { .. }
            | TicketEvent::Unlinked { .. }
            | TicketEvent::KnowledgeNoted { .. }
            | TicketEvent::NotificationChosen { .. }
            | TicketEvent::SlaJudged { .. } => self.details.apply(event),
        }
    }
}

impl Details {
    /// The part of the fold that concerns the details; what does not changes nothing.
    fn apply(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Categorised { category, subcategory, symptom } => {
                self.category.clone_from(category);
                self.subcategory.clone_from(subcategory);
                self.symptom.clone_from(symptom);
            }
            TicketEvent::Located { location } => self.location.clone_from(location),
            TicketEvent::Assessed { impact, urgency } => {
                self.impact.clone_from(impact);
                self.urgency.clone_from(urgency);
            }
            TicketEvent::PriorityReviewed { confirmed } => self.priority_confirmed = *confirmed,
            TicketEvent::Linked { what, to } => {
                self.links.insert(*what, to.clone());
            }
            TicketEvent::Unlinked { what, .. } => {
                self.links.remove(what);
            }
            TicketEvent::KnowledgeNoted { used } => self.knowledge_used = Some(*used),
            TicketEvent::NotificationChosen { choice } => self.notification.clone_from(choice),
            TicketEvent::SlaJudged { met } => self.sla_missed = !met,
            _ => {}
        }
    }
}

impl Ticket {
    /// Moves the ticket to a status; the response clock and the time of settling follow.
    fn enter(&mut self, status: Status, at: Timestamp) {
        match (self.status.is_on_hold(), status.is_on_hold()) {
            (false, true) => self.clock.pause(at),
            (true, false) => self.clock.resume(at),
            (false, false) | (true, true) => {}
        }
        if status.is_settled() {
            self.clock.stop();
            self.settled_at = Some(at);
        } else {
            self.settled_at = None;
        }
        self.status = status;
    }

    /// Begins a new response window; a ticket that is resolved or closed has none.
    fn restart_clock(&mut self, at: Timestamp) {
        if !self.status.is_settled() {
            self.clock.restart(at, self.response_window(), self.status.is_on_hold());
        }
    }

    /// Notes the first sign that the desk took the ticket up.
    fn react(&mut self, at: Timestamp) {
        self.first_reaction.get_or_insert(at);
    }

    fn count_reassignments(&mut self, count: u32) {
        self.reassignment_count = self.reassignment_count.saturating_add(count);
    }

    fn correct(&mut self, correction: &Correction) {
        match correction {
            Correction::Customer(customer) => self.customer.clone_from(customer),
            Correction::OpenedBy(opened_by) => self.opened_by.clone_from(opened_by),
            Correction::OpenedAt(at) => self.opened_at = Some(*at),
            Correction::Channel(channel) => self.channel.clone_from(channel),
            Correction::ReassignmentCount(count) => self.reassignment_count = *count,
            Correction::ReopenCount(count) => self.reopen_count = *count,
            Correction::ClosingCode(code) => self.details.closing_code.clone_from(code),
            Correction::Resolver(resolver) => self.details.resolver.clone_from(resolver),
        }
    }
}
