//! `import`: an event log from a file.

mod load;
mod report;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use retell::EventStore;
use retell::store::StreamName;

pub use report::ImportReport;

use crate::output::write_json;
use crate::store_args::open_to_write;
use crate::{EventLog, Failure, Layout, Progress};

/// Import an event log: a CSV file whose rows are events
///
/// Each case of the log becomes a stream, CATEGORY/case, each row an event in
/// it, in the order of the file: its type is what the type column says, the
/// time is kept as the time at which it took effect, even where times run
/// backwards, and the other columns are its payload, as text. White space
/// around cases, types and times is dropped. The store is created where there
/// is none.
///
/// An import may be repeated: a row is known by all that it says (the third
/// equal row of a case is its third equal event), and stored once. So a second
/// run adds nothing, an interrupted one is continued, a file that has grown
/// adds what is new, and two imports at the same time end as one.
///
/// A file that is no such table is refused whole, before anything is stored.
/// Rows that are broken (too few columns, a time that is none) are refused one
/// by one and reported, and the exit code is 4; the others are stored.
///
/// Example: retell --store sqlite:desk.db import helpdesk.csv --category ticket
/// --stream-column case_id --type-column activity --time-column timestamp
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The log, in UTF-8; its first line names the columns. It is read into memory
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// The column that says which case: the part of the stream's name after the slash
    #[arg(long, value_name = "COLUMN")]
    pub stream_column: String,
    /// The column that says what happened: the type of the event
    #[arg(long, value_name = "COLUMN")]
    pub type_column: String,
    /// The column that says when it took effect
    #[arg(long, value_name = "COLUMN")]
    pub time_column: String,
    /// The category of the streams: the part of their names before the slash
    #[arg(long, value_name = "CATEGORY")]
    pub category: String,
    /// What separates the columns: one character, or tab [default: the one of , ; tab | that fits]
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    pub delimiter: Option<String>,
    /// How times are written, in the manner of strftime, for example "%d.%m.%Y %H:%M"
    ///
    /// [default: RFC 3339 (2010-01-04T08:57:16Z), or 2010-01-04 08:57:16 with
    /// the seconds left out or more exact, or the day alone]
    ///
    /// A time without a zone is taken as UTC. With %z the zone is read as an
    /// offset (+0100); %s reads the seconds since 1970.
    #[arg(long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub time_format: Option<String>,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

impl ImportArgs {
    /// Reads the log, opens the store of this URL, and carries the command out.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, url: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let log = EventLog::read(&self.file, &self.layout()?)?;
        if log.event_count() == 0 {
            // There is nothing to open, or create, a store for.
            return finish(&ImportReport::of(&log), out, self.json);
        }
        let store = open_to_write(url).await?;
        let progress = Progress::on_terminal(log.event_count(), "rows");
        let outcome = import(&*store, out, &log, self.json, &progress).await;
        store.close().await;
        outcome
    }

    /// What the columns mean.
    ///
    /// # Errors
    /// [`Failure::Name`] and [`Failure::Option`] when an option makes no sense.
    pub fn layout(&self) -> Result<Layout, Failure> {
        StreamName::check_category(&self.category)?;
        let wrong = |option, value: &str| {
            let value = value.to_owned();
            move |problem| Failure::Option { option, value, problem }
        };
        let mut layout =
            Layout::new(&self.category, &self.stream_column, &self.type_column, &self.time_column);
        if let Some(delimiter) = &self.delimiter {
            layout = layout.delimiter(delimiter).map_err(wrong("--delimiter", delimiter))?;
        }
        if let Some(format) = &self.time_format {
            layout = layout.time_format(format).map_err(wrong("--time-format", format))?;
        }
        Ok(layout)
    }
}

/// Stores an event log, and prints a report.
///
/// # Errors
/// [`Failure`]; [`Failure::RowsRefused`] when some rows were refused and the
/// others are stored.
pub async fn import(
    store: &dyn EventStore,
    out: &mut dyn Write,
    log: &EventLog,
    json: bool,
    progress: &Progress,
) -> Result<(), Failure> {
    let report = load::load(store, log, progress).await?;
    finish(&report, out, json)
}

fn finish(report: &ImportReport, out: &mut dyn Write, json: bool) -> Result<(), Failure> {
    if json { write_json(out, report) } else { report.write(out) }?;
    match report.refused.len() as u64 {
        0 => Ok(()),
        refused => {
            out.flush()?;
            Err(Failure::RowsRefused { refused, rows: report.rows })
        }
    }
}
