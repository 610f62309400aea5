//! P4: positions rise in commit order, for readers too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use retell_store::{Commit, EventStore, Expected, Position, ReadLog};

use crate::kit::{
    Rng, Seen, WRITERS, any, events, is_sound, log_until, put, race, same_events, says, seen, start, stream,
    to, whole_log,
};
use crate::trial::{Checked, Trial, ensure, ensure_eq};

pub(crate) async fn p04_positions_rise_in_commit_order(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut before = Position::START;
    for n in 0..100 {
        let commit = to(&stream(n % 5), Expected::Any, says(n, 1 + n % 3));
        let stored = put(&*store, &commit).await?;
        ensure!(
            before < stored.first && stored.first <= stored.last,
            "a commit at {} to {} comes after one that ended at {before}",
            stored.first,
            stored.last
        );
        before = stored.last;
        ensure_eq!(store.head().await?, stored.last, "the head after an acknowledged append");
        let log = log_until(&*store, stored.last).await?;
        ensure_eq!(log.last().map(|event| event.commit), Some(commit.id), "the newest commit of the log");
    }
    is_sound(&*store).await.map(drop)
}

pub(crate) async fn p04_what_is_acknowledged_comes_before_what_begins_later(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let newest = Arc::new(AtomicU64::new(0));
    let appends = t.times(20);
    race(WRITERS, |writer| {
        let (store, newest) = (Arc::clone(&store), Arc::clone(&newest));
        async move {
            for n in 0..appends {
                let acknowledged = Position::new(newest.load(Ordering::SeqCst));
                let head = store.head().await?;
                ensure!(head >= acknowledged, "the head is {head} after {acknowledged} was acknowledged");
                let stored = put(&*store, &any(&stream(writer % 9), n)).await?;
                ensure!(
                    stored.first > acknowledged && stored.first > head,
                    "an append got {} after {acknowledged} was acknowledged and the head was {head}",
                    stored.first
                );
                newest.fetch_max(stored.last.get(), Ordering::SeqCst);
            }
            Ok(())
        }
    })
    .await?;
    ensure_eq!(is_sound(&*store).await?.len(), WRITERS * appends, "events in the log");
    Ok(())
}

/// Reads on and on; every now and then it reads again what lies behind it.
async fn follow(store: Arc<dyn EventStore>, mut rng: Rng, writing: Arc<AtomicUsize>) -> Checked<Vec<Seen>> {
    let mut saw: Vec<Seen> = Vec::new();
    let mut after = Position::START;
    loop {
        let over = writing.load(Ordering::SeqCst) == 0;
        let page = store.read_log(ReadLog::new().after(after).limit(events(rng.among(1..50)))).await?;
        let came = seen(&page);
        ensure!(came.iter().all(|event| event.position > after), "a page after {after} holds {came:?}");
        saw.extend(came);
        after = saw.last().map_or(after, |last| last.position);
        if rng.one_in(10) {
            let again = log_until(&*store, after).await?;
            same_events(
                &again,
                &saw,
                &format!("all up to {after}, read again, against what came in passing"),
            )?;
        }
        if over && !page.more {
            return Ok(saw);
        }
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn p04_a_reader_has_seen_all_before_what_it_saw(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let several = store.capabilities().several_streams;
    let writing = Arc::new(AtomicUsize::new(WRITERS));
    let mut rng = t.rng();
    let readers = start(4, |_| follow(Arc::clone(&store), rng.fork(), Arc::clone(&writing)));
    let appends = t.times(20);
    race(WRITERS, |writer| {
        let (store, writing) = (Arc::clone(&store), Arc::clone(&writing));
        async move {
            for n in 0..appends {
                let mut commit = Commit::new().write(stream(writer), Expected::Any, says(n, 1 + n % 3));
                if several && n % 2 == 0 {
                    commit = commit.write(stream("shared"), Expected::Any, says(n, 1));
                }
                put(&*store, &commit).await?;
            }
            writing.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    })
    .await?;
    let log = is_sound(&*store).await?;
    for saw in readers.end().await? {
        same_events(&saw, &log, "what a reader saw in passing, against the log")?;
    }
    Ok(())
}

pub(crate) async fn p04_the_head_can_be_read(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    ensure_eq!(store.head().await?, Position::START, "the head of an empty store");
    let writing = Arc::new(AtomicUsize::new(WRITERS));
    let readers = start(4, |_| {
        let (store, writing) = (Arc::clone(&store), Arc::clone(&writing));
        async move {
            let mut watch = store.watch();
            let mut before = Position::START;
            loop {
                let over = writing.load(Ordering::SeqCst) == 0;
                let hint = watch.latest();
                let head = store.head().await?;
                ensure!(head >= before, "the head went back from {before} to {head}");
                ensure!(head >= hint, "the watch told of {hint} before the head was there, at {head}");
                let log = store.read_log(ReadLog::new().backward().limit(events(1))).await?;
                let last = log.first().map_or(Position::START, |last| last.position());
                ensure!(last >= head, "the head is {head}, and the newest event that can be read is {last}");
                before = head;
                if over {
                    // The watch learns of everything in the end.
                    watch.beyond(Position::new(head.get() - 1)).await?;
                    return Ok(());
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let appends = t.times(10);
    race(WRITERS, |writer| {
        let (store, writing) = (Arc::clone(&store), Arc::clone(&writing));
        async move {
            for n in 0..appends {
                put(&*store, &to(&stream(writer), Expected::Any, says(n, 2))).await?;
            }
            writing.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    })
    .await?;
    readers.end().await?;
    let last = whole_log(&*store).await?.last().map(|last| last.position);
    ensure_eq!(Some(store.head().await?), last, "the head");
    Ok(())
}
