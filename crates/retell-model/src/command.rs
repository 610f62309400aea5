//! A business rule: looks at a state, returns new events or a refusal.

use retell_store::Payload;

use crate::{Conflict, Context, Model, Verdict};

/// A business rule: it looks at a state and decides which events follow, or
/// refuses and says why.
///
/// At the ticket desk a customer asks for escalation. The rule looks at the
/// ticket and at the time, and answers with an `Escalated` event or with the
/// reason why not. No events at all is a valid answer: there is nothing to do.
///
/// A struct is a command, and so is a closure:
///
/// ```
/// # use retell::{Aggregate, Command, Context, Event};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
/// # enum TicketEvent { #[event("escalated")] Escalated { reason: String } }
/// # #[derive(Default, Clone)] struct Ticket { escalated: bool }
/// # impl Aggregate for Ticket {
/// #     const CATEGORY: &'static str = "ticket";
/// #     type Event = TicketEvent;
/// #     fn apply(&mut self, _: &TicketEvent) { self.escalated = true }
/// # }
/// #[derive(Debug, PartialEq)]
/// enum TicketRefusal { EscalatedAlready }
///
/// impl Ticket {
///     fn escalate(&self, reason: &str, _: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
///         if self.escalated {
///             return Err(TicketRefusal::EscalatedAlready);
///         }
///         Ok(vec![TicketEvent::Escalated { reason: reason.to_owned() }])
///     }
/// }
///
/// struct RequestEscalation { reason: String }
///
/// impl Command<Ticket> for RequestEscalation {
///     type Refusal = TicketRefusal;
///
///     fn decide(&self, ticket: &Ticket, at: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
///         ticket.escalate(&self.reason, at)
///     }
/// }
///
/// // The same rule as a closure; `named` gives it a name for the audit.
/// let rule = retell::named("request-escalation", |ticket: &Ticket, at: &Context| {
///     ticket.escalate("no answer for a day", at)
/// });
/// # fn is_command<C: Command<Ticket>>(_: &C) {}
/// # is_command(&rule);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no command over `{M}`",
    label = "not a command over `{M}`",
    note = "a command is a struct that implements `Command<{M}>`, or a closure with both types written out: `|state: &{M}, at: &Context| -> Result<Vec<…Event>, …Refusal>`"
)]
pub trait Command<M: Model>: Send + Sync {
    /// Why it may be refused.
    type Refusal: Send;

    /// Decides: new events, none, or a refusal. It reads no clock, no random
    /// number and does no I/O: what it needs is in the command or the context.
    ///
    /// # Errors
    /// The refusal, with its reason.
    fn decide(&self, state: &M, at: &Context) -> Result<M::Decided, Self::Refusal>;

    /// Its name for the audit; by default the name of its type. An empty name
    /// (a closure's) is not recorded.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// What it holds, for the audit, as JSON; by default nothing. Leave
    /// personal data out: it stays in history.
    fn content(&self) -> Option<Payload> {
        None
    }

    /// Decides on a conflict: what was intended, what came in between. By
    /// default the command decides again on the new state.
    fn reconcile(&self, conflict: &Conflict<'_, M>) -> Verdict<M, Self::Refusal> {
        let _ = conflict;
        Verdict::DecideAgain
    }
}

/// The last part of a type's name without its generics; empty for a closure.
fn type_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    let name = name.rsplit("::").next().unwrap_or(name);
    if name.starts_with('{') { "" } else { name }
}

/// A closure is a command.
impl<M, R, F> Command<M> for F
where
    M: Model,
    R: Send,
    F: Fn(&M, &Context) -> Result<M::Decided, R> + Send + Sync,
{
    type Refusal = R;

    fn decide(&self, state: &M, at: &Context) -> Result<M::Decided, R> {
        self(state, at)
    }
}

/// A command under another name; made by [`named`].
#[derive(Debug, Clone)]
pub struct Named<C> {
    name: String,
    command: C,
}

/// Gives a command, usually a closure, a name for the audit.
#[must_use]
pub fn named<C>(name: impl Into<String>, command: C) -> Named<C> {
    Named { name: name.into(), command }
}

impl<M: Model, C: Command<M>> Command<M> for Named<C> {
    type Refusal = C::Refusal;

    fn decide(&self, state: &M, at: &Context) -> Result<M::Decided, C::Refusal> {
        self.command.decide(state, at)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn content(&self) -> Option<Payload> {
        self.command.content()
    }

    fn reconcile(&self, conflict: &Conflict<'_, M>) -> Verdict<M, C::Refusal> {
        self.command.reconcile(conflict)
    }
}
