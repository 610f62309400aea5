//! Whether the tickets are as the log says.

use std::io::Write;

use super::args::ImportArgs;
use retell_cli::Progress;

use super::desk::Desk;
use super::failure::Failure;
use crate::import::{IncidentLog, differences};

pub(super) async fn run(store: &str, args: &ImportArgs, out: &mut impl Write) -> Result<(), Failure> {
    let log = IncidentLog::read(&args.file)?;
    let desk = Desk::look_at(store).await?;
    let tickets = log.tickets();
    let bar = Progress::on_terminal(tickets.len() as u64, "tickets");
    let mut differing = 0;
    for (id, rows) in &tickets {
        bar.add(1);
        let Some(last) = rows.last() else { continue };
        let loaded = desk.tickets.load(id).await?;
        if !loaded.exists() {
            differing += 1;
            writeln!(out, "{id}: not in the store (line {} of the log)", last.line)?;
            continue;
        }
        let found = differences(&loaded.state, last);
        differing += usize::from(!found.is_empty());
        for difference in found {
            writeln!(out, "{id}: {difference} (line {})", last.line)?;
        }
    }
    drop(bar);
    for refused in &log.refused {
        writeln!(out, "refused: {refused}")?;
    }
    writeln!(
        out,
        "{} tickets checked, {differing} differ, {} rows refused",
        tickets.len(),
        log.refused.len()
    )?;
    match (differing, log.refused.len()) {
        (0, 0) => Ok(()),
        (0, rows) => Err(Failure::Refused { rows }),
        (tickets, _) => Err(Failure::Differs { tickets }),
    }
}
