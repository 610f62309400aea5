//! Whether a ticket equals a row.
//!
//! Written apart from [`changes()`](super::changes()): what one of them overlooks,
//! the other finds.

use std::fmt;

use super::row::Row;
use crate::domain::Ticket;

/// One thing in which a ticket differs from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, for example `status`.
    pub field: &'static str,
    /// What the ticket says.
    pub ticket: String,
    /// What the row says.
    pub row: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is \"{}\", the log says \"{}\"", self.field, self.ticket, self.row)
    }
}

/// In what a ticket differs from a row; nothing when it equals it.
///
/// What the row does not tell (a `?` in a column of numbers, truths or times)
/// is not compared. [`import`](super) says which columns never are.
#[must_use]
pub fn differences(ticket: &Ticket, row: &Row) -> Vec<Difference> {
    let details = ticket.details();
    let mut found = Compared(Vec::new());
    found.word("status", Some(ticket.status().as_str()), Some(row.status.as_str()));
    found.word("priority", Some(ticket.priority().as_str()), Some(row.priority.as_str()));
    found.word("group", ticket.group(), row.group.as_deref());
    found.word("assignee", ticket.assignee(), row.assignee.as_deref());
    found.value("reopen_count", &ticket.reopen_count(), row.reopen_count.as_ref());
    found.value("reassignment_count", &ticket.reassignment_count(), row.reassignment_count.as_ref());

    found.word("customer", ticket.customer(), row.customer.as_deref());
    found.word("opened_by", ticket.opened_by(), row.opened_by.as_deref());
    found.word("channel", ticket.channel(), row.channel.as_deref());
    if let Some(opened_at) = ticket.opened_at() {
        found.value("opened_at", &opened_at, row.opened_at.as_ref());
    }
    found.word("location", details.location.as_deref(), row.location.as_deref());
    found.word("category", details.category.as_deref(), row.category.as_deref());
    found.word("subcategory", details.subcategory.as_deref(), row.subcategory.as_deref());
    found.word("symptom", details.symptom.as_deref(), row.symptom.as_deref());
    found.word("impact", details.impact.as_deref(), row.impact.as_deref());
    found.word("urgency", details.urgency.as_deref(), row.urgency.as_deref());
    found.value("priority_confirmed", &details.priority_confirmed, row.priority_confirmed.as_ref());
    found.word("notification", details.notification.as_deref(), row.notification.as_deref());
    if let Some(used) = &details.knowledge_used {
        found.value("knowledge_used", used, row.knowledge_used.as_ref());
    }
    found.value("sla_met", &!details.sla_missed, row.sla_met.as_ref());
    if details.links != row.links {
        found.0.push(Difference {
            field: "links",
            ticket: format!("{:?}", details.links),
            row: format!("{:?}", row.links),
        });
    }
    if row.is_closed() {
        found.word("closing_code", details.closing_code.as_deref(), row.closing_code.as_deref());
        found.word("resolver", details.resolver.as_deref(), row.resolver.as_deref());
    }
    found.0
}

/// The differences so far.
struct Compared(Vec<Difference>);

impl Compared {
    fn word(&mut self, field: &'static str, ticket: Option<&str>, row: Option<&str>) {
        if ticket != row {
            let shown = |text: Option<&str>| text.unwrap_or("?").to_owned();
            self.0.push(Difference { field, ticket: shown(ticket), row: shown(row) });
        }
    }

    fn value<T: PartialEq + fmt::Display>(&mut self, field: &'static str, ticket: &T, row: Option<&T>) {
        if let Some(row) = row
            && ticket != row
        {
            self.0.push(Difference { field, ticket: ticket.to_string(), row: row.to_string() });
        }
    }
}
