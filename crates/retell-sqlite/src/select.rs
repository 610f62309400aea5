//! From a query to SQL. What the query holds is bound, never written into the text.

use std::fmt::Write as _;

use retell_store::{Order, Query, QueryItem};
use rusqlite::{CachedStatement, Connection, Rows};

use crate::row::{select_events, to_sql};

/// A statement that finds the events of a stretch of the log that match a
/// query, ordered by position.
///
/// The items that ask for tags are looked up in the index of tags, the others
/// by going through the log once; SQLite merges what it finds. An event that
/// matches several items comes several times in a row.
#[derive(Debug)]
pub(crate) struct Select<'q> {
    sql: String,
    values: Vec<&'q str>,
    /// Whether it goes through the log.
    scans: bool,
}

/// What a statement gives of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Give {
    /// Its position alone.
    Position,
    /// All its columns, as `row::copy` takes them.
    Event,
}

const STREAM: &str = " CROSS JOIN streams s ON s.id = e.stream";

/// More of these and the statement would cost more than it saves.
const MOST_ARMS: usize = 32;
const MOST_VALUES: usize = 1_000;
const MOST_ITEMS: usize = 100;
const MOST_TAGS: usize = 32;

impl<'q> Select<'q> {
    /// The statement, or nothing where the query is too large for one.
    pub(crate) fn new(query: &'q Query, give: Give, order: Order) -> Option<Self> {
        let mut select = Self { sql: String::new(), values: Vec::new(), scans: false };
        let (tagged, others): (Vec<_>, Vec<_>) = query.items.iter().partition(|item| !item.tags.is_empty());
        // An item that asks for nothing lets every event match.
        let everything = query.is_all() || others.iter().any(|item| is_open(item));
        if everything {
            select.scan(give, &[]);
        } else {
            let many_tags = tagged.iter().any(|item| item.tags.len() > MOST_TAGS);
            if many_tags || tagged.len() > MOST_ARMS || others.len() > MOST_ITEMS {
                return None;
            }
            if !others.is_empty() {
                select.scan(give, &others);
            }
            for item in tagged {
                select.look_up(give, item);
            }
        }
        if select.values.len() > MOST_VALUES {
            return None;
        }
        select.sql.push_str(match order {
            Order::Forward => " ORDER BY 1",
            Order::Backward => " ORDER BY 1 DESC",
        });
        Some(select)
    }

    /// Whether it goes through the log, so that its time grows with the stretch.
    pub(crate) fn scans(&self) -> bool {
        self.scans
    }

    /// Prepares the statement for the events after `after`, up to and with `until`.
    pub(crate) fn prepare<'c>(
        &self,
        connection: &'c Connection,
        after: u64,
        until: u64,
    ) -> rusqlite::Result<Bound<'c>> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        statement.raw_bind_parameter(1, to_sql(after))?;
        statement.raw_bind_parameter(2, to_sql(until))?;
        for (index, value) in self.values.iter().enumerate() {
            statement.raw_bind_parameter(index + 3, value)?;
        }
        Ok(Bound(statement))
    }

    /// Goes through the log and gives what matches one of the items.
    fn scan(&mut self, give: Give, items: &[&'q QueryItem]) {
        self.arm();
        self.scans = true;
        self.sql.push_str(match give {
            Give::Position => "SELECT e.position FROM events e NOT INDEXED",
            Give::Event => select_events!("e.position", "s.name", "events e NOT INDEXED"),
        });
        if give == Give::Event || items.iter().any(|item| !item.categories.is_empty()) {
            self.sql.push_str(STREAM);
        }
        self.sql.push_str(" WHERE e.position > ?1 AND e.position <= ?2");
        for (index, item) in items.iter().enumerate() {
            self.sql.push_str(if index == 0 { " AND (" } else { " OR " });
            self.sql.push_str("(TRUE");
            self.types_and_categories(item);
            self.sql.push(')');
        }
        if !items.is_empty() {
            self.sql.push(')');
        }
    }

    /// Looks the tags of an item up in their index: goes through the events
    /// that have the first one, and looks whether they have the others.
    fn look_up(&mut self, give: Give, item: &'q QueryItem) {
        self.arm();
        self.sql.push_str(match give {
            Give::Position => "SELECT t.position FROM tags t",
            Give::Event => select_events!("t.position", "s.name", "tags t"),
        });
        let mut tags = item.tags.iter().map(|tag| tag.as_str());
        let first = tags.next().map_or(0, |tag| self.value(tag));
        for tag in tags {
            let n = self.value(tag);
            let _ =
                write!(self.sql, " CROSS JOIN tags t{n} ON t{n}.tag = ?{n} AND t{n}.position = t.position");
        }
        if give == Give::Event || !item.types.is_empty() || !item.categories.is_empty() {
            self.sql.push_str(" CROSS JOIN events e ON e.position = t.position");
        }
        if give == Give::Event || !item.categories.is_empty() {
            self.sql.push_str(STREAM);
        }
        let _ = write!(self.sql, " WHERE t.tag = ?{first} AND t.position > ?1 AND t.position <= ?2");
        self.types_and_categories(item);
    }

    fn types_and_categories(&mut self, item: &'q QueryItem) {
        self.one_of(" AND e.type", item.types.iter().map(|of| of.as_str()));
        self.one_of(" AND s.category", item.categories.iter().map(String::as_str));
    }

    fn one_of(&mut self, column: &str, values: impl ExactSizeIterator<Item = &'q str>) {
        let last = values.len();
        for (index, value) in values.enumerate() {
            let value = self.value(value);
            let opening = if index == 0 { format!("{column} IN (") } else { ", ".to_owned() };
            let closing = if index + 1 == last { ")" } else { "" };
            let _ = write!(self.sql, "{opening}?{value}{closing}");
        }
    }

    fn arm(&mut self) {
        if !self.sql.is_empty() {
            self.sql.push_str(" UNION ALL ");
        }
    }

    fn value(&mut self, value: &'q str) -> usize {
        self.values.push(value);
        self.values.len() + 2
    }
}

/// A statement with its values.
pub(crate) struct Bound<'c>(CachedStatement<'c>);

impl Bound<'_> {
    pub(crate) fn rows(&mut self) -> Rows<'_> {
        self.0.raw_query()
    }
}

fn is_open(item: &QueryItem) -> bool {
    item.categories.is_empty() && item.types.is_empty() && item.tags.is_empty()
}

#[cfg(test)]
mod tests;
