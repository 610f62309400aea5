//! Carrying commands out: the four steps, their outcomes, retries of requests.

mod common;

use std::sync::Arc;

use common::{Raced, Refusal, Ticket, TicketEvent, id, message, opened, take};
use retell::store::{PageLimit, ReadStream};
use retell::{
    AppendError, CommitId, Context, EventStore, ExecuteError, InvalidCommit, ManualClock, MemoryStore,
    Repository, Timestamp, Version,
};

type Decided = Result<Vec<TicketEvent>, Refusal>;

#[tokio::test]
async fn a_command_is_stored_with_who_and_why() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    let done = tickets
        .execute(&id(), take("agent/31"))
        .named("take")
        .by("agent/31")
        .correlation("request 9")
        .causation("click 3")
        .reason("it is mine")
        .note("desk", "north")
        .await
        .expect("taken");
    assert_eq!((done.version, done.attempts), (Version::new(2), 1));
    assert_eq!(done.events, [TicketEvent::Taken { agent: "agent/31".into() }]);
    assert_eq!(done.state.agent.as_deref(), Some("agent/31"));

    let page =
        store.read_stream(ReadStream::new(id().stream().clone()).after(Version::new(1))).await.expect("read");
    let metadata = page.first().expect("one event").commit().metadata().expect("reads");
    assert_eq!(metadata.actor.expect("an actor").as_str(), "agent/31");
    assert_eq!(metadata.command.expect("a command").name, "take");
    assert_eq!(metadata.correlation.as_deref(), Some("request 9"));
    assert_eq!(metadata.causation.as_deref(), Some("click 3"));
    assert_eq!(metadata.reason.as_deref(), Some("it is mine"));
    assert_eq!(metadata.extra["desk"], "north");
}

#[tokio::test]
async fn refusals_and_empty_decisions_store_nothing() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    tickets.execute(&id(), take("agent/31")).await.expect("taken");
    let head = store.head().await.expect("head");

    let again = tickets.execute(&id(), take("agent/31")).await.expect("nothing to do");
    assert!(again.events.is_empty() && again.commit.is_none());
    assert_eq!(again.version, Version::new(2));

    let refused = tickets.execute(&id(), take("agent/8")).await.expect_err("refused");
    assert_eq!(refused.refusal(), Some(&Refusal::TakenBy("agent/31".into())));
    assert_eq!(store.head().await.expect("head"), head);
}

#[tokio::test]
async fn a_wrong_actor_is_told_and_stores_nothing() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    let error = tickets.execute(&id(), take("agent/31")).by("nobody").await.expect_err("no actor");
    assert!(matches!(error, ExecuteError::Actor(_)), "{error}");
    assert_eq!(store.head().await.expect("head").get(), 1);
}

#[tokio::test]
async fn the_time_is_fixed_and_the_effective_time_comes_first() {
    let now = Timestamp::from_seconds(1_000);
    let clock = Arc::new(ManualClock::at(now));
    let store = Raced::new();
    let tickets = opened(store.clone()).await.with_clock(clock.clone());
    store.race([vec![message("in between")]]);
    let times = std::sync::Mutex::new(Vec::new());
    let command = |_: &Ticket, at: &Context| -> Decided {
        times.lock().expect("not poisoned").push(at.time());
        clock.advance(std::time::Duration::from_secs(5));
        Ok(vec![TicketEvent::Resolved])
    };
    let done = tickets.execute(&id(), command).await.expect("resolved");
    assert_eq!(done.attempts, 2);
    assert_eq!(*times.lock().expect("not poisoned"), [now, now]);

    let then = Timestamp::from_seconds(500);
    let command = |_: &Ticket, at: &Context| -> Decided {
        assert_eq!(at.time(), then);
        Ok(vec![message("late entry")])
    };
    tickets.execute(&id(), command).effective_at(then).await.expect("stored");
    let history = tickets.history(&id(), done.version).await.expect("history");
    assert_eq!(history[0].effective, Some(then));
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_carried_out_once() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    let request = CommitId::named("http", "key 1");
    let add = |_: &Ticket, _: &Context| -> Decided { Ok(vec![message("hello")]) };
    let first = tickets.execute(&id(), add).named("write").commit_id(request).await.expect("stored");
    assert!(!first.was_done_before());
    tickets.execute(&id(), add).await.expect("somebody else");

    let again = tickets.execute(&id(), add).named("write").commit_id(request).await.expect("as before");
    assert!(again.was_done_before());
    assert_eq!((again.version, &again.events), (first.version, &first.events));
    assert_eq!(again.state, first.state);
    assert_eq!(store.head().await.expect("head").get(), 3);

    let other =
        tickets.execute(&id(), add).named("resolve").commit_id(request).await.expect_err("other command");
    assert!(matches!(other, ExecuteError::Store(AppendError::Invalid(InvalidCommit::IdTaken(_)))), "{other}");
    let elsewhere = retell::Id::new("43").expect("a good id");
    let other =
        tickets.execute(&elsewhere, add).named("write").commit_id(request).await.expect_err("other ticket");
    assert!(matches!(other, ExecuteError::Store(AppendError::Invalid(InvalidCommit::IdTaken(_)))), "{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twins_of_one_request_are_carried_out_once() {
    for round in 0..50 {
        let store = Arc::new(MemoryStore::new());
        let tickets = opened(store.clone()).await;
        let request = CommitId::named("http", &format!("round {round}"));
        let mut twins = tokio::task::JoinSet::new();
        for twin in 0..8 {
            let tickets = tickets.clone();
            twins.spawn(async move {
                let add =
                    move |_: &Ticket, _: &Context| -> Decided { Ok(vec![message(&format!("twin {twin}"))]) };
                tickets
                    .execute(&id(), add)
                    .named("write")
                    .commit_id(request)
                    .await
                    .expect("one outcome for all")
            });
        }
        let outcomes = twins.join_all().await;
        assert_eq!(store.head().await.expect("head").get(), 2);
        assert!(outcomes.iter().all(|done| done.events == outcomes[0].events));
        assert_eq!(outcomes.iter().filter(|done| !done.was_done_before()).count(), 1);
    }
}

#[tokio::test]
async fn a_stopped_store_is_told() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    store.close().await;
    let error = tickets.execute(&id(), take("agent/31")).await.expect_err("stopped");
    assert!(matches!(error, ExecuteError::Store(AppendError::Stopped { .. })), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_one_stream_take_turns_and_none_starves() {
    let store = Arc::new(MemoryStore::new());
    let tickets = opened(store.clone()).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..64 {
        let tickets = tickets.clone();
        callers.spawn(async move {
            let mut worst = 0;
            for _ in 0..20 {
                let add =
                    move |_: &Ticket, _: &Context| -> Decided { Ok(vec![message(&caller.to_string())]) };
                worst = worst.max(tickets.execute(&id(), add).await.expect("stored").attempts);
            }
            worst
        });
    }
    let worst = callers.join_all().await.into_iter().max().expect("64 callers");
    assert!(worst <= 16, "{worst} attempts");
    let ticket = tickets.load(&id()).await.expect("loaded");
    assert_eq!(ticket.state.messages.len(), 64 * 20);
    assert_eq!(ticket.version, Version::new(64 * 20 + 1));
}

#[tokio::test]
async fn loading_goes_over_pages() {
    let store: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
    let tickets = Repository::<Ticket>::new(store.clone());
    let count = PageLimit::default().events + 10;
    for chunk in 0..count / 10 {
        let events = (0..10).map(|i| message(&(chunk * 10 + i).to_string())).collect();
        tickets.record(&id(), events).await.expect("recorded");
    }
    let ticket = tickets.load(&id()).await.expect("loaded");
    assert_eq!(ticket.state.messages.len(), count);
    assert!(ticket.state.messages.iter().enumerate().all(|(i, text)| *text == i.to_string()));
    assert!(!tickets.load(&retell::Id::new("none").expect("an id")).await.expect("loaded").exists());
}

#[tokio::test]
async fn many_commands_are_carried_out_in_the_order_of_each_aggregate() {
    let store = Arc::new(MemoryStore::new());
    let tickets = Repository::<Ticket>::new(store.clone());
    let ids: Vec<_> = (0..7).map(|i| retell::Id::new(&i.to_string()).expect("an id")).collect();
    let commands = (0..1_000).map(|i| {
        let write = move |ticket: &Ticket, _: &Context| -> Decided {
            if i % 10 == 3 {
                Err(Refusal::Resolved)
            } else {
                Ok(vec![message(&format!("{i} after {}", ticket.messages.len()))])
            }
        };
        (ids[i % 7].clone(), write)
    });
    let outcomes = tickets.execute_all(commands).each(|command| command.named("write").by("agent/31")).await;
    assert_eq!(outcomes.len(), 1_000);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 100);
    for (i, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.is_err(), i % 10 == 3, "outcome {i} stands in its place");
    }
    for (number, id) in ids.iter().enumerate() {
        let messages = tickets.load(id).await.expect("loaded").state.messages;
        let wanted = (number..1_000).step_by(7).filter(|i| i % 10 != 3);
        assert!(
            messages.iter().enumerate().zip(wanted).all(|((at, text), i)| *text == format!("{i} after {at}"))
        );
        assert_eq!(
            tickets.history(id, Version::NONE).await.expect("history")[0]
                .metadata
                .actor
                .as_ref()
                .map(|a| a.as_str()),
            Some("agent/31")
        );
    }
}
