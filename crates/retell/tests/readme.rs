//! A ticket, a rule, and the rule's test.
use retell::{Aggregate, Command, Context, Event, testing::given};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
enum TicketEvent {
    #[event("escalated")]
    Escalated { reason: String },
}

#[derive(Default, Clone)]
struct Ticket {
    escalated: bool,
}

impl Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    type Event = TicketEvent;
    fn apply(&mut self, TicketEvent::Escalated { .. }: &TicketEvent) {
        self.escalated = true;
    }
}

struct RequestEscalation(&'static str);

impl Command<Ticket> for RequestEscalation {
    type Refusal = &'static str;
    fn decide(&self, ticket: &Ticket, _: &Context) -> Result<Vec<TicketEvent>, &'static str> {
        let escalated = TicketEvent::Escalated { reason: self.0.into() };
        if ticket.escalated { Err("it is escalated already") } else { Ok(vec![escalated]) }
    }
}

#[test]
fn a_ticket_is_escalated_once() {
    let escalated = TicketEvent::Escalated { reason: "no answer".into() };
    given::<Ticket>([]).when(RequestEscalation("no answer")).then([escalated.clone()]);
    given::<Ticket>([escalated]).when(RequestEscalation("again")).then_refused("it is escalated already");
}
