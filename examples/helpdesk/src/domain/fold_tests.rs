//! What holds for any history, in whatever order it happened.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use retell::{Aggregate, Event, Timestamp};

use super::{Correction, Hold, Link, Priority, Ticket, TicketEvent};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z ]{1,12}", any::<String>()]
}

/// Times from the beginning to the end of what a timestamp can hold.
fn any_time() -> BoxedStrategy<Timestamp> {
    prop_oneof![
        Just(Timestamp::from_micros(i64::MIN)),
        Just(Timestamp::from_micros(i64::MAX)),
        any::<i64>().prop_map(Timestamp::from_micros),
        calendar_time(),
    ]
    .boxed()
}

/// Times that a calendar knows, so that they can be written.
fn calendar_time() -> BoxedStrategy<Timestamp> {
    (0..4_000_000_000_i64).prop_map(Timestamp::from_seconds).boxed()
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![
        Just(Priority::Low),
        Just(Priority::Medium),
        Just(Priority::High),
        Just(Priority::Urgent),
        text().prop_map(|word| Priority::from_word(&word)),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![Just(Link::Problem), Just(Link::Change), Just(Link::Vendor)]
}

fn correction(time: BoxedStrategy<Timestamp>) -> impl Strategy<Value = Correction> {
    prop_oneof![
        of(text()).prop_map(Correction::Customer),
        of(text()).prop_map(Correction::OpenedBy),
        time.prop_map(Correction::OpenedAt),
        of(text()).prop_map(Correction::Channel),
        any::<u32>().prop_map(Correction::ReassignmentCount),
        any::<u32>().prop_map(Correction::ReopenCount),
        of(text()).prop_map(Correction::ClosingCode),
        of(text()).prop_map(Correction::Resolver),
    ]
}

/// Any event of the life at the desk.
fn desk_event(time: &BoxedStrategy<Timestamp>) -> BoxedStrategy<TicketEvent> {
    let time = || time.clone();
    let hold = prop_oneof![Just(Hold::User), Just(Hold::Vendor), Just(Hold::Problem)];
    let opened = (of(text()), of(text()), priority(), of(text()), of(text()), time()).prop_map(
        |(customer, subject, priority, channel, opened_by, at)| TicketEvent::Opened {
            customer,
            subject,
            priority,
            channel,
            opened_by,
            at,
        },
    );
    let talk = prop_oneof![
        (text(), time()).prop_map(|(text, at)| TicketEvent::CustomerWrote { text, at }),
        (text(), text(), time()).prop_map(|(agent, text, at)| TicketEvent::AgentAnswered { agent, text, at }),
        (text(), time()).prop_map(|(agent, at)| TicketEvent::Viewed { agent, at }),
    ];
    let hands = prop_oneof![
        (text(), time()).prop_map(|(agent, at)| TicketEvent::Taken { agent, at }),
        (text(), time()).prop_map(|(agent, at)| TicketEvent::AgentAssigned { agent, at }),
        (text(), text(), any::<bool>(), time())
            .prop_map(|(from, to, counted, at)| TicketEvent::AgentReassigned { from, to, counted, at }),
        text().prop_map(|agent| TicketEvent::AgentRemoved { agent }),
        (text(), any::<bool>()).prop_map(|(group, counted)| TicketEvent::GroupAssigned { group, counted }),
        (text(), text(), any::<bool>()).prop_map(|(from, to, counted)| TicketEvent::GroupChanged {
            from,
            to,
            counted
        }),
        (text(), any::<bool>()).prop_map(|(group, counted)| TicketEvent::GroupCleared { group, counted }),
    ];
    let progress = prop_oneof![
        (priority(), priority()).prop_map(|(from, to)| TicketEvent::PriorityChanged { from, to }),
        time().prop_map(|at| TicketEvent::WorkStarted { at }),
        (hold, time()).prop_map(|(on, at)| TicketEvent::PutOnHold { on, at }),
        time().prop_map(|at| TicketEvent::Resumed { at }),
        (text(), time()).prop_map(|(reason, at)| TicketEvent::Escalated { reason, at }),
        (of(text()), time()).prop_map(|(summary, at)| TicketEvent::Resolved { summary, at }),
        (of(text()), of(text()), time()).prop_map(|(code, resolver, at)| TicketEvent::Closed {
            code,
            resolver,
            at
        }),
        (of(text()), any::<bool>(), time()).prop_map(|(reason, counted, at)| TicketEvent::Reopened {
            reason,
            counted,
            at
        }),
    ];
    prop_oneof![opened, talk, hands, progress].boxed()
}

/// Any event that only imported logs tell.
fn log_event(time: &BoxedStrategy<Timestamp>) -> BoxedStrategy<TicketEvent> {
    let time = || time.clone();
    let status = prop_oneof![
        time().prop_map(|at| TicketEvent::PutBack { at }),
        (text(), time()).prop_map(|(word, at)| TicketEvent::StatusNamed { word, at }),
        Just(TicketEvent::Touched),
    ];
    let details = prop_oneof![
        (of(text()), of(text()), of(text())).prop_map(|(category, subcategory, symptom)| {
            TicketEvent::Categorised { category, subcategory, symptom }
        }),
        of(text()).prop_map(|location| TicketEvent::Located { location }),
        (of(text()), of(text())).prop_map(|(impact, urgency)| TicketEvent::Assessed { impact, urgency }),
        any::<bool>().prop_map(|confirmed| TicketEvent::PriorityReviewed { confirmed }),
        (link(), text()).prop_map(|(what, to)| TicketEvent::Linked { what, to }),
        (link(), text()).prop_map(|(what, from)| TicketEvent::Unlinked { what, from }),
        any::<bool>().prop_map(|used| TicketEvent::KnowledgeNoted { used }),
        of(text()).prop_map(|choice| TicketEvent::NotificationChosen { choice }),
        any::<bool>().prop_map(|met| TicketEvent::SlaJudged { met }),
    ];
    let counters = prop_oneof![
        any::<u32>().prop_map(|count| TicketEvent::ReassignmentsCounted { count }),
        any::<u32>().prop_map(|count| TicketEvent::ReopeningsCounted { count }),
        correction(time()).prop_map(|correction| TicketEvent::FieldCorrected { correction }),
    ];
    prop_oneof![status, details, counters].boxed()
}

fn history(time: BoxedStrategy<Timestamp>) -> impl Strategy<Value = Vec<TicketEvent>> {
    vec(prop_oneof![desk_event(&time), log_event(&time)], 0..40)
}

proptest! {
    /// No sequence of events makes the fold fail, nor what is asked of its result.
    #[test]
    fn the_fold_is_total(events in history(any_time()), now in any_time()) {
        let mut ticket = Ticket::default();
        for event in &events {
            ticket.apply(event);
            let view = ticket.view("42", 1, now);
            prop_assert_eq!(ticket.status().is_settled(), ticket.settled_at().is_some());
            if ticket.status().is_settled() {
                prop_assert_eq!((view.response_due, view.time_left), (None, 0));
            }
            if let (Some(due), Some(_)) = (view.response_due, view.opened_at) {
                prop_assert_eq!(ticket.time_left(now), due.saturating_since(now));
            }
        }
    }

    /// A state that was kept as JSON and folded on is the state of the whole history.
    #[test]
    fn a_kept_state_goes_on_as_if_nothing_had_been(
        events in history(calendar_time()),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(events.len() + 1);
        let kept = serde_json::to_string(&Ticket::from_events(&events[..cut])).unwrap();
        let mut ticket: Ticket = serde_json::from_str(&kept).unwrap();
        for event in &events[cut..] {
            ticket.apply(event);
        }
        prop_assert_eq!(ticket, Ticket::from_events(&events));
    }

    /// An event that was stored is the event that was stored.
    #[test]
    fn an_event_survives_being_written(events in history(calendar_time())) {
        for event in events {
            let json = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<TicketEvent>(&json).unwrap(), event);
        }
    }
}

/// The generator above leaves no kind of event out.
#[test]
fn the_histories_of_these_tests_hold_every_kind_of_event() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = vec![false; TicketEvent::KINDS.len()];
    let histories = history(calendar_time());
    for _ in 0..200 {
        for event in histories.new_tree(&mut runner).unwrap().current() {
            seen[event.kind_index()] = true;
        }
    }
    let missing: Vec<_> =
        TicketEvent::KINDS.iter().zip(seen).filter(|(_, seen)| !seen).map(|(kind, _)| kind.name).collect();
    assert_eq!(missing, [""; 0]);
}
