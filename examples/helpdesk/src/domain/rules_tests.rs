//! The rules of the desk: given what happened, when this is asked, then this happens.

mod ending;
mod escalation;

use std::time::Duration;

use retell::testing::{Given, given};
use retell::{Aggregate, Command, Timestamp};

use super::command::*;
use super::{Hold, Priority, Status, Ticket, TicketEvent, TicketRefusal};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// When the tickets of these tests are opened.
fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn after(duration: Duration) -> Timestamp {
    start() + duration
}

fn opened() -> TicketEvent {
    TicketEvent::Opened {
        customer: Some("customer/7".into()),
        subject: Some("The printer is on fire".into()),
        priority: Priority::High,
        channel: None,
        opened_by: Some("customer/7".into()),
        at: start(),
    }
}

fn assigned(agent: &str) -> TicketEvent {
    TicketEvent::AgentAssigned { agent: agent.into(), at: start() }
}

fn resolved(at: Timestamp) -> TicketEvent {
    TicketEvent::Resolved { summary: Some("Water".into()), at }
}

fn closed(at: Timestamp) -> TicketEvent {
    TicketEvent::Closed { code: None, resolver: None, at }
}

fn escalated() -> TicketEvent {
    TicketEvent::Escalated { reason: "It still burns".into(), at: after(HOUR * 9) }
}

/// An opened ticket, to which these things happened too.
fn ticket(events: impl IntoIterator<Item = TicketEvent>) -> Given<Ticket> {
    given(std::iter::once(opened()).chain(events)).at(after(HOUR))
}

fn open_ticket() -> OpenTicket {
    OpenTicket {
        customer: "customer/7".into(),
        subject: "The printer is on fire".into(),
        priority: Priority::High,
    }
}

fn escalate() -> RequestEscalation {
    RequestEscalation { reason: "It still burns".into() }
}

// --------------------------------------------------------------------- opening

#[test]
fn a_customer_opens_a_ticket() {
    let ticket = given::<Ticket>([]).by("customer/7").at(start()).when(open_ticket()).then([opened()]);
    assert_eq!(*ticket.status(), Status::New);
    assert_eq!(ticket.time_left(start()), HOUR * 8);
}

#[test]
fn a_ticket_is_opened_once() {
    ticket([]).when(open_ticket()).then_refused(TicketRefusal::AlreadyOpened { opened_at: start() });
}

#[test]
fn a_ticket_says_what_it_is_about_and_how_urgent_it_is() {
    let of = |subject: &str, priority| OpenTicket { subject: subject.into(), priority, ..open_ticket() };
    let nothing = given::<Ticket>([]);
    nothing.clone().when(of(" \n", Priority::Low)).then_refused(TicketRefusal::Empty { what: "subject" });
    nothing
        .when(of("Fire", Priority::from_word("huge")))
        .then_refused(TicketRefusal::UnknownPriority { word: "huge".into() });
}

#[test]
fn a_ticket_needs_a_customer_with_a_proper_name() {
    let of = |customer: &str| OpenTicket { customer: customer.into(), ..open_ticket() };
    let refusal = |customer: &str| given::<Ticket>([]).when(of(customer)).into_result().unwrap_err();
    assert_eq!(refusal(""), TicketRefusal::Empty { what: "customer" });
    assert_eq!(refusal("agent/31").to_string(), "\"agent/31\" is no name of a customer: it names an agent");
    assert!(refusal("7\u{7}").to_string().contains("U+0007"), "{}", refusal("7\u{7}"));
    assert_eq!(refusal(&"7".repeat(300)).code(), "no-name");
}

#[test]
fn what_was_never_opened_has_no_rules_but_opening() {
    let nothing = given::<Ticket>([]).by("agent/31");
    nothing.clone().when(Take {}).then_refused(TicketRefusal::NotOpened);
    nothing.clone().when(View {}).then_refused(TicketRefusal::NotOpened);
    nothing.clone().when(Close {}).then_refused(TicketRefusal::NotOpened);
    nothing.clone().when(escalate()).then_refused(TicketRefusal::NotOpened);
    nothing.when(Reopen { reason: "Why not".into() }).then_refused(TicketRefusal::NotOpened);
}

// --------------------------------------------------------------------- talking

#[test]
fn customer_and_agent_exchange_messages() {
    let say = |text: &str| PostMessage { text: text.into() };
    let at = after(HOUR);
    let (agent, text) = ("agent/31".to_owned(), "Use water.".to_owned());
    let answer = TicketEvent::AgentAnswered { agent, text, at };
    ticket([]).by("agent/31").when(say("Use water.")).then([TicketEvent::WorkStarted { at }, answer.clone()]);
    ticket([TicketEvent::WorkStarted { at: start() }]).by("agent/31").when(say("Use water.")).then([answer]);
    ticket([])
        .by("customer/7")
        .when(say("And now?"))
        .then([TicketEvent::CustomerWrote { text: "And now?".into(), at }]);
}

#[test]
fn others_than_the_customer_and_the_desk_do_not_talk_along() {
    let say = || PostMessage { text: "Me too!".into() };
    ticket([])
        .by("customer/8")
        .when(say())
        .then_refused(TicketRefusal::NotTheCustomer { actor: "customer/8".into() });
    ticket([]).when(say()).then_refused(TicketRefusal::ActorNeeded);
    ticket([])
        .by("customer/7")
        .when(PostMessage { text: "\t".into() })
        .then_refused(TicketRefusal::Empty { what: "text" });
}

#[test]
fn a_customer_is_the_same_with_or_without_the_kind() {
    let mut bare = opened();
    if let TicketEvent::Opened { customer, .. } = &mut bare {
        *customer = Some("7".into());
    }
    let say = PostMessage { text: "It is me.".into() };
    let wrote = TicketEvent::CustomerWrote { text: "It is me.".into(), at: start() };
    given::<Ticket>([bare]).by("customer/7").at(start()).when(say).then([wrote]);
}

#[test]
fn an_agent_views_a_ticket() {
    let seen = ticket([])
        .by("agent/31")
        .when(View {})
        .then([TicketEvent::Viewed { agent: "agent/31".into(), at: after(HOUR) }]);
    assert_eq!(seen.last_viewed(), Some(after(HOUR)));
    ticket([])
        .by("customer/7")
        .when(View {})
        .then_refused(TicketRefusal::NotTheDesk { actor: "customer/7".into() });
}

// ---------------------------------------------------------- who has the ticket

#[test]
fn agents_take_an_unassigned_ticket() {
    let at = after(HOUR);
    let taken = ticket([])
        .by("agent/31")
        .when(Take {})
        .then([TicketEvent::Taken { agent: "agent/31".into(), at }, TicketEvent::WorkStarted { at }]);
    assert_eq!(taken.assignee(), Some("agent/31"));
    assert_eq!(*taken.status(), Status::Active);

    ticket([assigned("agent/32")])
        .by("agent/31")
        .when(Take {})
        .then_refused(TicketRefusal::AlreadyAssigned { assignee: "agent/32".into() });
    ticket([])
        .by("manager/2")
        .when(Take {})
        .then_refused(TicketRefusal::NotAnAgent { actor: "manager/2".into() });
    ticket([]).when(Take {}).then_refused(TicketRefusal::ActorNeeded);
}

#[test]
fn a_ticket_is_assigned_reassigned_and_removed() {
    let to = |agent: &str| Assign { agent: agent.into() };
    let at = after(HOUR);
    let first = TicketEvent::AgentAssigned { agent: "agent/31".into(), at };
    let new = ticket([]).by("manager/2").when(to("agent/31")).then([first.clone()]);
    assert_eq!((new.status(), new.reassignment_count()), (&Status::New, 0));

    let (from, other) = ("agent/31".to_owned(), "agent/32".to_owned());
    let again = TicketEvent::AgentReassigned { from, to: other, counted: true, at };
    let handed_over = ticket([first.clone()]).when(to("agent/32")).then([again]);
    assert_eq!((handed_over.assignee(), handed_over.reassignment_count()), (Some("agent/32"), 1));

    ticket([first.clone()]).when(to("31")).then_nothing();
    let removed = TicketEvent::AgentRemoved { agent: "agent/31".into() };
    let free = ticket([first]).when(Unassign {}).then([removed]);
    assert_eq!(free.assignee(), None);
    ticket([]).when(Unassign {}).then_refused(TicketRefusal::NotAssigned);
}

#[test]
fn customers_do_not_do_the_work_of_the_desk() {
    let customer = || ticket([assigned("agent/31")]).by("customer/7");
    let refusal = || TicketRefusal::NotTheDesk { actor: "customer/7".into() };
    customer().when(Assign { agent: "32".into() }).then_refused(refusal());
    customer().when(Unassign {}).then_refused(refusal());
    customer().when(ChangeGroup { group: "Printers".into() }).then_refused(refusal());
    customer().when(ClearGroup {}).then_refused(refusal());
    customer().when(ChangePriority { priority: Priority::Urgent }).then_refused(refusal());
    customer().when(PutOnHold { on: Hold::User }).then_refused(refusal());
    customer().when(Resume {}).then_refused(refusal());
    customer().when(Resolve { summary: "Water".into() }).then_refused(refusal());
}

#[test]
fn groups_are_given_changed_and_cleared() {
    let to = |group: &str| ChangeGroup { group: group.into() };
    let first = TicketEvent::GroupAssigned { group: "Printers".into(), counted: false };
    let with_group = ticket([]).when(to("Printers")).then([first.clone()]);
    assert_eq!((with_group.group(), with_group.reassignment_count()), (Some("Printers"), 0));

    ticket([first.clone()]).when(to("Printers")).then_nothing();
    let (from, other) = ("Printers".to_owned(), "Fire brigade".to_owned());
    let changed = TicketEvent::GroupChanged { from, to: other, counted: true };
    let changed = ticket([first.clone()]).when(to("Fire brigade")).then([changed]);
    assert_eq!((changed.group(), changed.reassignment_count()), (Some("Fire brigade"), 1));

    let cleared = TicketEvent::GroupCleared { group: "Printers".into(), counted: false };
    assert_eq!(ticket([first]).when(ClearGroup {}).then([cleared]).group(), None);
    ticket([]).when(ClearGroup {}).then_refused(TicketRefusal::InNoGroup);
}

// -------------------------------------------------------- urgency, and waiting

#[test]
fn the_priority_changes() {
    let urgent = || ChangePriority { priority: Priority::Urgent };
    let changed = TicketEvent::PriorityChanged { from: Priority::High, to: Priority::Urgent };
    let hurried = ticket([]).when(urgent()).then([changed]);
    assert_eq!(hurried.response_due(), Some(after(HOUR * 2)));
    ticket([]).when(ChangePriority { priority: Priority::High }).then_nothing();
    ticket([])
        .when(ChangePriority { priority: Priority::from_word("Urgent") })
        .then_refused(TicketRefusal::UnknownPriority { word: "Urgent".into() });
}

#[test]
fn a_ticket_is_put_on_hold_and_resumed() {
    let on = |on| TicketEvent::PutOnHold { on, at: after(HOUR) };
    let waiting = ticket([]).when(PutOnHold { on: Hold::Vendor }).then([on(Hold::Vendor)]);
    assert_eq!(waiting.status().as_str(), "awaiting vendor");
    ticket([on(Hold::Vendor)]).when(PutOnHold { on: Hold::Vendor }).then_nothing();
    ticket([on(Hold::Vendor)]).when(PutOnHold { on: Hold::User }).then([on(Hold::User)]);

    let resumed = TicketEvent::Resumed { at: after(HOUR) };
    let active = ticket([on(Hold::Vendor)]).when(Resume {}).then([resumed.clone()]);
    assert_eq!(*active.status(), Status::Active);
    ticket([]).when(Resume {}).then_refused(TicketRefusal::NotOnHold { status: Status::New });

    let strange = TicketEvent::StatusNamed { word: "Awaiting Evidence".into(), at: start() };
    ticket([strange]).when(Resume {}).then([resumed]);
}

// -------------------------------------------------------------- in all of them

#[test]
fn what_has_to_be_said_is_said() {
    let empty = |what| TicketRefusal::Empty { what };
    ticket([])
        .by("customer/7")
        .at(after(DAY))
        .when(RequestEscalation { reason: " ".into() })
        .then_refused(empty("reason"));
    ticket([]).when(Resolve { summary: String::new() }).then_refused(empty("summary"));
    ticket([closed(start())]).when(Reopen { reason: "\n".into() }).then_refused(empty("reason"));
    ticket([]).when(Assign { agent: " ".into() }).then_refused(empty("agent"));
    ticket([]).when(ChangeGroup { group: String::new() }).then_refused(empty("group"));
}

#[test]
fn a_rule_is_a_method_and_a_closure_too() {
    let events = [opened(), assigned("agent/31")];
    assert_eq!(Ticket::from_events(&events).assignee(), Some("agent/31"));
    given::<Ticket>(events)
        .at(after(DAY))
        .by("customer/7")
        .when(|ticket: &Ticket, at: &retell::Context| ticket.request_escalation("It still burns", at))
        .then([TicketEvent::Escalated { reason: "It still burns".into(), at: after(DAY) }]);
}

#[test]
fn a_view_shows_the_ticket_at_a_moment() {
    let view = Ticket::from_events(&[opened(), assigned("agent/31")]).view("42", 2, after(HOUR * 3));
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["id"], "42");
    assert_eq!(json["version"], 2);
    assert_eq!(json["status"], "new");
    assert_eq!(json["priority"], "high");
    assert_eq!(json["customer"], "customer/7");
    assert_eq!(json["assignee"], "agent/31");
    assert_eq!(json["group"], serde_json::Value::Null);
    assert_eq!(json["response_due"], "2026-03-02T16:00:00Z");
    assert_eq!(json["time_left"], 5 * 3600);
    let moment = after(HOUR * 8 - Duration::from_micros(1));
    let view = Ticket::from_events(&[opened()]).view("42", 1, moment);
    assert_eq!(view.time_left, 1, "what is left is not shown as nothing");
}

#[test]
fn durations_are_told_in_words() {
    use super::refusal::in_words;
    assert_eq!(in_words(Duration::ZERO), "0 s");
    assert_eq!(in_words(Duration::from_millis(1)), "1 s");
    assert_eq!(in_words(Duration::from_mins(320)), "5 h 20 min");
    assert_eq!(in_words(DAY * 2 + Duration::from_secs(5)), "2 d");
}
