//! The end of a ticket, and the end undone.

use super::*;

#[test]
fn the_desk_resolves_and_anybody_of_the_ticket_closes() {
    let solved =
        ticket([]).by("agent/31").when(Resolve { summary: "Water".into() }).then([resolved(after(HOUR))]);
    assert_eq!(*solved.status(), Status::Resolved);
    for actor in ["customer/7", "agent/31", "manager/2", "process/tidy"] {
        ticket([resolved(start())]).by(actor).when(Close {}).then([closed(after(HOUR))]);
        ticket([]).by(actor).when(Close {}).then([closed(after(HOUR))]);
    }
    ticket([])
        .by("customer/8")
        .when(Close {})
        .then_refused(TicketRefusal::NotTheCustomer { actor: "customer/8".into() });
    ticket([closed(start())]).when(Close {}).then_refused(TicketRefusal::AlreadyClosed { since: start() });
}

#[test]
fn an_escalated_ticket_is_closed_only_by_its_customer_or_a_manager() {
    for events in [vec![escalated()], vec![escalated(), resolved(after(HOUR * 9))]] {
        let late = |actor: &str| ticket(events.clone()).by(actor).at(after(DAY)).when(Close {});
        late("customer/7").then([closed(after(DAY))]);
        late("manager/2").then([closed(after(DAY))]);
        for actor in ["agent/31", "process/tidy"] {
            let refusal = TicketRefusal::EscalatedNeedsCustomerOrManager { actor: actor.into() };
            late(actor).then_refused(refusal);
        }
        late("customer/8").then_refused(TicketRefusal::NotTheCustomer { actor: "customer/8".into() });
        ticket(events.clone()).when(Close {}).then_refused(TicketRefusal::ActorNeeded);
    }
}

#[test]
fn a_settled_ticket_is_reopened_within_seven_days() {
    let reopen = || Reopen { reason: "Smoke".into() };
    for (end, status) in [(resolved(start()), Status::Resolved), (closed(start()), Status::Closed)] {
        let at = after(DAY * 7);
        let event = TicketEvent::Reopened { reason: Some("Smoke".into()), counted: true, at };
        let again = ticket([end.clone()]).by("customer/7").at(at).when(reopen()).then([event]);
        assert_eq!((again.status(), again.reopen_count()), (&Status::Active, 1));
        assert_eq!(again.time_left(at), HOUR * 8);

        let refusal = TicketRefusal::TooLateToReopen { status, since: start(), until: at };
        ticket([end]).by("customer/7").at(at + Duration::from_micros(1)).when(reopen()).then_refused(refusal);
    }
    ticket([]).when(reopen()).then_refused(TicketRefusal::NotSettled { status: Status::New });
    ticket([closed(start())])
        .by("customer/8")
        .when(reopen())
        .then_refused(TicketRefusal::NotTheCustomer { actor: "customer/8".into() });
}

#[test]
fn the_seven_days_of_a_closed_ticket_count_from_its_closing() {
    let events = [resolved(start()), closed(after(DAY * 6))];
    let reopened =
        ticket(events).by("customer/7").at(after(DAY * 12)).when(Reopen { reason: "Smoke".into() });
    assert!(reopened.into_result().is_ok());
}

#[test]
fn a_settled_ticket_is_not_worked_on() {
    fn refused(command: impl Command<Ticket, Refusal = TicketRefusal>) {
        let refusal = TicketRefusal::Settled { status: Status::Closed, since: start() };
        ticket([closed(start())]).by("agent/31").when(command).then_refused(refusal);
    }
    refused(PostMessage { text: "Hello?".into() });
    refused(Assign { agent: "31".into() });
    refused(Take {});
    refused(Unassign {});
    refused(ChangePriority { priority: Priority::Low });
    refused(ChangeGroup { group: "Printers".into() });
    refused(ClearGroup {});
    refused(PutOnHold { on: Hold::User });
    refused(Resume {});
    refused(Resolve { summary: "Water".into() });
}
