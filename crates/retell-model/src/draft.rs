//! Several events from one rule, each on top of the one before.

use crate::Aggregate;

/// A state, and the events that a rule has recorded on top of it.
///
/// For rules that need to see what their own first event has changed before
/// they record the second: the style of `process_event` and `persist`.
///
/// ```
/// # use retell::{Aggregate, Draft, Event};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # enum TicketEvent { #[event("answered")] Answered, #[event("resolved")] Resolved }
/// # #[derive(Default, Clone)] struct Ticket { answers: u32 }
/// # impl Aggregate for Ticket {
/// #     const CATEGORY: &'static str = "ticket";
/// #     type Event = TicketEvent;
/// #     fn apply(&mut self, event: &TicketEvent) {
/// #         if let TicketEvent::Answered = event { self.answers += 1 }
/// #     }
/// # }
/// # let ticket = Ticket::default();
/// let mut draft = ticket.draft();
/// draft.record(TicketEvent::Answered);
/// if draft.state().answers >= 1 {
///     draft.record(TicketEvent::Resolved);
/// }
/// assert_eq!(draft.into_events().len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Draft<A: Aggregate> {
    state: A,
    events: Vec<A::Event>,
}

impl<A: Aggregate> Draft<A> {
    /// A draft without events on top of this state.
    #[must_use]
    pub fn new(state: A) -> Self {
        Self { state, events: Vec::new() }
    }

    /// Records an event and applies it.
    pub fn record(&mut self, event: A::Event) -> &mut Self {
        self.state.apply(&event);
        self.events.push(event);
        self
    }

    /// The state, with the recorded events applied.
    #[must_use]
    pub fn state(&self) -> &A {
        &self.state
    }

    /// The recorded events, for a command to return.
    #[must_use]
    pub fn into_events(self) -> Vec<A::Event> {
        self.events
    }
}
