//! What is true of a ticket now.

use std::collections::BTreeMap;
use std::time::Duration;

use retell::{Actor, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::ResponseClock;
use super::event::Link;
use super::priority::Priority;
use super::status::Status;

/// A ticket, folded from its events.
///
/// `fold.rs` is how events change it. The rules of the desk are
/// methods of it too, in [`rules`](super::rules); they change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ticket {
    pub(super) customer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) opened_by: Option<String>,
    /// Nothing as long as the ticket does not exist.
    pub(super) opened_at: Option<Timestamp>,
    pub(super) status: Status,
    pub(super) priority: Priority,
    pub(super) escalated: bool,
    pub(super) clock: ResponseClock,
    pub(super) assignee: Option<String>,
    pub(super) group: Option<String>,
    pub(super) reassignment_count: u32,
    pub(super) reopen_count: u32,
    pub(super) messages: u32,
    /// The first sign that the desk took it up.
    pub(super) first_reaction: Option<Timestamp>,
    pub(super) last_viewed: Option<Timestamp>,
    /// Since when it is resolved or closed.
    pub(super) settled_at: Option<Timestamp>,
    pub(super) details: Details,
}

/// What an imported log tells about a ticket beyond what the rules of the desk need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The part of the category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// What the customer sees of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symptom: Option<String>,
    /// How much is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<String>,
    /// How soon it has to be solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// Whether somebody confirmed the priority.
    #[serde(skip_serializing_if = "is_false")]
    pub priority_confirmed: bool,
    /// What it is linked to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<Link, String>,
    /// Whether a document of the knowledge base helped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knowledge_used: Option<bool>,
    /// How the customer is told about changes; nothing when the customer is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// Whether the log's own service level agreement was broken.
    #[serde(skip_serializing_if = "is_false")]
    pub sla_missed: bool,
    /// What kind of solution it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing_code: Option<String>,
    /// Who had solved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What the state says.
impl Ticket {
    /// Whether the ticket was opened.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.opened_at.is_some()
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// How urgent it is.
    #[must_use]
    pub fn priority(&self) -> &Priority {
        &self.priority
    }

    /// Whether the customer escalated it. It stays escalated when it is reopened.
    #[must_use]
    pub fn is_escalated(&self) -> bool {
        self.escalated
    }

    /// Whose ticket it is.
    #[must_use]
    pub fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// How it reached the desk.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// Who wrote it down.
    #[must_use]
    pub fn opened_by(&self) -> Option<&str> {
        self.opened_by.as_deref()
    }

    /// When it was opened.
    #[must_use]
    pub fn opened_at(&self) -> Option<Timestamp> {
        self.opened_at
    }

    /// Which agent has it.
    #[must_use]
    pub fn assignee(&self) -> Option<&str> {
        self.assignee.as_deref()
    }

    /// Which group has it.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// How often it went from one hand to another.
    #[must_use]
    pub fn reassignment_count(&self) -> u32 {
        self.reassignment_count
    }

    /// How often it was reopened.
    #[must_use]
    pub fn reopen_count(&self) -> u32 {
        self.reopen_count
    }

    /// How many messages were exchanged.
    #[must_use]
    pub fn messages(&self) -> u32 {
        self.messages
    }

    /// When the desk first took it up: the first assignment, work, answer, hold or solution.
    #[must_use]
    pub fn first_reaction(&self) -> Option<Timestamp> {
        self.first_reaction
    }

    /// When somebody of the desk last looked at it.
    #[must_use]
    pub fn last_viewed(&self) -> Option<Timestamp> {
        self.last_viewed
    }

    /// Since when it is resolved or closed, if it is: a resolved ticket that is
    /// closed later counts from its closing.
    #[must_use]
    pub fn settled_at(&self) -> Option<Timestamp> {
        self.settled_at
    }

    /// What an imported log tells beyond this.
    #[must_use]
    pub fn details(&self) -> &Details {
        &self.details
    }

    /// The response clock.
    #[must_use]
    pub fn clock(&self) -> ResponseClock {
        self.clock
    }

    /// How much time the desk has for an answer, counted from the question: the
    /// priority's response time, or two thirds of it once the ticket is escalated.
    #[must_use]
    pub fn response_window(&self) -> Duration {
        if self.escalated { self.priority.escalated_response_time() } else { self.priority.response_time() }
    }

    /// By when the desk owes the customer an answer; nothing when none is owed,
    /// or when the clock is paused.
    #[must_use]
    pub fn response_due(&self) -> Option<Timestamp> {
        self.clock.due()
    }

    /// How much of the response time is left at this moment; zero when none is.
    ///
    /// While an answer is owed this is the time until it is due; while the
    /// ticket is on hold, the time that was left when the hold began. When the
    /// desk has answered, the whole window is left, as the customer's next
    /// question would get all of it. A ticket that is resolved, closed or not
    /// yet opened has no response time, so none is left.
    #[must_use]
    pub fn time_left(&self, now: Timestamp) -> Duration {
        if !self.exists() || self.status.is_settled() {
            return Duration::ZERO;
        }
        self.clock.left(now).unwrap_or_else(|| self.response_window())
    }

    /// Whether this actor is the customer whose ticket it is.
    ///
    /// A ticket names its customer with or without the kind: `customer/7` and
    /// `7` are the same customer.
    #[must_use]
    pub fn is_customer(&self, actor: &Actor) -> bool {
        actor.kind() == "customer"
            && self.customer().is_some_and(|customer| same_name("customer", customer, actor.as_str()))
    }
}

/// Whether two names mean the same person of this kind, written with or without the kind.
pub(super) fn same_name(kind: &str, one: &str, other: &str) -> bool {
    bare_name(kind, one) == bare_name(kind, other)
}

/// The name without its kind: `7` of `customer/7`, if the kind is `customer`.
#[must_use]
pub fn bare_name<'a>(kind: &str, name: &'a str) -> &'a str {
    name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name)
}
