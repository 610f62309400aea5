//! The ticket: its events of about 200 bytes of JSON, its state, its one rule.

use serde::{Deserialize, Serialize};

/// What happens to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "retell", derive(retell::Event))]
pub enum TicketEvent {
    #[cfg_attr(feature = "retell", event("opened"))]
    Opened(Opened),
    #[cfg_attr(feature = "retell", event("assigned"))]
    Assigned(Assigned),
    #[cfg_attr(feature = "retell", event("message-added"))]
    MessageAdded(MessageAdded),
    #[cfg_attr(feature = "retell", event("escalated"))]
    Escalated(Escalated),
    #[cfg_attr(feature = "retell", event("resolved"))]
    Resolved(Resolved),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub customer: String,
    pub subject: String,
    pub priority: u8,
    pub channel: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    pub agent: String,
    pub team: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAdded {
    pub number: u64,
    pub author: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    pub level: u8,
    pub by: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    pub agent: String,
    pub summary: String,
    pub minutes: u64,
}

impl TicketEvent {
    /// The stored names, in the order of the variants.
    pub const KINDS: [&'static str; 5] = ["opened", "assigned", "message-added", "escalated", "resolved"];

    /// The place of the variant in [`Self::KINDS`].
    #[must_use]
    pub fn number(&self) -> usize {
        match self {
            Self::Opened(_) => 0,
            Self::Assigned(_) => 1,
            Self::MessageAdded(_) => 2,
            Self::Escalated(_) => 3,
            Self::Resolved(_) => 4,
        }
    }

    /// The content as JSON, without the name of the variant.
    ///
    /// # Errors
    /// None that these types can cause.
    pub fn content(&self) -> serde_json::Result<String> {
        match self {
            Self::Opened(event) => serde_json::to_string(event),
            Self::Assigned(event) => serde_json::to_string(event),
            Self::MessageAdded(event) => serde_json::to_string(event),
            Self::Escalated(event) => serde_json::to_string(event),
            Self::Resolved(event) => serde_json::to_string(event),
        }
    }

    /// The event of this stored name with this content.
    ///
    /// # Errors
    /// When the content is not that of the kind, or the kind is none.
    pub fn parse(kind: &str, content: &str) -> serde_json::Result<Self> {
        match kind {
            "opened" => serde_json::from_str(content).map(Self::Opened),
            "assigned" => serde_json::from_str(content).map(Self::Assigned),
            "message-added" => serde_json::from_str(content).map(Self::MessageAdded),
            "escalated" => serde_json::from_str(content).map(Self::Escalated),
            "resolved" => serde_json::from_str(content).map(Self::Resolved),
            _ => Err(serde::de::Error::custom(format!("there is no kind {kind}"))),
        }
    }
}

/// What is true of a ticket now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub open: bool,
    pub customer: String,
    pub agent: String,
    pub priority: u8,
    pub messages: u64,
    pub level: u8,
}

impl Ticket {
    /// Takes over what happened.
    pub fn take(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened(event) => {
                self.open = true;
                self.priority = event.priority;
                self.customer.clone_from(&event.customer);
            }
            TicketEvent::Assigned(event) => self.agent.clone_from(&event.agent),
            TicketEvent::MessageAdded(_) => self.messages += 1,
            TicketEvent::Escalated(event) => self.level = event.level,
            TicketEvent::Resolved(_) => self.open = false,
        }
    }

    /// The rule of every command: an open ticket takes an answer.
    ///
    /// # Errors
    /// When the ticket is not open.
    pub fn answer(&self, _: &Answer) -> Result<TicketEvent, &'static str> {
        if !self.open {
            return Err("the ticket is not open");
        }
        Ok(message(self.messages + 1))
    }
}

#[cfg(feature = "retell")]
impl retell::Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    type Event = TicketEvent;

    fn apply(&mut self, event: &TicketEvent) {
        self.take(event);
    }
}

/// The command: answer the customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answer;

fn message(number: u64) -> TicketEvent {
    TicketEvent::MessageAdded(MessageAdded {
        number,
        author: "agent/31".into(),
        text: "The printer on the third floor prints blank pages since the update of last night, and \
               restarting it twice did not help at all, so please have a look."
            .into(),
    })
}

/// The event that stands at this version of a prepared ticket, counted from 1.
#[must_use]
pub fn sample(version: u64) -> TicketEvent {
    match version % 10 {
        1 => TicketEvent::Opened(Opened {
            customer: format!("customer/{}", version % 9_973),
            subject: "Printer on the third floor prints blank pages since the update of last night, \
                      and the spare one has no toner left"
                .into(),
            priority: (version % 4) as u8,
            channel: "mail".into(),
        }),
        2 => TicketEvent::Assigned(Assigned {
            agent: "agent/31".into(),
            team: "second-level/printing".into(),
            note: "Knows this model of printer, and is on the same floor today until five o'clock; \
                   call before going there, the door is locked."
                .into(),
        }),
        5 => TicketEvent::Escalated(Escalated {
            level: (version % 3) as u8,
            by: "customer/7".into(),
            reason: "Nobody could print since yesterday morning and the invoices have to leave the house \
                     today; the workaround over the second floor takes hours."
                .into(),
        }),
        number => message(number),
    }
}

/// How many events there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(pub [u64; 5]);

impl Counts {
    /// Counts a typed event.
    pub fn event(&mut self, event: &TicketEvent) {
        self.0[event.number()] += 1;
    }

    /// Counts a stored name.
    ///
    /// # Panics
    /// When the name is none.
    pub fn kind(&mut self, kind: &str) {
        let place = TicketEvent::KINDS.iter().position(|known| *known == kind);
        self.0[place.expect("a kind of ticket event")] += 1;
    }

    /// How many there are of all kinds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_of_about_200_bytes_and_read_back() {
        for version in 1..=20 {
            let event = sample(version);
            let content = event.content().expect("writes");
            assert!((170..230).contains(&content.len()), "{} {content}", content.len());
            let kind = TicketEvent::KINDS[event.number()];
            assert_eq!(TicketEvent::parse(kind, &content).expect("reads"), event);
        }
    }

    #[test]
    fn a_prepared_ticket_takes_an_answer() {
        let mut ticket = Ticket::default();
        (1..=5).for_each(|version| ticket.take(&sample(version)));
        assert!(ticket.answer(&Answer).is_ok());
    }
}
