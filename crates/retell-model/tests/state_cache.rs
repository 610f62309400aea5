//! Remembered states change how fast an answer comes, never the answer.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common::{Raced, Refusal, Ticket, TicketEvent, id, message, opened, take};
use proptest::prelude::*;
use retell::{
    Aggregate, Command, Conflict, Context, EventStore, Id, MemoryStore, Repository, Verdict, Version,
};

type Decided = Result<Vec<TicketEvent>, Refusal>;

fn resolve(ticket: &Ticket, _: &Context) -> Decided {
    if ticket.resolved { Err(Refusal::Resolved) } else { Ok(vec![TicketEvent::Resolved]) }
}

fn answer_once(ticket: &Ticket, _: &Context) -> Decided {
    Ok(if ticket.messages.is_empty() { vec![message("hello")] } else { vec![] })
}

#[tokio::test]
async fn no_refusal_rests_on_a_state_that_is_over() {
    let store = Arc::new(MemoryStore::new());
    let here = opened(store.clone()).await;
    let elsewhere = Repository::<Ticket>::new(store);
    here.execute(&id(), take("agent/31")).await.expect("taken");
    let refused = here.execute(&id(), take("agent/8")).await.expect_err("agent/31 has it");
    assert_eq!(refused.refusal(), Some(&Refusal::TakenBy("agent/31".into())));

    // Another process gives the ticket to somebody else: this one remembers the old state.
    elsewhere.record(&id(), vec![TicketEvent::Taken { agent: "agent/8".into() }]).await.expect("recorded");
    let done = here.execute(&id(), take("agent/8")).await.expect("agent/8 has it: nothing to do");
    assert!(done.events.is_empty());
    assert_eq!(done.version, Version::new(3));
    let refused = here.execute(&id(), take("agent/31")).await.expect_err("not any more");
    assert_eq!(refused.refusal(), Some(&Refusal::TakenBy("agent/8".into())));
}

#[tokio::test]
async fn no_empty_answer_rests_on_a_state_that_is_over() {
    let store = Arc::new(MemoryStore::new());
    let here = opened(store.clone()).await;
    let once = here.execute(&id(), answer_once).await.expect("answered");
    assert_eq!((once.events.len(), once.attempts), (1, 1));
    let again = here.execute(&id(), answer_once).await.expect("nothing to do");
    assert!(again.events.is_empty());
}

/// A command that tells whether it was shown a collision.
struct Watchful(Arc<AtomicU32>);

impl Command<Ticket> for Watchful {
    type Refusal = Refusal;

    fn decide(&self, _: &Ticket, _: &Context) -> Decided {
        Ok(vec![TicketEvent::Resolved])
    }

    fn reconcile(&self, conflict: &Conflict<'_, Ticket>) -> Verdict<Ticket, Refusal> {
        let shown = u32::try_from(conflict.competing().len()).expect("few");
        self.0.store(shown, Ordering::SeqCst);
        Verdict::DecideAgain
    }
}

#[tokio::test]
async fn what_came_before_the_command_began_is_no_collision() {
    let store = Raced::new();
    let here = opened(store.clone()).await;
    here.execute(&id(), take("agent/31")).await.expect("taken");
    // Stored by another process long before: folded, not shown.
    let elsewhere = Repository::<Ticket>::new(store.clone());
    elsewhere.record(&id(), vec![message("earlier")]).await.expect("recorded");
    let shown = Arc::new(AtomicU32::new(0));
    let done = here.execute(&id(), Watchful(shown.clone())).await.expect("resolved");
    assert_eq!((shown.load(Ordering::SeqCst), done.attempts), (0, 1));
    assert_eq!(done.state.messages, ["earlier"]);

    // Stored while the command runs: shown.
    store.race([vec![message("meanwhile")]]);
    let shown = Arc::new(AtomicU32::new(0));
    let done = here.execute(&id(), Watchful(shown.clone())).await.expect("resolved");
    assert_eq!((shown.load(Ordering::SeqCst), done.attempts), (1, 2));
}

/// What the two programs of the property do, one step after the other.
#[derive(Debug, Clone)]
enum Step {
    Take(u8),
    Answer,
    Resolve,
    Record(u8),
}

fn step() -> impl Strategy<Value = (bool, bool, Step)> {
    let step = prop_oneof![
        (0..3u8).prop_map(Step::Take),
        Just(Step::Answer),
        Just(Step::Resolve),
        (0..3u8).prop_map(Step::Record)
    ];
    (any::<bool>(), any::<bool>(), step)
}

/// Everything that callers were told, and what is stored in the end.
async fn play(steps: &[(bool, bool, Step)], cache: u64) -> (Vec<String>, Vec<String>) {
    let store: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
    let programs = [0, 1].map(|_| Repository::<Ticket>::new(store.clone()).with_cache(cache));
    let ids = [Id::new("1").expect("an id"), Id::new("2").expect("an id")];
    let mut told = Vec::new();
    for (program, ticket, step) in steps {
        let (program, id) = (&programs[usize::from(*program)], &ids[usize::from(*ticket)]);
        let done = match step {
            Step::Take(agent) => program.execute(id, take(&format!("agent/{agent}"))).await,
            Step::Answer => program.execute(id, answer_once).await,
            Step::Resolve => program.execute(id, resolve).await,
            Step::Record(text) => {
                program.record(id, vec![message(&text.to_string())]).await.expect("recorded");
                continue;
            }
        };
        told.push(match done {
            Ok(done) => format!("{} {:?} {:?}", done.version, done.events, done.state),
            Err(error) => error.to_string(),
        });
    }
    let mut stored = Vec::new();
    for id in &ids {
        let history = programs[0].history(id, Version::NONE).await.expect("history");
        let events: Vec<TicketEvent> = history.into_iter().map(|recorded| recorded.event).collect();
        let state = Ticket::from_events(&events);
        stored.push(format!("{events:?} {state:?}"));
    }
    (told, stored)
}

proptest! {
    #[test]
    fn the_cache_never_changes_an_outcome(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let without = runtime.block_on(play(&steps, 0));
        prop_assert_eq!(&runtime.block_on(play(&steps, 1 << 20)), &without);
        // So small that states are forgotten all the time.
        prop_assert_eq!(&runtime.block_on(play(&steps, 1_500)), &without);
    }
}
