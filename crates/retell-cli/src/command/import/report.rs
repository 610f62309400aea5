//! What an import did.

use std::io::{self, Write};

use serde::Serialize;

use crate::escape::Shown;
use crate::{EventLog, RefusedRow};

/// What an import did.
///
/// Every row was added, was there already, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// How many rows the file has.
    pub rows: u64,
    /// How many streams its events belong to.
    pub streams: u64,
    /// How many events were stored.
    pub added: u64,
    /// How many events were stored already, by an earlier run or by another
    /// one at the same time.
    pub already_there: u64,
    /// The rows that were refused, in the order of the file.
    pub refused: Vec<RefusedRow>,
}

impl ImportReport {
    /// The report of a log of which nothing was stored yet.
    pub(super) fn of(log: &EventLog) -> Self {
        let (rows, streams, refused) = (log.row_count(), log.stream_count(), log.refused().to_vec());
        Self { rows, streams, added: 0, already_there: 0, refused }
    }

    /// Prints it for people, with the first refused rows.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        const SHOWN: usize = 20;
        writeln!(out, "rows           {}", self.rows)?;
        writeln!(out, "streams        {}", self.streams)?;
        writeln!(out, "events added   {}", self.added)?;
        writeln!(out, "already there  {}", self.already_there)?;
        writeln!(out, "refused        {}", self.refused.len())?;
        for RefusedRow { line, reason } in self.refused.iter().take(SHOWN) {
            writeln!(out, "  line {line}: {}", Shown(reason))?;
        }
        match self.refused.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(out, "  and {more} more: --json lists them all"),
        }
    }
}
