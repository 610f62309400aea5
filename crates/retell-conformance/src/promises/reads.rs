//! Reading: pages add up to the whole, in both directions.

use std::sync::Arc;

use retell_store::{
    EventStore, Expected, ListStreams, Order, Page, PageLimit, Position, Query, ReadLog, ReadStream,
    StreamHead, Version,
};

use crate::kit::{
    Rng, Seen, all_streams, any, events, is_sound, matches, matching, put, random_log, random_place,
    random_query, rich, same_events, says, seen, stream, stream_of, to, told, weighing, whole_log,
    whole_stream,
};
use crate::trial::{Checked, Trial, ensure, ensure_eq};

pub(crate) async fn reads_of_an_empty_store_give_nothing(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for read in [ReadLog::new(), ReadLog::new().backward(), ReadLog::new().matching(Query::category("x"))] {
        let page = store.read_log(read).await?;
        let found = (page.len(), page.more, page.covered);
        ensure_eq!(found, (0, false, Position::START), "a page of an empty log");
    }
    let page = store.read_stream(ReadStream::new(stream(1))).await?;
    ensure_eq!((page.len(), page.more), (0, false), "a page of a stream that is not there");
    ensure!(all_streams(&*store).await?.is_empty(), "an empty store lists streams");
    ensure_eq!(store.head().await?, Position::START, "the head of an empty store");
    ensure_eq!(store.summary().await?, Default::default(), "the summary of an empty store");
    Ok(())
}

pub(crate) async fn reads_give_everything_that_was_stored(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit =
        to(&stream(1), Expected::Any, vec![rich(1), rich("ü"), crate::kit::said(3)]).metadata(told(1));
    let stored = put(&*store, &commit).await?;
    let log = is_sound(&*store).await?;
    crate::kit::holds_whole(&log, &commit)?;
    for event in &log {
        let found = (event.commit, event.first, event.recorded_at);
        ensure_eq!(found, (commit.id, stored.first, stored.recorded_at), "the commit of {event:?}");
    }
    Ok(())
}

/// Reads a log in pages of this size, in this direction, by the words of the contract.
async fn in_pages(store: &dyn EventStore, mut read: ReadLog) -> Checked<Vec<Seen>> {
    let mut all = Vec::new();
    loop {
        let page = store.read_log(read.clone()).await?;
        within_limits(&page, read.limit)?;
        let came = seen(&page);
        all.extend(came.iter().cloned());
        if !page.more {
            return Ok(all);
        }
        match (read.order, came.last()) {
            (Order::Forward, _) => {
                let (covered, after) = (page.covered, read.after);
                ensure!(
                    covered > after,
                    "a page with more to come covers up to {covered}, as before {after}"
                );
                read.after = covered;
            }
            (Order::Backward, Some(last)) => read.until = Some(Position::new(last.position.get() - 1)),
            (Order::Backward, None) => ensure!(false, "a page backward is empty, and more is to come"),
        }
    }
}

/// Fails unless a page holds no more than asked for: the event that passes the
/// limit of bytes is the last.
fn within_limits(page: &Page, limit: PageLimit) -> Checked {
    ensure!(page.len() <= limit.events.max(1), "a page of at most {limit:?} holds {} events", page.len());
    let bytes: usize = page.iter().rev().skip(1).map(|event| event.payload().len()).sum();
    ensure!(bytes <= limit.bytes, "a page of at most {limit:?} holds {bytes} bytes before its last event");
    Ok(())
}

fn random_limit(rng: &mut Rng) -> PageLimit {
    match rng.among(0..4) {
        0 => events(1),
        1 => events(rng.among(1..10)),
        2 => PageLimit { events: usize::MAX, bytes: rng.among(0..2_000) },
        _ => PageLimit::default(),
    }
}

fn turned(mut events: Vec<Seen>, order: Order) -> Vec<Seen> {
    if order == Order::Backward {
        events.reverse();
    }
    events
}

pub(crate) async fn reads_of_the_log_add_up_for_any_query(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let log = random_log(&*store, &mut rng, 120).await?;
    for _ in 0..t.times(300) {
        let read = ReadLog {
            query: random_query(&mut rng),
            after: if rng.one_in(2) { Position::START } else { random_place(&mut rng, &log) },
            until: rng.one_in(3).then(|| random_place(&mut rng, &log)),
            order: if rng.one_in(2) { Order::Forward } else { Order::Backward },
            limit: random_limit(&mut rng),
        };
        let wanted = log.iter().filter(|event| {
            let within =
                event.position > read.after && read.until.is_none_or(|until| event.position <= until);
            within && matches(&read.query, event)
        });
        let wanted = turned(wanted.cloned().collect(), read.order);
        let what = format!("{read:?}");
        same_events(&in_pages(&*store, read).await?, &wanted, &what)?;
    }
    Ok(())
}

pub(crate) async fn reads_by_query_match_as_the_contract_says(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    random_log(&*store, &mut rng, 80).await?;
    for _ in 0..t.times(100) {
        let query = random_query(&mut rng);
        let wanted = matching(&*store, &query).await?;
        let found = crate::kit::log_of(&*store, ReadLog::new().matching(query.clone())).await?;
        same_events(&found, &wanted, &format!("{query:?}, against Query::matches"))?;
    }
    Ok(())
}

pub(crate) async fn reads_cover_no_more_than_they_looked_through(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let log = random_log(&*store, &mut rng, 80).await?;
    let head = store.head().await?;
    for _ in 0..t.times(200) {
        let (query, after) = (random_query(&mut rng), random_place(&mut rng, &log));
        let page = store
            .read_log(ReadLog::new().matching(query.clone()).after(after).limit(events(rng.among(1..20))))
            .await?;
        let covered = page.covered;
        ensure!(
            covered >= after && covered <= head,
            "a page after {after} covers up to {covered}; the head is {head}"
        );
        ensure!(
            page.more || covered == head,
            "nothing more is to come, and only {covered} of {head} is covered"
        );
        let wanted = log.iter().filter(|event| event.position > after && event.position <= covered);
        let wanted: Vec<Seen> = wanted.filter(|event| matches(&query, event)).cloned().collect();
        same_events(&seen(&page), &wanted, &format!("{query:?} after {after}, covered up to {covered}"))?;
    }
    // What comes later is not covered by a page that was read before.
    let page = store.read_log(ReadLog::new().matching(Query::category("later"))).await?;
    let later = any(&stream_of("later", 1), "x");
    put(&*store, &later).await?;
    let page = store.read_log(ReadLog::new().matching(Query::category("later")).after(page.covered)).await?;
    ensure_eq!(page.len(), 1, "events that came after a page had covered the log");
    Ok(())
}

pub(crate) async fn reads_of_a_stream_add_up(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    random_log(&*store, &mut rng, 120).await?;
    let streams = all_streams(&*store).await?;
    for _ in 0..t.times(300) {
        let StreamHead { stream, version } = &streams[rng.among(0..streams.len())];
        let whole = whole_stream(&*store, stream).await?;
        let place = |rng: &mut Rng| Version::new(rng.among(0..version.get() as usize + 2) as u64);
        let mut read = ReadStream {
            stream: stream.clone(),
            after: if rng.one_in(2) { Version::NONE } else { place(&mut rng) },
            until: rng.one_in(3).then(|| place(&mut rng)),
            order: if rng.one_in(2) { Order::Forward } else { Order::Backward },
            limit: random_limit(&mut rng),
        };
        let wanted = whole.iter().filter(|event| {
            event.version > read.after && read.until.is_none_or(|until| event.version <= until)
        });
        let (wanted, what) = (turned(wanted.cloned().collect(), read.order), format!("{read:?}"));
        let mut all = Vec::new();
        loop {
            let page = store.read_stream(read.clone()).await?;
            within_limits(&page, read.limit)?;
            all.extend(seen(&page));
            match (page.last(), read.order) {
                (Some(last), Order::Forward) if page.more => {
                    ensure!(
                        last.version() > read.after,
                        "a page of {stream} after {} ends there",
                        read.after
                    );
                    read.after = last.version();
                }
                (Some(last), Order::Backward) if page.more => {
                    read.until = Some(Version::new(last.version().get() - 1));
                }
                _ => break,
            }
        }
        same_events(&all, &wanted, &what)?;
    }
    Ok(())
}

pub(crate) async fn reads_are_bounded_in_bytes(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for _ in 0..10 {
        put(&*store, &to(&stream(1), Expected::Any, vec![weighing(100_000); 3])).await?;
    }
    let log = whole_log(&*store).await?;
    for bytes in [0, 1, 99_999, 100_001, 250_000, 1 << 20, 1 << 40] {
        let limit = PageLimit { events: usize::MAX, bytes };
        let pages = in_pages(&*store, ReadLog::new().limit(limit)).await?;
        same_events(&pages, &log, &format!("pages of {bytes} bytes"))?;
        let page = store.read_stream(ReadStream::new(stream(1)).limit(limit)).await?;
        within_limits(&page, limit)?;
        ensure!(!page.is_empty(), "a page of {bytes} bytes holds no event");
        let most = (bytes / 100_000 + 1).min(30);
        ensure!(page.len() + 1 >= most, "a page of {bytes} bytes holds only {} events", page.len());
    }
    Ok(())
}

pub(crate) async fn reads_list_every_stream_by_name(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    let log = random_log(&*store, &mut rng, 120).await?;
    let mut wanted: Vec<StreamHead> = Vec::new();
    for event in &log {
        let name = event.stream.parse()?;
        match wanted.iter_mut().find(|head| head.stream == name) {
            Some(head) => head.version = event.version,
            None => wanted.push(StreamHead { stream: name, version: event.version }),
        }
    }
    wanted.sort_by(|a, b| a.stream.cmp(&b.stream));
    let categories = ["ticket", "tick", "ticket-note", "Ticket", "ticket note", "nothing", "t", "%"];
    for category in categories.map(Some).into_iter().chain([None]) {
        let wanted: Vec<StreamHead> = wanted
            .iter()
            .filter(|head| category.is_none_or(|one| one == head.stream.category()))
            .cloned()
            .collect();
        for limit in [1, 2, 7, 0] {
            let mut found: Vec<StreamHead> = Vec::new();
            loop {
                let after = found.last().map(|head| head.stream.clone());
                let list = ListStreams { category: category.map(str::to_owned), after, limit };
                let page = store.list_streams(list.clone()).await?;
                ensure!(page.len() <= list.count(), "{list:?} lists {} streams", page.len());
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            ensure_eq!(found, wanted, "the streams of category {category:?} in pages of {limit}");
        }
    }
    // It goes on after a name that is not there.
    let after = stream_of("ticket", "nobody");
    let list = ListStreams { after: Some(after.clone()), ..ListStreams::default() };
    let wanted: Vec<_> = wanted.into_iter().filter(|head| head.stream > after).collect();
    ensure_eq!(store.list_streams(list).await?, wanted, "the streams after {after}");
    Ok(())
}

pub(crate) async fn reads_sum_up_what_is_stored(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let mut rng = t.rng();
    for _ in 0..3 {
        let log = random_log(&*store, &mut rng, 40).await?;
        let summary = store.summary().await?;
        let commits = log.iter().filter(|event| event.first == event.position).count() as u64;
        let payload: usize = log.iter().map(|event| event.payload.len()).sum();
        ensure_eq!(summary.events, log.len() as u64, "events");
        ensure_eq!(summary.commits, commits, "commits");
        ensure_eq!(summary.streams, all_streams(&*store).await?.len() as u64, "streams");
        ensure_eq!(summary.payload_bytes, payload as u64, "bytes of payloads");
        ensure_eq!(Some(summary.head), log.last().map(|event| event.position), "the head");
        ensure_eq!(summary.first_recorded, log.first().map(|event| event.recorded_at), "the first recording");
        ensure_eq!(summary.last_recorded, log.last().map(|event| event.recorded_at), "the last recording");
        let counted: u64 = summary.types.iter().map(|one| one.count).sum();
        ensure_eq!(counted, summary.events, "events, counted by type");
        for one in &summary.types {
            let count = log.iter().filter(|event| event.event_type == one.event_type).count() as u64;
            ensure_eq!(one.count, count, "events of type {}", one.event_type);
        }
        let falls = summary.types.windows(2).all(|pair| pair[0].count >= pair[1].count);
        ensure!(falls, "the most frequent type does not come first: {:?}", summary.types);
    }
    Ok(())
}

pub(crate) async fn reads_of_a_commit_agree_while_writers_run(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let appends = t.times(20);
    crate::kit::race(crate::kit::WRITERS, |writer| {
        let store = Arc::clone(&store);
        async move {
            for n in 0..appends {
                let commit = to(&stream(writer), Expected::Any, says(n, 2));
                let stored = put(&*store, &commit).await?;
                // Each read sees what was acknowledged to the same caller.
                let read = ReadStream::new(stream(writer)).backward().limit(events(2));
                let page = store.read_stream(read).await?;
                let last = page.first().map(|event| (event.position(), event.commit().id));
                ensure_eq!(
                    last,
                    Some((stored.last, commit.id)),
                    "the newest event of the writer's own stream"
                );
                let page =
                    store.read_log(ReadLog::new().until(stored.last).backward().limit(events(1))).await?;
                let last = page.first().map(|event| (event.position(), event.commit().id));
                ensure_eq!(last, Some((stored.last, commit.id)), "the event at the acknowledged position");
                ensure!(store.find(commit.id).await?.is_some(), "an acknowledged commit is not found");
            }
            Ok(())
        }
    })
    .await?;
    is_sound(&*store).await.map(drop)
}
