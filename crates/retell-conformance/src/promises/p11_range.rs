//! P11: numbers at the ends of their range.

use std::sync::Arc;

use retell_store::{
    AppendError, Expected, InvalidCommit, ListStreams, PageLimit, Position, Query, ReadError, ReadLog,
    ReadStream, Timestamp, Version,
};

use crate::kit::{any, append, holds_whole, is_sound, put, said, says, seen, sight, stream, to};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

const HUGE: [u64; 4] = [u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1, u32::MAX as u64 + 1];

pub(crate) async fn p11_huge_versions_and_positions_are_answered(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream(1), Expected::Any, says("x", 3))).await?;
    let before = sight(&*store).await?;
    for huge in HUGE {
        let commit = to(&stream(1), Expected::Exact(Version::new(huge)), vec![said("future")]);
        match append(&*store, &commit).await {
            Err(AppendError::Conflict(told)) => {
                ensure!(told.competing.is_empty(), "events compete with version {huge}");
            }
            Err(AppendError::Invalid(InvalidCommit::OutOfRange(_))) => {}
            other => return Err(Failure(format!("an append at version {huge} was answered with {other:?}"))),
        }
        before.is_unchanged(&*store, &format!("an append at version {huge}")).await?;
        let of_stream = || ReadStream::new(stream(1));
        let nothing = store.read_stream(of_stream().after(Version::new(huge))).await;
        is_page_of(nothing, 0, &format!("the stream after version {huge}"))?;
        let all = store.read_stream(of_stream().until(Version::new(huge))).await;
        is_page_of(all, 3, &format!("the stream until version {huge}"))?;
        let nothing = store.read_log(ReadLog::new().after(Position::new(huge))).await;
        is_page_of(nothing, 0, &format!("the log after position {huge}"))?;
        let all = store.read_log(ReadLog::new().until(Position::new(huge))).await;
        is_page_of(all, 3, &format!("the log until position {huge}"))?;
    }
    let mut stored = 3;
    for huge in HUGE.into_iter().filter(|_| store.capabilities().conditions) {
        let commit = any(&stream(2), huge).unless(Query::all(), Position::new(huge));
        match append(&*store, &commit).await {
            Ok(_) => stored += 1,
            Err(AppendError::Invalid(InvalidCommit::OutOfRange(_))) => {}
            other => return Err(Failure(format!("a condition after {huge} was answered with {other:?}"))),
        }
    }
    let log = is_sound(&*store).await?;
    ensure_eq!(log.len(), stored, "events in the end");
    crate::kit::same_events(&log[..3], &before.log, "the events of before")
}

/// Either the right answer or a typed refusal.
fn is_page_of(page: Result<retell_store::Page, ReadError>, events: usize, what: &str) -> Checked {
    match page {
        Ok(page) => ensure_eq!(seen(&page).len(), events, "events of {what}"),
        Err(ReadError::Invalid(_)) => {}
        Err(other) => return Err(Failure(format!("{what}: {other}"))),
    }
    Ok(())
}

pub(crate) async fn p11_extreme_limits_are_answered(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    for n in 0..5 {
        put(&*store, &any(&stream(n), n)).await?;
    }
    let huge = PageLimit { events: usize::MAX, bytes: usize::MAX };
    is_page_of(store.read_log(ReadLog::new().limit(huge)).await, 5, "the log without limits")?;
    is_page_of(
        store.read_stream(ReadStream::new(stream(1)).limit(huge)).await,
        1,
        "a stream without limits",
    )?;
    for none in
        [PageLimit { events: 0, bytes: 0 }, PageLimit { events: 0, ..huge }, PageLimit { bytes: 0, ..huge }]
    {
        let page = store.read_log(ReadLog::new().limit(none)).await?;
        ensure_eq!((page.len(), page.more), (1, true), "a page of the log that may hold nothing");
        let page = store.read_stream(ReadStream::new(stream(1)).limit(none)).await?;
        ensure_eq!((page.len(), page.more), (1, false), "a page of a stream that may hold nothing");
    }
    for limit in [0, usize::MAX] {
        let listed = store.list_streams(ListStreams { limit, ..ListStreams::default() }).await?;
        ensure_eq!(listed.len(), 5, "streams listed with the limit {limit}");
    }
    let records = store.records();
    ensure!(records.list("", None, usize::MAX).await?.is_empty(), "there are records");
    Ok(())
}

pub(crate) async fn p11_extreme_times_and_schema_versions_are_kept(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let micros = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
    let mut kept = Vec::new();
    for (n, micros) in micros.into_iter().enumerate() {
        for schema in [1, u32::MAX, i32::MAX as u32 + 1] {
            let event = said(n).effective(Timestamp::from_micros(micros)).schema(schema);
            let commit = to(&stream(n), Expected::Any, vec![event]);
            match append(&*store, &commit).await {
                Ok(_) => kept.push(commit),
                Err(AppendError::Invalid(InvalidCommit::OutOfRange(_))) => {}
                other => {
                    return Err(Failure(format!("schema {schema} at {micros} was answered with {other:?}")));
                }
            }
        }
    }
    let log = is_sound(&*store).await?;
    ensure_eq!(log.len(), kept.len(), "events in the log");
    kept.iter().try_for_each(|commit| holds_whole(&log, commit))
}
