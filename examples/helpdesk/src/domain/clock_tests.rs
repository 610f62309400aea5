//! The response clock, from question to answer.

use std::time::Duration;

use retell::{Aggregate, Timestamp};

use super::{Hold, Priority, ResponseClock, Ticket, TicketEvent};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// When the tickets of these tests are opened.
fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn opened(priority: Priority) -> TicketEvent {
    let (customer, subject) = (Some("customer/7".to_owned()), Some("The printer is on fire".to_owned()));
    TicketEvent::Opened { customer, subject, priority, channel: None, opened_by: None, at: start() }
}

fn asked(at: Timestamp) -> TicketEvent {
    TicketEvent::CustomerWrote { text: "And now?".into(), at }
}

fn answered(at: Timestamp) -> TicketEvent {
    TicketEvent::AgentAnswered { agent: "agent/31".into(), text: "Use water.".into(), at }
}

fn held(at: Timestamp) -> TicketEvent {
    TicketEvent::PutOnHold { on: Hold::Vendor, at }
}

fn resumed(at: Timestamp) -> TicketEvent {
    TicketEvent::Resumed { at }
}

fn escalated(at: Timestamp) -> TicketEvent {
    TicketEvent::Escalated { reason: "It still burns".into(), at }
}

fn high(events: impl IntoIterator<Item = TicketEvent>) -> Ticket {
    let events: Vec<_> = std::iter::once(opened(Priority::High)).chain(events).collect();
    Ticket::from_events(&events)
}

#[test]
fn the_priority_sets_the_response_time() {
    let hours = |priority| Ticket::from_events(&[opened(priority)]).time_left(start()).as_secs() / 3600;
    assert_eq!(
        [Priority::Low, Priority::Medium, Priority::High, Priority::Urgent].map(hours),
        [72, 24, 8, 2]
    );
    assert_eq!(hours(Priority::Other("0 - Apocalyptic".into())), 24);
}

#[test]
fn time_left_is_relative_to_the_moment_asked_for() {
    let ticket = high([]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 8));
    assert_eq!(ticket.time_left(start() + HOUR * 3), HOUR * 5);
    assert_eq!(ticket.time_left(start() + HOUR * 8), Duration::ZERO);
    assert_eq!(ticket.time_left(start() + HOUR * 100), Duration::ZERO);
}

#[test]
fn an_answer_stops_the_clock_and_the_next_question_starts_it_again() {
    let ticket = high([answered(start() + HOUR)]);
    assert_eq!(ticket.clock(), ResponseClock::Stopped);
    assert_eq!(ticket.response_due(), None);
    assert_eq!(ticket.time_left(start() + HOUR * 100), HOUR * 8, "the next question gets all of it");

    let ticket = high([answered(start() + HOUR), asked(start() + HOUR * 10)]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 18));
}

#[test]
fn a_second_question_gives_the_desk_no_more_time() {
    let ticket = high([asked(start() + HOUR * 5)]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 8));
}

#[test]
fn a_hold_pauses_the_clock_and_resumption_continues_it() {
    let ticket = high([held(start() + HOUR * 2)]);
    assert_eq!(ticket.response_due(), None);
    assert_eq!(ticket.time_left(start() + HOUR * 50), HOUR * 6, "it stands still");

    let ticket = high([held(start() + HOUR * 2), resumed(start() + HOUR * 12)]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 18));
    assert_eq!(ticket.time_left(start() + HOUR * 12), HOUR * 6);
}

#[test]
fn a_change_of_what_is_waited_for_does_not_end_the_pause() {
    let on_user = TicketEvent::PutOnHold { on: Hold::User, at: start() + HOUR * 5 };
    let ticket = high([held(start() + HOUR * 2), on_user, resumed(start() + HOUR * 12)]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 18));
}

#[test]
fn a_hold_does_not_hide_that_the_answer_is_overdue() {
    let ticket = high([held(start() + HOUR * 9), resumed(start() + HOUR * 20)]);
    assert_eq!(ticket.time_left(start() + HOUR * 20), Duration::ZERO);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 19), "as late as it was");
}

#[test]
fn a_question_during_a_hold_waits_for_its_end() {
    let ticket = high([answered(start() + HOUR), held(start() + HOUR * 2), asked(start() + HOUR * 3)]);
    assert_eq!(ticket.time_left(start() + HOUR * 90), HOUR * 8);
    let mut ticket = ticket;
    ticket.apply(&resumed(start() + HOUR * 10));
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 18));
}

#[test]
fn an_answer_during_a_hold_stops_the_clock() {
    let ticket = high([held(start() + HOUR), answered(start() + HOUR * 2), resumed(start() + HOUR * 3)]);
    assert_eq!(ticket.clock(), ResponseClock::Stopped);
}

#[test]
fn an_escalation_starts_a_window_of_two_thirds() {
    let ticket = high([escalated(start() + HOUR * 9)]);
    assert_eq!(ticket.time_left(start() + HOUR * 9), MINUTE * 320);
    let urgent = Ticket::from_events(&[opened(Priority::Urgent), escalated(start() + HOUR * 3)]);
    assert_eq!(urgent.time_left(start() + HOUR * 3), MINUTE * 80);
}

#[test]
fn questions_after_an_escalation_get_the_shorter_window() {
    let ticket =
        high([escalated(start() + HOUR * 9), answered(start() + HOUR * 10), asked(start() + HOUR * 11)]);
    assert_eq!(ticket.time_left(start() + HOUR * 11), MINUTE * 320);
}

#[test]
fn a_new_priority_changes_the_window_but_not_its_beginning() {
    let urgent = TicketEvent::PriorityChanged { from: Priority::High, to: Priority::Urgent };
    assert_eq!(high([urgent.clone()]).response_due(), Some(start() + HOUR * 2));
    let paused = high([held(start() + HOUR), urgent.clone(), resumed(start() + HOUR * 5)]);
    assert_eq!(paused.response_due(), Some(start() + HOUR * 6));
    let answered = high([answered(start() + HOUR), urgent]);
    assert_eq!(answered.response_due(), None);
}

#[test]
fn the_clock_of_a_settled_ticket_is_stopped_and_a_reopened_one_starts_anew() {
    let resolved = TicketEvent::Resolved { summary: None, at: start() + HOUR };
    let ticket = high([resolved.clone()]);
    assert_eq!((ticket.response_due(), ticket.time_left(start() + HOUR)), (None, Duration::ZERO));

    let reopened = TicketEvent::Reopened { reason: None, counted: true, at: start() + HOUR * 30 };
    let ticket = high([resolved, reopened]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 38));
    assert_eq!(ticket.settled_at(), None);
}

#[test]
fn a_pause_that_ends_before_it_began_lasted_no_time() {
    let ticket = high([held(start() + HOUR * 2), resumed(start() + HOUR)]);
    assert_eq!(ticket.response_due(), Some(start() + HOUR * 8));
}
