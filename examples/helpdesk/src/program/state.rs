//! A ticket as it is, or as it was.

use std::io::Write;

use retell::{At, Clock, SystemClock};

use super::args::StateArgs;
use retell_cli::Shown;

use super::desk::Desk;
use super::failure::Failure;
use super::moment::{self, Moment};
use crate::domain::{TicketId, TicketView};

pub(super) async fn run(store: &str, args: &StateArgs, out: &mut impl Write) -> Result<(), Failure> {
    let id = TicketId::new(&args.ticket)?;
    let desk = Desk::look_at(store).await?;
    let view = view(&desk, &id, args.at, args.effective).await?;
    if args.json {
        let text = serde_json::to_string(&view).map_err(|error| Failure::Store(error.to_string()))?;
        writeln!(out, "{text}")?;
    } else {
        write(&view, out)?;
    }
    Ok(())
}

/// The ticket at a moment. What it says about time, such as the response time
/// that is left, is told for the moment that was asked for: the time itself,
/// or the time at which the event of the version took effect.
pub(super) async fn view(
    desk: &Desk,
    id: &TicketId,
    moment: Option<Moment>,
    effective: bool,
) -> Result<TicketView, Failure> {
    let at = moment.map_or(At::Now, |moment| moment.at(effective));
    let loaded = desk.tickets.at(id, at).await?;
    if !loaded.exists() {
        let (ticket, location) = (id.to_string(), desk.location());
        let exists = desk.tickets.load(id).await?.exists();
        return Err(if exists { Failure::NotYet { ticket } } else { Failure::NoTicket { ticket, location } });
    }
    let now = moment::time_of(&*desk.store, id, moment, loaded.version, SystemClock.now()).await?;
    Ok(loaded.state.view(id.as_str(), loaded.version.get(), now))
}

/// Writes a ticket for a person: a line for each thing that is known.
pub(super) fn write(view: &TicketView, out: &mut impl Write) -> Result<(), Failure> {
    let value = serde_json::to_value(view).map_err(|error| Failure::Store(error.to_string()))?;
    let serde_json::Value::Object(fields) = value else { return Ok(()) };
    for (name, value) in fields {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => writeln!(out, "{name:<20} {}", Shown(&text))?,
            other => writeln!(out, "{name:<20} {other}")?,
        }
    }
    Ok(())
}
