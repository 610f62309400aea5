//! What happened between two rows.

use proptest::prelude::*;
use retell::{Aggregate, Timestamp};

use super::{IncidentLog, Row, changes, differences};
use crate::domain::{Correction, Hold, Link, Priority, Status, Ticket, TicketEvent};

/// A row as the log has it on the first day of a ticket.
fn row() -> Row {
    let text = "number,incident_state,reassignment_count,reopen_count,caller_id,opened_by,opened_at,sys_updated_by,\
                sys_updated_at,priority,assignment_group,assigned_to,closed_code,resolved_by\n\
                INC1,New,0,0,Caller 7,Opened by  8,29-02-2016 01:16,Updated by 21,29-02-2016 01:23,3 - Moderate,\
                Group 56,?,code 5,Resolved by 149\n";
    IncidentLog::parse(text.as_bytes()).unwrap().rows.remove(0)
}

fn at() -> Timestamp {
    row().updated_at
}

fn opened() -> TicketEvent {
    TicketEvent::Opened {
        customer: Some("Caller 7".into()),
        subject: None,
        priority: Priority::Medium,
        channel: None,
        opened_by: Some("Opened by  8".into()),
        at: row().opened_at.unwrap(),
    }
}

fn in_group(group: &str) -> TicketEvent {
    TicketEvent::GroupAssigned { group: group.into(), counted: false }
}

fn resolved() -> TicketEvent {
    TicketEvent::Resolved { summary: None, at: at() }
}

/// Changes a row.
fn but(row: &Row, change: impl FnOnce(&mut Row)) -> Row {
    let mut row = row.clone();
    change(&mut row);
    row
}

/// The ticket after these rows.
fn after(rows: &[Row]) -> Ticket {
    let mut ticket = Ticket::default();
    for row in rows {
        for event in changes(&ticket, row) {
            ticket.apply(&event);
        }
        assert_eq!(differences(&ticket, row), []);
    }
    ticket
}

/// What happened from one row to the next.
#[track_caller]
fn between(from: &Row, to: &Row) -> Vec<TicketEvent> {
    let mut ticket = after(std::slice::from_ref(from));
    let events = changes(&ticket, to);
    for event in &events {
        ticket.apply(event);
    }
    assert_eq!(differences(&ticket, to), []);
    events
}

fn status(status: Status) -> Row {
    but(&row(), |row| row.status = status)
}

fn first(row: &Row) -> Vec<TicketEvent> {
    changes(&Ticket::default(), row)
}

#[test]
fn a_first_row_opens_a_ticket() {
    assert_eq!(first(&row()), [opened(), in_group("Group 56")]);
}

#[test]
fn a_ticket_that_begins_resolved_was_not_worked_on_before() {
    assert_eq!(first(&status(Status::Resolved)), [opened(), in_group("Group 56"), resolved()]);
}

#[test]
fn what_a_first_row_has_is_not_handed_over_and_its_counters_were_counted_unseen() {
    let row = but(&row(), |row| (row.reassignment_count, row.reopen_count) = (Some(3), Some(1)));
    let (reassigned, reopened) =
        (TicketEvent::ReassignmentsCounted { count: 3 }, TicketEvent::ReopeningsCounted { count: 1 });
    assert_eq!(first(&row), [opened(), reopened, in_group("Group 56"), reassigned]);
}

#[test]
fn a_row_in_which_nothing_changed_was_touched() {
    assert_eq!(between(&row(), &row()), [TicketEvent::Touched]);
}

#[test]
fn a_ticket_goes_from_status_to_status() {
    let awaiting = |on| Status::Awaiting(on);
    let hold = |on| TicketEvent::PutOnHold { on, at: at() };
    let step = |from, to| between(&status(from), &status(to));
    assert_eq!(step(Status::New, Status::Active), [TicketEvent::WorkStarted { at: at() }]);
    assert_eq!(step(Status::New, awaiting(Hold::Problem)), [hold(Hold::Problem)]);
    assert_eq!(step(Status::New, Status::Resolved), [resolved()]);
    assert_eq!(step(awaiting(Hold::User), awaiting(Hold::Vendor)), [hold(Hold::Vendor)]);
    assert_eq!(step(awaiting(Hold::User), Status::Active), [TicketEvent::Resumed { at: at() }]);
    assert_eq!(step(awaiting(Hold::User), Status::New), [TicketEvent::PutBack { at: at() }]);
    assert_eq!(step(Status::Closed, Status::Resolved), [resolved()]);
    let (code, resolver) = (Some("code 5".into()), Some("Resolved by 149".into()));
    assert_eq!(step(Status::Resolved, Status::Closed), [TicketEvent::Closed { code, resolver, at: at() }]);
}

#[test]
fn a_status_that_the_desk_does_not_know_is_kept() {
    let word = "Awaiting Evidence".to_owned();
    let strange = || Status::Other(word.clone());
    let expected = [TicketEvent::StatusNamed { word: word.clone(), at: at() }];
    assert_eq!(first(&status(strange()))[2..], expected);
    for from in [Status::New, Status::Active, Status::Awaiting(Hold::User), Status::Resolved, Status::Closed]
    {
        assert_eq!(between(&status(from), &status(strange())), expected);
    }
    assert_eq!(between(&status(strange()), &status(Status::Active)), [TicketEvent::Resumed { at: at() }]);
}

#[test]
fn a_ticket_that_is_worked_on_again_was_reopened_whether_counted_or_not() {
    let reopened = |counted| TicketEvent::Reopened { reason: None, counted, at: at() };
    let counted = |to: Status, count| but(&status(to), |row| row.reopen_count = Some(count));
    let resolved_row = status(Status::Resolved);
    assert_eq!(between(&resolved_row, &counted(Status::Active, 1)), [reopened(true)]);
    assert_eq!(between(&resolved_row, &status(Status::Active)), [reopened(false)]);
    let held = TicketEvent::PutOnHold { on: Hold::User, at: at() };
    assert_eq!(between(&resolved_row, &counted(Status::Awaiting(Hold::User), 1)), [reopened(true), held]);
    assert_eq!(
        between(&status(Status::Closed), &counted(Status::Resolved, 1)),
        [reopened(true), resolved()],
        "counted, so it was reopened before it was resolved again"
    );
    let unseen = TicketEvent::ReopeningsCounted { count: 2 };
    assert_eq!(between(&resolved_row, &counted(Status::Active, 3)), [reopened(true), unseen.clone()]);
    assert_eq!(between(&resolved_row, &counted(Status::Resolved, 2)), [unseen]);
}

#[test]
fn agents_and_groups_come_and_go() {
    let with_agent = but(&row(), |row| row.assignee = Some("Resolver 1".into()));
    let other_agent = but(&row(), |row| row.assignee = Some("Resolver 2".into()));
    let agent = "Resolver 1".to_owned();
    assert_eq!(between(&row(), &with_agent), [TicketEvent::AgentAssigned { agent: agent.clone(), at: at() }]);
    assert_eq!(between(&with_agent, &row()), [TicketEvent::AgentRemoved { agent: agent.clone() }]);
    let (from, to) = (agent, "Resolver 2".to_owned());
    assert_eq!(
        between(&with_agent, &other_agent),
        [TicketEvent::AgentReassigned { from, to, counted: false, at: at() }],
        "the log did not count it"
    );

    let no_group = but(&row(), |row| (row.group, row.reassignment_count) = (None, Some(1)));
    let cleared = TicketEvent::GroupCleared { group: "Group 56".into(), counted: true };
    assert_eq!(between(&row(), &no_group), [cleared]);
    let again = but(&row(), |row| row.reassignment_count = Some(2));
    let assigned = TicketEvent::GroupAssigned { group: "Group 56".into(), counted: true };
    assert_eq!(between(&no_group, &again), [assigned]);
}

#[test]
fn the_counter_of_reassignments_is_followed_wherever_it_goes() {
    let before = but(&row(), |row| row.assignee = Some("Resolver 1".into()));
    let moved = |count| {
        but(&before, |row| {
            row.group = Some("Group 70".into());
            row.assignee = Some("Resolver 2".into());
            row.reassignment_count = Some(count);
        })
    };
    let group =
        |counted| TicketEvent::GroupChanged { from: "Group 56".into(), to: "Group 70".into(), counted };
    let agent = |counted| {
        let (from, to) = ("Resolver 1".into(), "Resolver 2".into());
        TicketEvent::AgentReassigned { from, to, counted, at: at() }
    };
    let unseen = |count| TicketEvent::ReassignmentsCounted { count };
    assert_eq!(between(&before, &moved(0)), [group(false), agent(false)]);
    assert_eq!(between(&before, &moved(1)), [group(true), agent(false)]);
    assert_eq!(between(&before, &moved(2)), [group(true), agent(true)]);
    assert_eq!(between(&before, &moved(5)), [group(true), agent(true), unseen(3)]);

    let only_counted = but(&before, |row| row.reassignment_count = Some(1));
    assert_eq!(between(&before, &only_counted), [unseen(1)]);
    let correction = Correction::ReassignmentCount(0);
    assert_eq!(between(&only_counted, &before), [TicketEvent::FieldCorrected { correction }]);
}

#[test]
fn edits_after_closing_are_recorded() {
    let closed = status(Status::Closed);
    let edited = but(&closed, |row| {
        row.priority = Priority::Urgent;
        row.closing_code = Some("code 9".into());
        row.links.insert(Link::Problem, "Problem 1".into());
    });
    assert_eq!(
        between(&closed, &edited),
        [
            TicketEvent::FieldCorrected { correction: Correction::ClosingCode(Some("code 9".into())) },
            TicketEvent::PriorityChanged { from: Priority::Medium, to: Priority::Urgent },
            TicketEvent::Linked { what: Link::Problem, to: "Problem 1".into() },
        ]
    );
}

#[test]
fn what_the_log_filled_in_at_the_end_is_not_known_before() {
    let ticket = after(&[row(), status(Status::Resolved)]);
    assert_eq!((&ticket.details().closing_code, &ticket.details().resolver), (&None, &None));
}

#[test]
fn what_the_log_leaves_open_changes_nothing() {
    let vague = but(&row(), |row| {
        (row.reopen_count, row.reassignment_count, row.opened_at) = (None, None, None);
        (row.sla_met, row.knowledge_used, row.priority_confirmed) = (None, None, None);
    });
    assert_eq!(between(&row(), &vague), [TicketEvent::Touched]);
}

#[test]
fn the_check_finds_what_differs() {
    let ticket = after(&[row()]);
    let other = but(&row(), |row| {
        row.status = Status::Active;
        row.assignee = Some("Resolver 1".into());
        row.reopen_count = Some(1);
    });
    let found: Vec<_> = differences(&ticket, &other).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "status is \"new\", the log says \"active\"",
            "assignee is \"?\", the log says \"Resolver 1\"",
            "reopen_count is \"0\", the log says \"1\"",
        ]
    );
}

fn any_row() -> impl Strategy<Value = Row> {
    let words = |words: &'static [&'static str]| proptest::option::of(prop::sample::select(words)).boxed();
    let who = (
        words(&["Group 1", "Group 2"]),
        words(&["Resolver 1", "Resolver 2"]),
        words(&["Caller 1", "Caller 2"]),
    );
    let counters = (proptest::option::of(0..4_u32), proptest::option::of(0..4_u32));
    let state = (
        prop::sample::select(&["new", "active", "awaiting user info", "resolved", "closed", "-100"][..]),
        prop::sample::select(&["low", "urgent", "5 - Planning"][..]),
    );
    let truths = (any::<Option<bool>>(), any::<Option<bool>>(), any::<Option<bool>>());
    let rest = (words(&["a", "b"]), words(&["a", "b"]), words(&["a", "b"]), 0..9_i64);
    (who, counters, state, truths, rest).prop_map(|(who, counters, state, truths, rest)| {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        but(&row(), |row| {
            (row.group, row.assignee, row.customer) = (owned(who.0), owned(who.1), owned(who.2));
            (row.reassignment_count, row.reopen_count) = counters;
            (row.status, row.priority) = (Status::from_word(state.0), Priority::from_word(state.1));
            (row.sla_met, row.knowledge_used, row.priority_confirmed) = truths;
            (row.location, row.symptom, row.closing_code) = (owned(rest.0), owned(rest.1), owned(rest.2));
            row.urgency = row.symptom.clone();
            row.notification = row.location.clone();
            row.links = owned(rest.0).map(|to| (Link::Change, to)).into_iter().collect();
            row.updated_at = Timestamp::from_seconds(rest.3);
        })
    })
}

proptest! {
    /// Whatever rows follow one another, each has a version that equals it, and
    /// a second look at the same row finds nothing more.
    #[test]
    fn every_row_has_a_version_that_equals_it(rows in proptest::collection::vec(any_row(), 1..12)) {
        let mut ticket = Ticket::default();
        for row in &rows {
            let events = changes(&ticket, row);
            prop_assert!(!events.is_empty());
            for event in &events {
                ticket.apply(event);
            }
            prop_assert_eq!(differences(&ticket, row), []);
            prop_assert_eq!(changes(&ticket, row), [TicketEvent::Touched]);
        }
    }
}
