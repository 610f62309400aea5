//! The report of an import.

use std::collections::BTreeMap;
use std::fmt;

use retell::Event;

use super::read::{IncidentLog, RefusedRow};
use crate::domain::TicketEvent;

/// What an import did.
///
/// The events by type are those of the whole log, whether this run stored them
/// or an earlier one had, so that two runs of the same file agree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many rows were imported, now or earlier.
    pub rows: u64,
    /// How many of them an earlier run, or another one at the same time, had stored.
    pub rows_stored_before: u64,
    /// How many of them changed nothing that the log shows.
    pub unchanged_rows: u64,
    /// How many tickets the rows belong to.
    pub tickets: u64,
    /// How many events the rows became, by stored name.
    pub events: BTreeMap<&'static str, u64>,
    /// How many events this run stored.
    pub new_events: u64,
    /// The rows that were refused.
    pub refused: Vec<RefusedRow>,
}

impl Report {
    /// A report on this log, of which nothing is imported yet.
    #[must_use]
    pub fn new(log: &IncidentLog) -> Self {
        Self { refused: log.refused.clone(), ..Self::default() }
    }

    /// Counts a ticket.
    pub fn ticket(&mut self) {
        self.tickets += 1;
    }

    /// Counts a row that became these events, which this run stored or found stored.
    pub fn row<'a>(&mut self, events: impl IntoIterator<Item = &'a TicketEvent>, stored_now: bool) {
        let mut count = 0;
        let mut unchanged = true;
        for event in events {
            *self.events.entry(event.kind().name).or_insert(0) += 1;
            unchanged &= matches!(event, TicketEvent::Touched);
            count += 1;
        }
        self.rows += 1;
        self.unchanged_rows += u64::from(unchanged);
        if stored_now {
            self.new_events += count;
        } else {
            self.rows_stored_before += 1;
        }
    }

    /// How many events the rows became.
    #[must_use]
    pub fn total_events(&self) -> u64 {
        self.events.values().sum()
    }

    /// Which part of the events are general corrections of a field, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with two digits")]
    pub fn corrected_share(&self) -> f64 {
        let corrected = self.events.get("field-corrected").copied().unwrap_or(0);
        if corrected == 0 { 0.0 } else { corrected as f64 / self.total_events() as f64 }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total_events();
        writeln!(f, "{:>8} rows", self.rows)?;
        writeln!(f, "{:>8} of them stored before", self.rows_stored_before)?;
        writeln!(f, "{:>8} of them change nothing that the log shows", self.unchanged_rows)?;
        writeln!(f, "{:>8} rows refused", self.refused.len())?;
        writeln!(f, "{:>8} tickets", self.tickets)?;
        writeln!(f, "{total:>8} events, {} of them new", self.new_events)?;
        let mut events: Vec<_> = self.events.iter().collect();
        events.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
        for (name, count) in events {
            writeln!(f, "{count:>8}   {name}")?;
        }
        writeln!(f, "general corrections: {:.2} % of the events", self.corrected_share() * 100.0)?;
        for refused in &self.refused {
            writeln!(f, "refused: {refused}")?;
        }
        Ok(())
    }
}
