//! Which ticket, which order: an id that knows what it identifies.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use retell_store::{NameError, StreamName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Aggregate;

/// The id of an aggregate, `42` of `ticket/42`.
///
/// It knows what it identifies, so the id of a customer is no id of a ticket;
/// and it is checked when it is made, so a command never fails for its id.
/// At most 400 bytes; [`NameError`] describes the alphabet.
///
/// ```
/// # use retell::{Aggregate, Event, Id};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # enum TicketEvent { #[event("opened")] Opened }
/// # #[derive(Default, Clone)] struct Ticket;
/// # impl Aggregate for Ticket {
/// #     const CATEGORY: &'static str = "ticket";
/// #     type Event = TicketEvent;
/// #     fn apply(&mut self, _: &TicketEvent) {}
/// # }
/// type TicketId = Id<Ticket>;
///
/// let id = TicketId::new("INC0000045")?;
/// assert_eq!(id.stream().as_str(), "ticket/INC0000045");
/// # Ok::<(), retell::NameError>(())
/// ```
pub struct Id<A> {
    stream: StreamName,
    of: PhantomData<fn() -> A>,
}

impl<A: Aggregate> Id<A> {
    /// The id of this text.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long or outside the alphabet, or
    /// when the aggregate's CATEGORY is no category.
    pub fn new(id: &str) -> Result<Self, NameError> {
        Ok(Self { stream: StreamName::new(A::CATEGORY, id)?, of: PhantomData })
    }

    /// The id whose events are in this stream; nothing when the stream is of
    /// another category.
    #[must_use]
    pub fn of_stream(stream: StreamName) -> Option<Self> {
        (stream.category() == A::CATEGORY).then_some(Self { stream, of: PhantomData })
    }
}

impl<A> Id<A> {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.stream.id()
    }

    /// The stream that holds the events.
    #[must_use]
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }
}

impl<A> Clone for Id<A> {
    fn clone(&self) -> Self {
        Self { stream: self.stream.clone(), of: PhantomData }
    }
}

impl<A> PartialEq for Id<A> {
    fn eq(&self, other: &Self) -> bool {
        self.stream == other.stream
    }
}

impl<A> Eq for Id<A> {}

impl<A> PartialOrd for Id<A> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> Ord for Id<A> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.stream.cmp(&other.stream)
    }
}

impl<A> Hash for Id<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.stream.hash(state);
    }
}

impl<A> fmt::Display for Id<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<A> fmt::Debug for Id<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<A: Aggregate> FromStr for Id<A> {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl<A> Serialize for Id<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, A: Aggregate> Deserialize<'de> for Id<A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}
