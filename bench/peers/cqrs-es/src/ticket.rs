//! The ticket as an aggregate of cqrs-es.

use bench_common::{Answer, TicketEvent, sample};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Event(pub TicketEvent);

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        TicketEvent::KINDS[self.0.number()].into()
    }

    fn event_version(&self) -> String {
        "1.0".into()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ticket(bench_common::Ticket);

pub enum Command {
    Answer,
    /// Stores the prepared events of these versions.
    Record(u64, u64),
}

#[derive(Debug)]
pub struct Refused(&'static str);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

impl Aggregate for Ticket {
    const TYPE: &'static str = "ticket";
    type Command = Command;
    type Event = Event;
    type Error = Refused;
    type Services = ();

    async fn handle(&mut self, command: Command, _: &(), sink: &EventSink<Self>) -> Result<(), Refused> {
        match command {
            Command::Answer => {
                let event = self.0.answer(&Answer).map_err(Refused)?;
                sink.write(Event(event), self).await;
            }
            Command::Record(first, last) => {
                for version in first..=last {
                    sink.write(Event(sample(version)), self).await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.0.take(&event.0);
    }
}
