//! Whether the tickets are as the log says.

use std::io::Write;

use super::args::ImportArgs;
use super::desk::Desk;
use super::failure::Failure;
use super::progress;
use crate::import::{IncidentLog, differences};

pub(super) async fn run(store: &str, args: &ImportArgs, out: &mut impl Write) -> Result<(), Failure> {
    let log = IncidentLog::read(&args.file)?;
    let desk = Desk::look_at(store).await?;
    let tickets = log.tickets();
    let bar = progress::bar(tickets.len(), "checking");
    let mut differing = 0;
    for (id, rows) in &tickets {
        bar.inc(1);
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
    bar.finish_and_clear();
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
