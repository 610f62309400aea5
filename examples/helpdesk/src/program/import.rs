//! Importing an incident log.
//!
//! Each row becomes one commit: its events, with the row's actor and its time
//! as the effective time. The id of the commit is the ticket and the number of
//! the row, so a second run, one that goes on after an interruption, and
//! several at once all store each row once.

use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use retell::store::InvalidCommit;
use retell::{AppendError, CommitId, Expected, FactsError, Recorded, Version};

use super::args::ImportArgs;
use retell_cli::Progress;

use super::desk::Desk;
use super::failure::Failure;
use crate::domain::{Ticket, TicketEvent, TicketId};
use crate::import::{IncidentLog, RefusedRow, Report, Row, changes};

/// How many tickets are imported at the same time: rows of different tickets
/// share transactions, rows of one ticket follow each other.
const TICKETS_AT_ONCE: usize = 64;

/// How often a row is tried again while the store is busy or others import the same file.
const TRIES: u32 = 60;

pub(super) async fn run(store: &str, args: &ImportArgs, out: &mut impl Write) -> Result<(), Failure> {
    // The file is read and checked whole before the store is touched.
    let log = IncidentLog::read(&args.file)?;
    let desk = Desk::open(store).await?;
    let mut report = Report::new(&log);
    let bar = Progress::on_terminal(log.rows.len() as u64, "rows");
    let mut tickets = stream::iter(log.tickets())
        .map(|(id, rows)| import_ticket(&desk, id, rows))
        .buffered(TICKETS_AT_ONCE);
    while let Some(imported) = tickets.next().await {
        let imported = imported?;
        report.ticket();
        for (events, stored_now) in &imported.rows {
            report.row(events, *stored_now);
            bar.add(1);
        }
        report.refused.extend(imported.refused);
    }
    drop(tickets);
    drop(bar);
    report.refused.sort_by_key(|refused| refused.line);
    desk.store.close().await;
    write!(out, "{report}")?;
    match report.refused.len() {
        0 => Ok(()),
        rows => Err(Failure::Refused { rows }),
    }
}

/// What became of the rows of one ticket: their events, and whether this run stored them.
#[derive(Default)]
struct Imported {
    rows: Vec<(Vec<TicketEvent>, bool)>,
    refused: Vec<RefusedRow>,
}

/// The ticket as the import has come so far, and what the store has of it.
struct Import {
    state: Ticket,
    version: Version,
    stored: HashMap<CommitId, Vec<Recorded<TicketEvent>>>,
}

impl Import {
    async fn of(desk: &Desk, id: &TicketId) -> Result<Self, Failure> {
        let mut import = Self { state: Ticket::default(), version: Version::NONE, stored: HashMap::new() };
        import.look(desk, id).await?;
        Ok(import)
    }

    /// Looks at what the store has by now.
    async fn look(&mut self, desk: &Desk, id: &TicketId) -> Result<(), Failure> {
        self.stored.clear();
        for recorded in desk.tickets.history(id, Version::NONE).await? {
            self.stored.entry(recorded.commit).or_default().push(recorded);
        }
        Ok(())
    }

    fn fold(&mut self, events: &[TicketEvent]) {
        use retell::Aggregate;
        for event in events {
            self.state.apply(event);
        }
        self.version = self.version.plus(events.len() as u64);
    }
}

/// The identity of a row: importing it again is the same commit.
fn identity(row: &Row) -> CommitId {
    CommitId::named("helpdesk import", &format!("{}/{}", row.ticket, row.ordinal))
}

async fn import_ticket(desk: &Desk, id: &TicketId, rows: Vec<&Row>) -> Result<Imported, Failure> {
    let mut imported = Imported::default();
    let mut import = Import::of(desk, id).await?;
    for row in rows {
        match import_row(desk, id, row, &mut import).await? {
            Ok(done) => imported.rows.push(done),
            Err(reason) => imported.refused.push(RefusedRow { line: row.line, reason }),
        }
    }
    Ok(imported)
}

/// Imports one row: its events and whether they were stored now, or why it was refused.
async fn import_row(
    desk: &Desk,
    id: &TicketId,
    row: &Row,
    import: &mut Import,
) -> Result<Result<(Vec<TicketEvent>, bool), String>, Failure> {
    let commit = identity(row);
    let events = changes(&import.state, row);
    for attempt in 0..TRIES {
        if let Some(stored) = import.stored.get(&commit) {
            let stored: Vec<TicketEvent> = stored.iter().map(|recorded| recorded.event.clone()).collect();
            let same = stored == events;
            import.fold(&stored);
            return Ok(match same {
                true => Ok((events, false)),
                false => Err("this row was imported earlier and said something else then".to_owned()),
            });
        }
        let expected = match import.version {
            Version::NONE => Expected::Absent,
            version => Expected::Exact(version),
        };
        let mut facts = desk.tickets.record(id, events.clone()).expecting(expected);
        if let Some(actor) = row.actor() {
            facts = facts.by(actor);
        }
        let facts = facts.effective_at(row.updated_at).commit_id(commit).named("import");
        match facts.await {
            Ok(committed) => {
                import.fold(&events);
                return Ok(Ok((events, !committed.already_stored)));
            }
            // Somebody stored something in between: this very row, if the same
            // file is being imported elsewhere.
            Err(FactsError::Store(AppendError::Conflict(conflict))) => {
                import.look(desk, id).await?;
                if !import.stored.contains_key(&commit) {
                    return Ok(Err(format!(
                        "the ticket was changed by others since it was imported: {conflict}"
                    )));
                }
            }
            Err(FactsError::Store(AppendError::Invalid(InvalidCommit::IdTaken(_)))) => {
                import.look(desk, id).await?;
            }
            Err(FactsError::Store(AppendError::TooBusy { .. } | AppendError::OutcomeUnknown { .. }))
                if attempt + 1 < TRIES =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Err("others changed the ticket all the time".to_owned()))
}
