//! What a rule may know besides the state: the time, and who asks.

use std::collections::BTreeMap;

use retell_store::{Actor, NameError, Timestamp};

/// The circumstances of a command, fixed for all its attempts.
///
/// A rule that needs the time or the actor takes them from here, never from a
/// clock or a global: so a replay decides the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub(crate) time: Timestamp,
    pub(crate) effective: Option<Timestamp>,
    pub(crate) actor: Option<Actor>,
    pub(crate) correlation: Option<String>,
    pub(crate) causation: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) extra: BTreeMap<String, String>,
}

impl Context {
    /// A context in which it is this time and nobody is named.
    #[must_use]
    pub fn new(time: Timestamp) -> Self {
        Self {
            time,
            effective: None,
            actor: None,
            correlation: None,
            causation: None,
            reason: None,
            extra: BTreeMap::new(),
        }
    }

    /// The same, with this actor.
    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// The time that rules go by: the effective time where one was given, else
    /// the time when the command began.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.effective.unwrap_or(self.time)
    }

    /// The effective time, where one was given.
    #[must_use]
    pub fn effective(&self) -> Option<Timestamp> {
        self.effective
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// The root of the chain of causes.
    #[must_use]
    pub fn correlation(&self) -> Option<&str> {
        self.correlation.as_deref()
    }

    /// The immediate cause.
    #[must_use]
    pub fn causation(&self) -> Option<&str> {
        self.causation.as_deref()
    }

    /// Why, in words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// What can name an actor: an [`Actor`], or a text of the form `kind/name`.
pub trait IntoActor {
    /// The actor.
    ///
    /// # Errors
    /// [`NameError`] when the text is no actor.
    fn into_actor(self) -> Result<Actor, NameError>;
}

impl IntoActor for Actor {
    fn into_actor(self) -> Result<Actor, NameError> {
        Ok(self)
    }
}

impl IntoActor for &Actor {
    fn into_actor(self) -> Result<Actor, NameError> {
        Ok(self.clone())
    }
}

impl IntoActor for &str {
    fn into_actor(self) -> Result<Actor, NameError> {
        Actor::new(self)
    }
}

impl IntoActor for String {
    fn into_actor(self) -> Result<Actor, NameError> {
        Actor::new(&self)
    }
}
