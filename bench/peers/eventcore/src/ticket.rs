//! The ticket's events and commands as eventcore wants them.

use bench_common::{Answer, Ticket, TicketEvent, sample};
use eventcore::{Command, CommandError, CommandLogic, NewEvents, StreamId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    pub ticket: StreamId,
    pub event: TicketEvent,
}

impl eventcore::Event for Event {
    fn stream_id(&self) -> &StreamId {
        &self.ticket
    }

    fn event_type_name() -> &'static str {
        "TicketEvent"
    }
}

#[derive(Command)]
pub struct AnswerTicket {
    #[stream]
    pub ticket: StreamId,
}

impl CommandLogic for AnswerTicket {
    type Event = Event;
    type State = Ticket;

    fn apply(&self, mut state: Ticket, event: &Event) -> Ticket {
        state.take(&event.event);
        state
    }

    fn handle(&self, state: Ticket) -> Result<NewEvents<Event>, CommandError> {
        let refused = |reason: &str| CommandError::BusinessRuleViolation(reason.to_owned().into());
        let event = state.answer(&Answer).map_err(refused)?;
        Ok(vec![Event { ticket: self.ticket.clone(), event }].into())
    }
}

/// Stores the prepared events of these versions; none where the first comes after the last.
#[derive(Command)]
pub struct Record {
    #[stream]
    pub ticket: StreamId,
    pub first: u64,
    pub last: u64,
}

impl CommandLogic for Record {
    type Event = Event;
    type State = Ticket;

    fn apply(&self, mut state: Ticket, event: &Event) -> Ticket {
        state.take(&event.event);
        state
    }

    fn handle(&self, _: Ticket) -> Result<NewEvents<Event>, CommandError> {
        let event = |version| Event { ticket: self.ticket.clone(), event: sample(version) };
        Ok((self.first..=self.last).map(event).collect::<Vec<_>>().into())
    }
}
