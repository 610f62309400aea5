//! When others are faster: what a command is shown, and each of its verdicts.

mod common;

use std::sync::Mutex;

use common::{Raced, Refusal, Ticket, TicketEvent, id, message, opened, take};
use retell::{Command, Conflict, Context, ExecuteError, Verdict, Version};

/// Resolves a ticket; the closure gives the verdict on a conflict.
struct Resolve<F>(F);

impl<F> Command<Ticket> for Resolve<F>
where
    F: Fn(&Conflict<'_, Ticket>) -> Verdict<Ticket, Refusal> + Send + Sync,
{
    type Refusal = Refusal;

    fn decide(&self, ticket: &Ticket, _: &Context) -> Result<Vec<TicketEvent>, Refusal> {
        if ticket.resolved { Err(Refusal::Resolved) } else { Ok(vec![TicketEvent::Resolved]) }
    }

    fn reconcile(&self, conflict: &Conflict<'_, Ticket>) -> Verdict<Ticket, Refusal> {
        (self.0)(conflict)
    }
}

#[tokio::test]
async fn by_default_it_decides_again_on_what_it_missed() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![TicketEvent::Taken { agent: "agent/8".into() }]]);
    let refused = tickets.execute(&id(), take("agent/31")).await.expect_err("somebody was faster");
    assert_eq!(refused.refusal(), Some(&Refusal::TakenBy("agent/8".into())));

    store.race([vec![message("one")], vec![message("two"), message("three")]]);
    let resolve = Resolve(|_: &Conflict<'_, Ticket>| Verdict::DecideAgain);
    let done = tickets.execute(&id(), resolve).await.expect("resolved");
    assert_eq!((done.attempts, done.version), (3, Version::new(6)));
    assert_eq!(done.state, tickets.load(&id()).await.expect("loaded").state);
}

#[tokio::test]
async fn the_domain_is_shown_both_sides() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![message("wait")], vec![message("please")]]);
    let shown = Mutex::new(Vec::new());
    let resolve = Resolve(|conflict: &Conflict<'_, Ticket>| {
        let texts: Vec<_> = conflict.competing().iter().map(|c| (c.version.get(), c.event.clone())).collect();
        shown.lock().expect("not poisoned").push((
            conflict.attempt(),
            conflict.then().messages.len(),
            conflict.intended().clone(),
            texts,
            conflict.now().messages.len(),
        ));
        Verdict::Keep
    });
    let done = tickets.execute(&id(), resolve).await.expect("resolved");
    assert_eq!((done.attempts, done.version), (3, Version::new(4)));
    // Kept events are not decided again: what competes is told from the
    // decision on, over both attempts.
    let intended = vec![TicketEvent::Resolved];
    assert_eq!(
        *shown.lock().expect("not poisoned"),
        [
            (1, 0, intended.clone(), vec![(2, message("wait"))], 1),
            (2, 0, intended, vec![(2, message("wait")), (3, message("please"))], 2),
        ]
    );
}

#[tokio::test]
async fn deciding_again_moves_the_base() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![message("one")], vec![message("two")]]);
    let seen = Mutex::new(Vec::new());
    let resolve = Resolve(|conflict: &Conflict<'_, Ticket>| {
        seen.lock().expect("not poisoned").push((conflict.then().messages.len(), conflict.competing().len()));
        Verdict::DecideAgain
    });
    tickets.execute(&id(), resolve).await.expect("resolved");
    assert_eq!(*seen.lock().expect("not poisoned"), [(0, 1), (1, 1)]);
}

#[tokio::test]
async fn other_events_may_be_stored_instead() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![message("still dark")]]);
    let resolve = Resolve(|_: &Conflict<'_, Ticket>| Verdict::Append(vec![message("I look again")]));
    let done = tickets.execute(&id(), resolve).await.expect("answered");
    assert_eq!(done.events, [message("I look again")]);
    assert!(!done.state.resolved);
}

#[tokio::test]
async fn it_may_be_done_already_or_refused() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![TicketEvent::Resolved]]);
    let done =
        tickets.execute(&id(), Resolve(|_: &Conflict<'_, Ticket>| Verdict::AlreadyDone)).await.expect("done");
    assert!(done.events.is_empty() && done.commit.is_none() && done.state.resolved);
    assert_eq!(done.version, Version::new(2));

    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    store.race([vec![message("still dark")]]);
    let refuse = Resolve(|_: &Conflict<'_, Ticket>| Verdict::Refuse(Refusal::Resolved));
    let refused = tickets.execute(&id(), refuse).await.expect_err("refused");
    assert_eq!(refused.refusal(), Some(&Refusal::Resolved));
}

#[tokio::test]
async fn attempts_are_bounded() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await.with_attempts(3);
    store.race(std::iter::repeat_n(vec![message("again")], 10));
    let error = tickets
        .execute(&id(), Resolve(|_: &Conflict<'_, Ticket>| Verdict::DecideAgain))
        .await
        .expect_err("others are faster each time");
    let ExecuteError::Contended { attempts, conflict } = error else { panic!("{error}") };
    assert_eq!(attempts, 3);
    assert_eq!(conflict.streams[0].stream, *id().stream());
    assert!(!tickets.load(&id()).await.expect("loaded").state.resolved);
}

#[tokio::test]
async fn more_than_a_conflict_carries_is_read() {
    let store = Raced::new();
    let tickets = opened(store.clone()).await;
    let many: Vec<_> = (0..2_500).map(|i| message(&i.to_string())).collect();
    store.race([many]);
    let count = Mutex::new(0);
    let resolve = Resolve(|conflict: &Conflict<'_, Ticket>| {
        *count.lock().expect("not poisoned") = conflict.competing().len();
        Verdict::DecideAgain
    });
    let done = tickets.execute(&id(), resolve).await.expect("resolved");
    assert_eq!(*count.lock().expect("not poisoned"), 2_500);
    assert_eq!(done.state.messages.len(), 2_500);
    assert_eq!(done.version, Version::new(2_502));
}

#[test]
fn a_command_over_two_aggregates_has_the_same_shape() {
    struct Merge;
    impl Command<(Ticket, Ticket)> for Merge {
        type Refusal = Refusal;
        fn decide(
            &self,
            (from, _into): &(Ticket, Ticket),
            _: &Context,
        ) -> Result<(Vec<TicketEvent>, Vec<TicketEvent>), Refusal> {
            let moved = from.messages.iter().map(|text| message(text)).collect();
            Ok((vec![TicketEvent::Resolved], moved))
        }
    }
    let from = Ticket { messages: vec!["hello".into()], ..Ticket::default() };
    let decided = Merge.decide(&(from, Ticket::default()), &Context::new(retell::Timestamp::default()));
    assert_eq!(decided, Ok((vec![TicketEvent::Resolved], vec![message("hello")])));
    assert_eq!(Merge.name(), "Merge");
}
