//! What a command intended, what came in between, and its verdict.

use crate::{Model, Recorded};

/// Two writers collided: what this one intended, and what came in between.
///
/// At the ticket desk an agent resolves a ticket while the customer's next
/// message is being stored. [`Command::reconcile`](crate::Command::reconcile)
/// is shown the ticket as the agent saw it, the resolution that was intended,
/// the message that competes with it, and the ticket as it is now; and gives a
/// [`Verdict`].
#[derive(Debug)]
pub struct Conflict<'a, M: Model> {
    pub(crate) then: &'a M,
    pub(crate) intended: &'a M::Decided,
    pub(crate) competing: &'a [Recorded<M::Event>],
    pub(crate) now: &'a M,
    pub(crate) attempt: u32,
}

impl<'a, M: Model> Conflict<'a, M> {
    /// The state on which the intended events were decided.
    #[must_use]
    pub fn then(&self) -> &'a M {
        self.then
    }

    /// The events that were to be stored.
    #[must_use]
    pub fn intended(&self) -> &'a M::Decided {
        self.intended
    }

    /// The events that came in between, with who stored them and when: all of
    /// them since the state [`then`](Self::then), over several attempts too.
    #[must_use]
    pub fn competing(&self) -> &'a [Recorded<M::Event>] {
        self.competing
    }

    /// The state with the competing events folded in.
    #[must_use]
    pub fn now(&self) -> &'a M {
        self.now
    }

    /// Which attempt has failed; the first is 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What to do about a [`Conflict`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<M: Model, R> {
    /// Decide again on the new state. What was intended is forgotten.
    DecideAgain,
    /// The events do not collide: store what was intended after the competing
    /// ones, without deciding again.
    Keep,
    /// Store these events instead, after the competing ones.
    Append(M::Decided),
    /// What was wanted has happened already: succeed without storing anything.
    AlreadyDone,
    /// Refuse, with a reason of the domain.
    Refuse(R),
}
