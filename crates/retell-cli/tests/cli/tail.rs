//! `tail`.

use std::future::ready;
use std::sync::Arc;

use retell::MemoryStore;
use retell::store::Metadata;
use retell_cli::{Exit, TailArgs, tail};
use tokio::sync::oneshot;

use crate::desk::{Shared, append, commit, desk, event, eventually, printed, told, tried};

async fn tails(args: TailArgs) -> String {
    let store = desk().await;
    printed(async |out| tail(store, out, &args, ready(())).await).await
}

/// The positions of what is printed as JSON.
fn positions(text: &str) -> Vec<u64> {
    let position = |line: &str| line.strip_prefix("{\"position\":")?.split(',').next()?.parse().ok();
    text.lines().filter_map(position).collect()
}

#[tokio::test]
async fn people_get_a_table() {
    assert_eq!(
        tails(TailArgs { limit: 4, ..TailArgs::default() }).await,
        r#"position  stream      version  type       recorded              effective
       2  ticket/42         2  taken      2026-01-02T03:05:05Z
          {"agent":"31"}
          by agent/31, command escalate, because: no answer\u{1b}[2J\nfor a day
       3  ticket/42         3  escalated  2026-01-02T03:05:05Z  2026-01-01T00:00:00Z
       4  ticket/43         1  opened     2026-01-02T03:06:05Z
          {   "subject": "\u202ethgil on\u007f\u009b31m" }
       5  customer/7        1  named      2026-01-02T03:06:05Z
          {"n":1.0}
"#
    );
}

#[tokio::test]
async fn programs_get_a_line_each() {
    assert_eq!(
        tails(TailArgs { limit: 1, json: true, ..TailArgs::default() }).await,
        format!(
            concat!(
                r#"{{"position":5,"version":1,"stream":"customer/7","type":"named","schema":1,"#,
                r#""recorded_at":"2026-01-02T03:06:05Z","tags":[],"commit":"{}","data":{{"n":1.0}},"metadata":{{}}}}"#,
                "\n"
            ),
            commit("4")
        )
    );
}

#[tokio::test]
async fn only_what_matches() {
    let json = |args: TailArgs| tails(TailArgs { json: true, ..args });
    let of = |text: &str| vec![text.to_owned()];
    assert_eq!(positions(&json(TailArgs::default()).await), [1, 2, 3, 4, 5]);
    assert_eq!(positions(&json(TailArgs { limit: 0, ..TailArgs::default() }).await), [] as [u64; 0]);
    assert_eq!(
        positions(&json(TailArgs { category: of("ticket"), limit: 2, ..TailArgs::default() }).await),
        [3, 4]
    );
    assert_eq!(
        positions(&json(TailArgs { types: of("opened"), limit: 1, ..TailArgs::default() }).await),
        [4]
    );
    assert_eq!(positions(&json(TailArgs { tag: of("customer:7"), ..TailArgs::default() }).await), [1]);
    let two = TailArgs { types: vec!["named".to_owned(), "taken".to_owned()], ..TailArgs::default() };
    assert_eq!(positions(&json(two).await), [2, 5]);
    let none = TailArgs { types: of("opened"), tag: of("floor:4"), ..TailArgs::default() };
    assert_eq!(tails(none).await, "no events that match\n");
    let empty =
        printed(async |out| tail(Arc::new(MemoryStore::new()), out, &TailArgs::default(), ready(())).await);
    assert_eq!(empty.await, "no events\n");
}

#[tokio::test]
async fn filters_that_are_none_are_refused() {
    let store = desk().await;
    for args in [
        TailArgs { category: vec!["ticket/42".to_owned()], ..TailArgs::default() },
        TailArgs { types: vec![String::new()], ..TailArgs::default() },
        TailArgs { tag: vec!["customer".to_owned()], ..TailArgs::default() },
    ] {
        let (_, outcome) =
            tried(async |out| tail(Arc::clone(&store) as _, out, &args, ready(())).await).await;
        let failure = outcome.expect_err("it is refused");
        assert_eq!(failure.exit(), Exit::Usage, "{}", told(&failure));
    }
}

#[tokio::test]
async fn more_than_a_page() {
    let store = Arc::new(MemoryStore::new());
    for id in 0..5 {
        let events = (0..1_000).map(|_| event(if id % 2 == 0 { "even" } else { "odd" }, "1")).collect();
        append(&*store, &id.to_string(), &format!("count/{id}"), events, Metadata::default()).await;
    }
    let args = TailArgs { limit: 2_500, types: vec!["even".to_owned()], json: true, ..TailArgs::default() };
    let text = printed(async |out| tail(store, out, &args, ready(())).await).await;
    assert_eq!(positions(&text), (501..=1_000).chain(2_001..=3_000).chain(4_001..=5_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn following_goes_on_until_it_is_stopped() {
    let store = desk().await;
    let shown = Shared::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let args = TailArgs {
        follow: true,
        limit: 1,
        category: vec!["ticket".to_owned()],
        json: true,
        ..TailArgs::default()
    };
    let mut out = shown.clone();
    let follower = tail(Arc::clone(&store) as _, &mut out, &args, async { drop(stopped.await) });
    let others = async {
        eventually("the last event", async || positions(&shown.text()) == [4]).await;
        append(&*store, "5", "customer/7", vec![event("named", "1")], Metadata::default()).await;
        let events = vec![event("closed", "1"), event("reopened", "2")];
        append(&*store, "6", "ticket/43", events, Metadata::default()).await;
        eventually("the new events", async || positions(&shown.text()) == [4, 7, 8]).await;
        stop.send(()).expect("it still follows");
    };
    let (outcome, ()) = tokio::join!(follower, others);
    outcome.expect("it was stopped");
}
