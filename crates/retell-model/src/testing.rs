//! Testing rules without a store: given these events, when this command, then
//! these events.
//!
//! A failure is reported at the line of the test.
//!
//! ```
//! # use retell::{Aggregate, Context, Event};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! # enum TicketEvent { #[event("opened")] Opened, #[event("escalated")] Escalated { reason: String } }
//! # #[derive(Default, Clone)] struct Ticket { escalated: bool }
//! # impl Aggregate for Ticket {
//! #     const CATEGORY: &'static str = "ticket";
//! #     type Event = TicketEvent;
//! #     fn apply(&mut self, event: &TicketEvent) {
//! #         if let TicketEvent::Escalated { .. } = event { self.escalated = true }
//! #     }
//! # }
//! # #[derive(Debug, PartialEq)] struct EscalatedAlready;
//! # fn escalate(ticket: &Ticket, _: &Context) -> Result<Vec<TicketEvent>, EscalatedAlready> {
//! #     if ticket.escalated { return Err(EscalatedAlready) }
//! #     Ok(vec![TicketEvent::Escalated { reason: "no answer".into() }])
//! # }
//! use retell::testing::given;
//!
//! given::<Ticket>([TicketEvent::Opened])
//!     .by("customer/7")
//!     .when(escalate)
//!     .then([TicketEvent::Escalated { reason: "no answer".into() }]);
//!
//! given::<Ticket>([TicketEvent::Opened, TicketEvent::Escalated { reason: "no answer".into() }])
//!     .when(escalate)
//!     .then_refused(EscalatedAlready);
//! ```

use std::fmt::Debug;

use retell_store::{NewEvent, Timestamp};

use crate::{Aggregate, Command, Context, IntoActor, encode};

/// The events that happened before.
#[must_use]
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let events: Vec<A::Event> = events.into_iter().collect();
    Given { state: A::from_events(&events), context: Context::new(Timestamp::default()) }
}

/// What happened before; say who asks and when, then which command.
#[derive(Debug, Clone)]
pub struct Given<A> {
    state: A,
    context: Context,
}

impl<A: Aggregate> Given<A> {
    /// Who asks; nobody if it is not said.
    ///
    /// # Panics
    /// When the text is no actor.
    #[must_use]
    #[track_caller]
    pub fn by(mut self, actor: impl IntoActor) -> Self {
        match actor.into_actor() {
            Ok(actor) => self.context = self.context.by(actor),
            Err(mistake) => panic!("{mistake}"),
        }
        self
    }

    /// What time it is; the beginning of 1970 if it is not said.
    #[must_use]
    pub fn at(mut self, time: Timestamp) -> Self {
        self.context.time = time;
        self
    }

    /// Which command is given.
    pub fn when<C: Command<A>>(self, command: C) -> Outcome<A, C::Refusal> {
        let decided = command.decide(&self.state, &self.context);
        Outcome { state: self.state, decided }
    }
}

/// What the command decided; say what was expected.
#[must_use = "nothing is checked until you say what was expected"]
#[derive(Debug)]
pub struct Outcome<A: Aggregate, R> {
    state: A,
    decided: Result<Vec<A::Event>, R>,
}

impl<A: Aggregate, R: Debug> Outcome<A, R> {
    /// It decided exactly these events. They are compared as they would be
    /// stored, so they need no `PartialEq`. Returns the state after them.
    ///
    /// # Panics
    /// When it decided anything else.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) -> A {
        let expected: Vec<A::Event> = expected.into_iter().collect();
        let decided = match self.decided {
            Ok(decided) => decided,
            Err(refusal) => panic!("expected {expected:#?}\nbut it was refused: {refusal:?}"),
        };
        if stored::<A>(&decided) != stored::<A>(&expected) {
            panic!("expected {expected:#?}\nbut it decided {decided:#?}");
        }
        let mut state = self.state;
        for event in &decided {
            state.apply(event);
        }
        state
    }

    /// It decided that there is nothing to do.
    ///
    /// # Panics
    /// When it decided events or refused.
    #[track_caller]
    pub fn then_nothing(self) -> A {
        self.then([])
    }

    /// It refused, for this reason.
    ///
    /// # Panics
    /// When it decided events, or refused for another reason.
    #[track_caller]
    pub fn then_refused(self, expected: R)
    where
        R: PartialEq,
    {
        match self.decided {
            Ok(decided) => panic!("expected the refusal {expected:?}\nbut it decided {decided:#?}"),
            Err(refusal) if refusal == expected => {}
            Err(refusal) => panic!("expected the refusal {expected:?}\nbut it was refused: {refusal:?}"),
        }
    }

    /// What it decided, to look at it in another way.
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<Vec<A::Event>, R> {
        self.decided
    }
}

#[track_caller]
fn stored<A: Aggregate>(events: &[A::Event]) -> Vec<NewEvent> {
    let stored: Result<Vec<NewEvent>, _> = events.iter().map(encode).collect();
    match stored {
        Ok(stored) => stored,
        Err(error) => panic!("an event cannot be stored: {error}"),
    }
}
