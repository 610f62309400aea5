//! A state folded from one stream.

use crate::{Draft, Event, Model};

/// A state that is folded from the events of one stream: a ticket, an order,
/// an account.
///
/// At the ticket desk a ticket is an aggregate: its stream `ticket/42` holds
/// what happened to it, and [`apply`](Self::apply) turns one event after the
/// other into the state that rules look at. `apply` decides nothing: it is
/// total, it never fails, it reads no clock, because what happened has
/// happened. Rules are [commands](crate::Command).
///
/// ```
/// use retell::{Aggregate, Event};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// enum TicketEvent {
///     #[event("opened")]
///     Opened { customer: String },
///     #[event("escalated")]
///     Escalated { reason: String },
/// }
///
/// #[derive(Default, Clone)]
/// struct Ticket {
///     customer: Option<String>,
///     escalated: bool,
/// }
///
/// impl Aggregate for Ticket {
///     const CATEGORY: &'static str = "ticket";
///     type Event = TicketEvent;
///
///     fn apply(&mut self, event: &TicketEvent) {
///         match event {
///             TicketEvent::Opened { customer } => self.customer = Some(customer.clone()),
///             TicketEvent::Escalated { .. } => self.escalated = true,
///         }
///     }
/// }
///
/// let ticket = Ticket::from_events(&[
///     TicketEvent::Opened { customer: "customer/7".into() },
///     TicketEvent::Escalated { reason: "no answer for a day".into() },
/// ]);
/// assert!(ticket.escalated);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no aggregate",
    label = "does not implement `Aggregate`",
    note = "an aggregate is a state folded from events: implement `Aggregate` with a CATEGORY, its Event type and `apply`"
)]
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// The first part of the names of its streams: `ticket` of `ticket/42`.
    /// It is part of history; keep it when the Rust name changes.
    const CATEGORY: &'static str;

    /// What can happen to it.
    type Event: Event;

    /// Takes over what happened. No rules here, no failure, no clock.
    fn apply(&mut self, event: &Self::Event);

    /// The state after these events, beginning with nothing.
    #[must_use]
    fn from_events<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// How much memory the state takes, in bytes, for the state cache of a
    /// [`Repository`](crate::Repository). Say so for a state that grows; what
    /// is assumed otherwise is its own size and a kilobyte of what it points to.
    fn weight(&self) -> usize {
        size_of::<Self>() + 1_024
    }

    /// A draft on top of this state: record an event, look at the new state,
    /// record the next.
    fn draft(&self) -> Draft<Self> {
        Draft::new(self.clone())
    }
}

impl<A: Aggregate> Model for A {
    type Event = A::Event;
    type Decided = Vec<A::Event>;
}
