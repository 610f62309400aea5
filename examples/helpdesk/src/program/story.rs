//! One ticket's story: what happened, who did it, and how the ticket stood.

use std::io::Write;

use retell::{Event, Recorded, Version, encode};

use retell_cli::Shown;

use super::desk::Desk;
use super::failure::Failure;
use super::moment::Moment;
use super::state;
use crate::domain::{TicketEvent, TicketId};

/// How many tickets are looked at for one that is worth telling.
const CANDIDATES: usize = 400;

/// Tells the story of an escalated ticket, if there is one, with its state at
/// three versions.
pub(super) async fn tell(desk: &Desk, out: &mut impl Write) -> Result<(), Failure> {
    let Some((id, history)) = choose(desk).await? else {
        writeln!(out, "There is no ticket yet.")?;
        return Ok(());
    };
    writeln!(out, "The story of ticket {id}\n")?;
    for recorded in &history {
        write_event(recorded, out)?;
    }
    for version in three_versions(&history) {
        writeln!(out, "\nTicket {id} at version {version}\n")?;
        let view = state::view(desk, &id, Some(Moment::Version(version)), false).await?;
        state::write(&view, out)?;
    }
    writeln!(out, "\nThe same at any version or time: helpdesk state {id} --at 3")?;
    Ok(())
}

async fn choose(desk: &Desk) -> Result<Option<(TicketId, Vec<Recorded<TicketEvent>>)>, Failure> {
    let mut best = None;
    for id in desk.first_tickets(CANDIDATES).await? {
        let history = desk.tickets.history(&id, Version::NONE).await?;
        let escalated =
            history.iter().any(|recorded| matches!(recorded.event, TicketEvent::Escalated { .. }));
        if escalated && history.len() >= 8 {
            return Ok(Some((id, history)));
        }
        if best.as_ref().is_none_or(|(_, longest): &(_, Vec<_>)| history.len() > longest.len()) {
            best = Some((id, history));
        }
    }
    Ok(best)
}

/// The first, the one of the escalation or in the middle, and the last.
fn three_versions(history: &[Recorded<TicketEvent>]) -> Vec<Version> {
    let escalation = history.iter().find(|recorded| matches!(recorded.event, TicketEvent::Escalated { .. }));
    let middle = escalation.or_else(|| history.get(history.len() / 2));
    let mut versions: Vec<Version> = [history.first(), middle, history.last()]
        .into_iter()
        .flatten()
        .map(|recorded| recorded.version)
        .collect();
    versions.dedup();
    versions
}

fn write_event(recorded: &Recorded<TicketEvent>, out: &mut impl Write) -> Result<(), Failure> {
    let time = recorded.effective_at().to_string();
    let actor = recorded.metadata.actor.as_ref().map_or("-", |actor| actor.as_str());
    let actor = Shown(actor).to_string();
    let payload = encode(&recorded.event).map_err(|error| Failure::Store(error.to_string()))?.payload;
    writeln!(
        out,
        "{:>4}  {time}  {actor:<18}  {:<18}  {}",
        recorded.version,
        recorded.event.kind().name,
        Shown(payload.as_str()),
    )?;
    Ok(())
}
