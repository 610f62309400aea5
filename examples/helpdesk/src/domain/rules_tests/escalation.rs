//! Escalation.

use super::*;

#[test]
fn the_customer_escalates_when_no_time_is_left() {
    let at = after(HOUR * 8);
    let event = TicketEvent::Escalated { reason: "It still burns".into(), at };
    let ticket = ticket([]).by("customer/7").at(at).when(escalate()).then([event]);
    assert!(ticket.is_escalated());
    assert_eq!(ticket.time_left(at).as_secs(), 8 * 3600 * 2 / 3);
}

#[test]
fn nobody_escalates_while_time_is_left() {
    let left = HOUR * 8 - Duration::from_micros(1);
    let refusal = TicketRefusal::TimeLeft { left };
    assert_eq!(refusal.to_string(), "the desk has 8 h left to respond: escalate when no time is left");
    ticket([]).by("customer/7").at(after(Duration::from_micros(1))).when(escalate()).then_refused(refusal);
    let answer =
        TicketEvent::AgentAnswered { agent: "agent/31".into(), text: "Wait.".into(), at: after(HOUR) };
    ticket([answer])
        .by("customer/7")
        .at(after(DAY * 9))
        .when(escalate())
        .then_refused(TicketRefusal::Answered);
}

#[test]
fn a_ticket_on_hold_is_escalated_only_if_it_was_overdue_before() {
    let hold = |at| TicketEvent::PutOnHold { on: Hold::User, at };
    ticket([hold(after(HOUR * 6))])
        .by("customer/7")
        .at(after(DAY))
        .when(escalate())
        .then_refused(TicketRefusal::TimeLeft { left: HOUR * 2 });
    let late = ticket([hold(after(HOUR * 9))]).by("customer/7").at(after(DAY)).when(escalate());
    assert!(late.into_result().is_ok());
}

#[test]
fn only_the_tickets_customer_escalates() {
    let late = || ticket([]).at(after(DAY));
    for actor in ["customer/8", "agent/31", "manager/2", "agent/7"] {
        let refusal = TicketRefusal::NotTheCustomer { actor: actor.into() };
        late().by(actor).when(escalate()).then_refused(refusal);
    }
    late().when(escalate()).then_refused(TicketRefusal::ActorNeeded);
}

#[test]
fn a_ticket_is_escalated_once_and_not_after_its_end() {
    let customer = |events: Vec<TicketEvent>| ticket(events).by("customer/7").at(after(DAY));
    customer(vec![escalated()]).when(escalate()).then_refused(TicketRefusal::AlreadyEscalated);
    let since = after(HOUR * 9);
    for (end, status) in [(resolved(since), Status::Resolved), (closed(since), Status::Closed)] {
        customer(vec![end]).when(escalate()).then_refused(TicketRefusal::Settled { status, since });
    }
}

#[test]
fn a_reopened_ticket_stays_escalated() {
    let reopened = TicketEvent::Reopened { reason: None, counted: true, at: after(HOUR * 20) };
    ticket([escalated(), resolved(after(HOUR * 10)), reopened])
        .by("customer/7")
        .at(after(DAY * 30))
        .when(escalate())
        .then_refused(TicketRefusal::AlreadyEscalated);
}
