//! What happened: the trait of an aggregate's events, and how each kind is stored.

mod tag;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use tag::TagValue;

/// One kind of event as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EventKind {
    /// The name under which this program stores it, for example `escalated`.
    pub name: &'static str,
    /// The version of the schema that this program writes; the first is 1.
    pub schema: u32,
    /// Further stored names that are read as this kind: what it was called before.
    pub also: &'static [&'static str],
}

impl EventKind {
    /// The kind stored under this name, in this version of its schema.
    ///
    /// # Panics
    /// When the name is empty or the schema 0. In a constant, as
    /// [`Event::KINDS`] is, the compiler reports it.
    #[must_use]
    pub const fn new(name: &'static str, schema: u32) -> Self {
        assert!(!name.is_empty(), "an event needs a stored name");
        assert!(schema >= 1, "the first schema of an event is 1");
        Self { name, schema, also: &[] }
    }

    /// Adds the names it was stored under before.
    #[must_use]
    pub const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    /// Every name under which it is found in a store: the current one first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.also.iter().copied())
    }
}

/// The events of an aggregate: an enum, one variant for each kind of fact.
///
/// Derive it, beside `Debug`, `Clone` and serde's traits:
///
/// ```
/// # use retell_macros::Event;
/// use serde::{Deserialize, Serialize};
///
/// # #[derive(Debug, Clone, Serialize, Deserialize)] pub enum Priority { Low, High }
/// #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # #[event(crate = "retell_model")]
/// pub enum TicketEvent {
///     #[event("opened")]
///     Opened { #[tag] customer: String, priority: Priority },
///     #[event("escalated", schema = 2)]
///     Escalated { reason: String },
///     #[event("closed")]
///     Closed,
/// }
/// ```
///
/// # Raise `schema` only when serde cannot read what is stored
///
/// A stored event whose schema is lower than the variant's is refused until
/// the program says how the old payload becomes the new one. So leave the
/// schema alone for what serde reads by itself: a new field with
/// `#[serde(default)]`, a renamed one with `#[serde(alias = "…")]`, one that
/// is gone (unknown fields are skipped). The schema counts on when the kind
/// is renamed with `also`.
///
/// # Implementing it by hand
///
/// The codec relies on serde numbering the variants as [`KINDS`](Self::KINDS)
/// does, which serde's derives do, in the order of the source; what differs is
/// refused when it is encoded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of events",
    label = "does not implement `Event`",
    note = "put `#[derive(Debug, Clone, Serialize, Deserialize, Event)]` on the enum, and `#[event(\"…\")]` with the stored name on every variant"
)]
pub trait Event: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    /// The kinds that this enum stores, in the order of its variants.
    const KINDS: &'static [EventKind];

    /// The index of this event's kind in [`KINDS`](Self::KINDS).
    fn kind_index(&self) -> usize;

    /// The index of the kind that is stored under a name; `None` when no kind is.
    fn index_of(name: &str) -> Option<usize>;

    /// The kind of this event.
    fn kind(&self) -> &'static EventKind {
        &Self::KINDS[self.kind_index()]
    }

    /// What the fields marked `#[tag]` say, as key and value.
    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
