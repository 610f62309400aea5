//! What came out: a row for each check, a table for several engines.

use std::fmt::{self, Write};

use crate::{Check, Promise};

/// How a check ended on an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The promise is kept.
    Kept,
    /// The check does not apply, because of what the engine says it cannot do.
    Excluded(String),
    /// The promise is broken; the text says what was seen.
    Failed(String),
}

/// A check and how it ended.
#[derive(Debug)]
pub struct Row {
    /// The check.
    pub check: &'static Check,
    /// How it ended.
    pub outcome: Outcome,
    /// Figures that it measured.
    pub notes: Vec<String>,
    /// The seed of its random choices.
    pub seed: u64,
}

/// Every check on one engine.
#[derive(Debug)]
pub struct Report {
    /// The engine.
    pub engine: String,
    /// The checks, in the order of the promises.
    pub rows: Vec<Row>,
}

impl Report {
    /// Whether no promise is broken.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table(std::slice::from_ref(self)))
    }
}

/// The reports of several engines side by side, one line a check, with what
/// failed and what was measured below.
#[must_use]
pub fn table(reports: &[Report]) -> String {
    let Some(first) = reports.first() else { return String::new() };
    let name = first.rows.iter().map(|row| row.check.name().len()).max().unwrap_or(0);
    let cell = |row: &Row| match &row.outcome {
        Outcome::Kept => "ok".to_owned(),
        Outcome::Excluded(why) => format!("excluded: {why}"),
        Outcome::Failed(_) => "FAILED".to_owned(),
    };
    let widths: Vec<usize> = reports
        .iter()
        .map(|report| {
            let cells = report.rows.iter().map(|row| cell(row).len());
            cells.chain([report.engine.len()]).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    let mut line = |promise: &str, check: &str, cells: Vec<String>| {
        let mut line = format!("{promise:<8} {check:<name$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(line, "  {cell:<width$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line("promise", "check", reports.iter().map(|report| report.engine.clone()).collect());
    let mut before: Option<Promise> = None;
    for (index, row) in first.rows.iter().enumerate() {
        let promise = row.check.promise();
        let shown =
            if before.replace(promise) == Some(promise) { String::new() } else { promise.to_string() };
        let cells = reports.iter().map(|report| report.rows.get(index).map_or(String::new(), cell)).collect();
        line(&shown, row.check.name(), cells);
    }
    for report in reports {
        let count =
            |wanted: fn(&Outcome) -> bool| report.rows.iter().filter(|row| wanted(&row.outcome)).count();
        let kept = count(|outcome| matches!(outcome, Outcome::Kept));
        let excluded = count(|outcome| matches!(outcome, Outcome::Excluded(_)));
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let _ = write!(text, "\n{}: {kept} ok, {excluded} excluded, {failed} failed", report.engine);
    }
    text.push('\n');
    for report in reports {
        for row in &report.rows {
            for note in &row.notes {
                let _ = writeln!(text, "{} {}: {note}", report.engine, row.check.name());
            }
        }
        for row in report.failed() {
            let Outcome::Failed(why) = &row.outcome else { continue };
            let (name, seed) = (row.check.name(), row.seed);
            let _ = writeln!(text, "FAILED {} {name}: {why} (RETELL_SEED={seed})", report.engine);
        }
    }
    text
}
