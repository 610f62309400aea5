//! P10: following the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use retell_store::{EventStore, Expected, Position, Query, ReadError, Subscription};

use crate::kit::{
    Rng, Running, Seen, WRITERS, any, append, dropped_somewhere, events, is_sound, matches, put, race,
    random_log, random_query, rich, said, same_events, says, seen, start, stream, to, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq, open};

/// Follows until the event of this payload came.
async fn until(mut events: Subscription, last: &str) -> Checked<Vec<Seen>> {
    let mut came: Vec<Seen> = Vec::new();
    while came.last().is_none_or(|event| event.payload != last) {
        let page = events.next().await?;
        ensure!(!page.is_empty(), "a page without events was delivered");
        let before = came.last().map(|event| event.position);
        came.extend(seen(&page));
        let at = came.last().map(|event| event.position);
        ensure!(before < at, "a page that ends at {at:?} came after one that ended at {before:?}");
        ensure!(at <= Some(events.position()), "the position is {} after {at:?}", events.position());
    }
    Ok(came)
}

const END: &str = "\"the end\"";

fn the_end() -> retell_store::Commit {
    any(&stream("end"), "the end")
}

/// 64 writers that append so many commits each.
fn writers(store: &Arc<dyn EventStore>, appends: usize) -> Running<()> {
    start(WRITERS, |writer| {
        let store = Arc::clone(store);
        async move {
            for n in 0..appends {
                put(&*store, &to(&stream(writer % 9), Expected::Any, says(n, 1 + n % 3))).await?;
            }
            Ok(())
        }
    })
}

pub(crate) async fn p10_it_catches_up_then_follows(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    random_log(&*store, &mut rng, 100).await?;
    let followers = start(4, |n| {
        let limit = events([1, 7, 100, 2_000][n]);
        until(Subscription::new(Arc::clone(&store), Query::all(), Position::START).limit(limit), END)
    });
    writers(&store, t.times(20)).end().await?;
    put(&*store, &the_end()).await?;
    let log = is_sound(&*store).await?;
    for came in followers.end().await? {
        same_events(&came, &log, "what a subscription delivered")?;
    }
    Ok(())
}

pub(crate) async fn p10_it_begins_anywhere_while_writers_run(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let writing = writers(&store, t.times(20));
    // Each begins at the head of its moment, one after the other.
    let mut followers = Vec::new();
    for _ in 0..12 {
        let from = store.head().await?;
        let subscription = Subscription::new(Arc::clone(&store), Query::all(), from);
        followers.push((from, tokio::spawn(until(subscription, END))));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    writing.end().await?;
    put(&*store, &the_end()).await?;
    let log = is_sound(&*store).await?;
    for (from, follower) in followers {
        let came = follower.await.map_err(crate::kit::died)??;
        let wanted: Vec<Seen> = log.iter().filter(|event| event.position > from).cloned().collect();
        same_events(&came, &wanted, &format!("what a subscription from {from} delivered"))?;
    }
    Ok(())
}

pub(crate) async fn p10_it_goes_on_from_its_position(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let writing = writers(&store, t.times(20));
    let reader = tokio::spawn(restart_often(Arc::clone(&store), rng.fork()));
    writing.end().await?;
    put(&*store, &the_end()).await?;
    let came = reader.await.map_err(crate::kit::died)??;
    same_events(&came, &is_sound(&*store).await?, "what was delivered over many restarts")
}

/// Takes a few pages, forgets everything but the position, and begins anew.
async fn restart_often(store: Arc<dyn EventStore>, mut rng: Rng) -> Checked<Vec<Seen>> {
    let mut came: Vec<Seen> = Vec::new();
    let mut position = Position::START;
    loop {
        let limit = events(rng.among(1..40));
        let mut subscription = Subscription::new(Arc::clone(&store), Query::all(), position).limit(limit);
        for _ in 0..rng.among(1..4) {
            came.extend(seen(&subscription.next().await?));
            position = subscription.position();
            if came.last().is_some_and(|event| event.payload == END) {
                return Ok(came);
            }
        }
    }
}

pub(crate) async fn p10_a_dropped_wait_loses_nothing(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let followers = start(4, |_| {
        let (store, mut rng) = (Arc::clone(&store), rng.fork());
        async move {
            let mut subscription = Subscription::new(store, Query::all(), Position::START).limit(events(20));
            let mut came: Vec<Seen> = Vec::new();
            while came.last().is_none_or(|event| event.payload != END) {
                match dropped_somewhere(Box::pin(subscription.next()), &mut rng).await {
                    Some(page) => came.extend(seen(&page?)),
                    None => tokio::task::yield_now().await,
                }
            }
            Ok(came)
        }
    });
    writers(&store, t.times(10)).end().await?;
    put(&*store, &the_end()).await?;
    let log = is_sound(&*store).await?;
    for came in followers.end().await? {
        same_events(&came, &log, "what was delivered to a follower that gives up waiting again and again")?;
    }
    Ok(())
}

pub(crate) async fn p10_it_delivers_what_the_query_asks_for(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    random_log(&*store, &mut rng, 100).await?;
    let last = || to(&stream("x"), Expected::Any, vec![rich("end")]);
    let queries: Vec<Query> = (0..10).map(|_| random_query(&mut rng)).collect();
    let asks_for_the_end = |query: &Query| {
        let end = rich("end");
        let item = retell_store::QueryItem { types: vec![end.event_type.clone()], ..Default::default() };
        // A query without items asks for everything already.
        if query.is_all() { query.clone() } else { query.clone().or(item) }
    };
    let followers = start(queries.len(), |n| {
        let query = asks_for_the_end(&queries[n]);
        let subscription =
            Subscription::new(Arc::clone(&store), query, Position::START).limit(events(1 + n * 5));
        let end = rich("end").payload.as_str().to_owned();
        async move { until(subscription, &end).await }
    });
    random_log(&*store, &mut rng, t.times(200)).await?;
    put(&*store, &last()).await?;
    let log = is_sound(&*store).await?;
    for (came, query) in followers.end().await?.into_iter().zip(&queries) {
        let query = asks_for_the_end(query);
        let wanted: Vec<Seen> = log.iter().filter(|event| matches(&query, event)).cloned().collect();
        same_events(&came, &wanted, &format!("what a subscription to {query:?} delivered"))?;
    }
    Ok(())
}

pub(crate) async fn p10_it_looks_through_what_does_not_match_once(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream(1), Expected::Any, says("x", 500))).await?;
    let mut subscription = Subscription::new(Arc::clone(&store), Query::category("none"), Position::START);
    ensure!(subscription.try_next().await?.is_none(), "something matches a category that is not there");
    let head = store.head().await?;
    ensure_eq!(subscription.position(), head, "the position after a log without a match");
    Ok(())
}

pub(crate) async fn p10_dropping_it_frees_everything(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    random_log(&*store, &mut t.rng(), 20).await?;
    let before = Arc::strong_count(&store);
    for round in 0..t.times(200) {
        let mut subscriptions = Vec::new();
        for n in 0..20 {
            let mut subscription = Subscription::new(Arc::clone(&store), Query::all(), Position::START);
            if n % 2 == 0 {
                subscription.next().await?;
            }
            subscriptions.push(subscription);
        }
        // Some are dropped while they wait.
        let mut waiting = Vec::new();
        for _ in 0..4 {
            let mut subscription = Subscription::new(Arc::clone(&store), Query::all(), store.head().await?);
            waiting.push(tokio::spawn(async move { subscription.next().await.map(drop) }));
        }
        tokio::task::yield_now().await;
        for task in &waiting {
            task.abort();
        }
        for task in waiting {
            let ended = task.await;
            ensure!(ended.is_err(), "a subscription at the head ended by itself: {ended:?}");
        }
        drop(subscriptions);
        ensure_eq!(Arc::strong_count(&store), before, "handles of the store in round {round}");
    }
    let weak = Arc::downgrade(&store);
    put(&*store, &any(&stream(1), "after")).await?;
    drop(store);
    ensure!(weak.upgrade().is_none(), "the store is held by something after its last handle was dropped");
    Ok(())
}

pub(crate) async fn p10_closing_the_store_ends_a_wait(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let mut subscription = Subscription::new(Arc::clone(&store), Query::all(), Position::START);
        subscription.next().await?;
        waiting.push(tokio::spawn(async move { subscription.next().await.map(|page| seen(&page)) }));
    }
    let mut watch = store.watch();
    let head = store.head().await?;
    waiting.push(tokio::spawn(async move { watch.beyond(head).await.map(|_| Vec::new()) }));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    store.close().await;
    for task in waiting {
        let limit = Duration::from_secs(30);
        let ended = tokio::time::timeout(limit, task).await;
        let ended =
            ended.map_err(|_| Failure("a subscription still waits after the store was closed".to_owned()))?;
        match ended.map_err(crate::kit::died)? {
            Err(ReadError::Stopped { .. }) => {}
            other => return Err(Failure(format!("a subscription to a closed store ended with {other:?}"))),
        }
    }
    Ok(())
}

pub(crate) async fn p10_it_follows_other_handles(t: Arc<Trial>) -> Checked {
    let site = t.site().await?;
    let (reader, one, two) = (open(&*site).await?, open(&*site).await?, open(&*site).await?);
    let follower =
        tokio::spawn(until(Subscription::new(Arc::clone(&reader), Query::all(), Position::START), END));
    let appends = t.times(10);
    race(WRITERS, |writer| {
        let store = Arc::clone(if writer % 2 == 0 { &one } else { &two });
        async move {
            for n in 0..appends {
                put(&*store, &to(&stream(writer % 9), Expected::Any, says(n, 2))).await?;
            }
            Ok(())
        }
    })
    .await?;
    put(&*one, &the_end()).await?;
    let came = follower.await.map_err(crate::kit::died)??;
    same_events(
        &came,
        &is_sound(&*two).await?,
        "what a subscription delivered of two other handles' appends",
    )?;
    let delays = delays(&t, &reader, &one).await?;
    let stated = reader.capabilities().follow_latency;
    let (median, most) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    t.note(format!(
        "another handle's commit came after {median:.1?} (median), {most:.1?} (most); stated: {stated:?}"
    ));
    Ok(())
}

/// How long one commit of another handle takes to arrive, sorted.
async fn delays(
    t: &Trial,
    reader: &Arc<dyn EventStore>,
    writer: &Arc<dyn EventStore>,
) -> Checked<Vec<Duration>> {
    let mut subscription = Subscription::new(Arc::clone(reader), Query::all(), reader.head().await?);
    let mut delays = Vec::new();
    for n in 0..t.times(100) {
        let waiting = tokio::spawn(async move {
            let page = subscription.next().await;
            (page.map(|page| (seen(&page), Instant::now())), subscription)
        });
        let commit = any(&stream("slow"), n);
        put(&**writer, &commit).await?;
        let acknowledged = Instant::now();
        let (page, back) = waiting.await.map_err(crate::kit::died)?;
        subscription = back;
        let (came, at) = page?;
        ensure_eq!(
            came.iter().map(|event| event.commit).collect::<Vec<_>>(),
            [commit.id],
            "the commits that came"
        );
        delays.push(at.saturating_duration_since(acknowledged));
    }
    delays.sort();
    Ok(delays)
}

pub(crate) async fn p10_a_slow_follower_holds_nobody_up(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream(1), Expected::Any, vec![said("first")])).await?;
    let mut slow = Subscription::new(Arc::clone(&store), Query::all(), Position::START).limit(events(1));
    let mut came = seen(&slow.next().await?);
    // It holds its page and asks for nothing while many others write and read.
    let written = AtomicUsize::new(0);
    for n in 0..t.times(500) {
        append(&*store, &any(&stream(n % 5), n)).await?;
        written.fetch_add(1, Ordering::Relaxed);
    }
    let log = whole_log(&*store).await?;
    while came.len() < log.len() {
        came.extend(seen(&slow.next().await?));
    }
    ensure_eq!(came.len(), written.into_inner() + 1, "events that the slow follower got in the end");
    same_events(&came, &log, "what the slow follower got in the end")
}
