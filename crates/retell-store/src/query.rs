//! Which events: by category, type and tag, across all streams.

use crate::{EventType, StoredEvent, Tag};

/// Which events of the log: those that match at least one of the items.
///
/// A query without items matches every event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The items; one that matches is enough.
    pub items: Vec<QueryItem>,
}

/// One alternative of a [`Query`]: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryItem {
    /// The category of the stream is one of these; empty: any category.
    pub categories: Vec<String>,
    /// The type is one of these; empty: any type.
    pub types: Vec<EventType>,
    /// The event has all of these tags.
    pub tags: Vec<Tag>,
}

impl Query {
    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The events of one category of streams.
    #[must_use]
    pub fn category(category: impl Into<String>) -> Self {
        Self::item(QueryItem { categories: vec![category.into()], ..QueryItem::default() })
    }

    /// The events of these types.
    #[must_use]
    pub fn types(types: impl IntoIterator<Item = EventType>) -> Self {
        Self::item(QueryItem { types: types.into_iter().collect(), ..QueryItem::default() })
    }

    /// The events that have all of these tags.
    #[must_use]
    pub fn tags(tags: impl IntoIterator<Item = Tag>) -> Self {
        Self::item(QueryItem { tags: tags.into_iter().collect(), ..QueryItem::default() })
    }

    /// The events that match this item.
    #[must_use]
    pub fn item(item: QueryItem) -> Self {
        Self { items: vec![item] }
    }

    /// Or those that match this item.
    #[must_use]
    pub fn or(mut self, item: QueryItem) -> Self {
        self.items.push(item);
        self
    }

    /// Whether every event matches.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether this event matches.
    #[must_use]
    pub fn matches(&self, event: &StoredEvent<'_>) -> bool {
        self.is_all() || self.items.iter().any(|item| item.matches(event))
    }
}

impl QueryItem {
    fn matches(&self, event: &StoredEvent<'_>) -> bool {
        (self.categories.is_empty() || self.categories.iter().any(|c| c == event.category()))
            && (self.types.is_empty() || self.types.iter().any(|t| t.as_str() == event.event_type()))
            && self.tags.iter().all(|tag| event.tags().any(|has| has == tag.as_str()))
    }
}
