//! P2: all or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use retell_store::{AppendError, Commit, Expected, InvalidCommit, PageLimit, Position, ReadLog, Version};

use crate::kit::{
    WRITERS, any, append, conflict, exactly, holds_whole, is_sound, put, race, renamed, rich, said, says,
    seen, sight, start, stream, stream_of, to, told, whole_log,
};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

pub(crate) async fn p02_a_commit_is_stored_whole(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let events = (0..200).map(rich).collect();
    let commit = to(&stream(1), Expected::Absent, events).metadata(told("whole"));
    let stored = put(&*store, &commit).await?;
    let log = is_sound(&*store).await?;
    holds_whole(&log, &commit)?;
    let ends = (log.first().map(|e| e.position), log.last().map(|e| e.position));
    ensure_eq!(ends, (Some(stored.first), Some(stored.last)), "the ends of the stored commit");
    ensure_eq!(stored.version_of(&stream(1)), Some(Version::new(200)), "the version that was told");
    ensure!(log.iter().all(|event| event.recorded_at == stored.recorded_at), "times of recording differ");
    Ok(())
}

pub(crate) async fn p02_several_streams_are_stored_together(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(2), "before")).await?;
    let commit = Commit::new()
        .write(stream(1), Expected::Absent, says("one", 3))
        .write(stream(2), exactly(1), says("two", 2))
        .write(stream_of("customer", 7), Expected::Any, vec![rich(3)])
        .metadata(told("merge"));
    let stored = put(&*store, &commit).await?;
    let versions = [(stream(1), 3), (stream(2), 3), (stream_of("customer", 7), 1)];
    let versions = versions.map(|(stream, version)| (stream, Version::new(version)));
    ensure_eq!(stored.streams, versions, "the versions that were told");
    holds_whole(&is_sound(&*store).await?, &commit)
}

pub(crate) async fn p02_a_refused_commit_leaves_nothing(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let before = sight(&*store).await?;
    for expected in [Expected::Absent, exactly(2), exactly(7)] {
        let commit = to(&stream(1), expected, says("refused", 5)).metadata(told("refused"));
        conflict(&*store, &commit, "a stale append").await?;
        before.is_unchanged(&*store, "a refused commit").await?;
        ensure_eq!(store.find(commit.id).await?, None, "the look-up of a refused commit");
    }
    Ok(())
}

pub(crate) async fn p02_one_broken_expectation_refuses_all_streams(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream("old"), "before")).await?;
    let before = sight(&*store).await?;
    // The broken one stands first, in the middle, last.
    for place in 0..3 {
        let mut commit = Commit::new();
        for index in 0..3 {
            commit = match index == place {
                true => commit.write(stream("old"), Expected::Absent, says("stale", 2)),
                false => commit.write(stream(format!("new {index}")), Expected::Absent, says("good", 2)),
            };
        }
        let told = conflict(&*store, &commit, "a commit with one broken expectation").await?;
        let names: Vec<_> = told.streams.iter().map(|conflict| conflict.stream.clone()).collect();
        ensure_eq!(names, [stream("old")], "the streams in conflict");
        before.is_unchanged(&*store, "a commit of which one stream was not as expected").await?;
        ensure_eq!(store.find(commit.id).await?, None, "the look-up of a refused commit");
    }
    Ok(())
}

pub(crate) async fn p02_a_write_without_events_only_asks(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &to(&stream("asked"), Expected::Absent, says("before", 2))).await?;
    let asks = |expected: Expected| {
        Commit::new()
            .write(stream("asked"), expected, Vec::new())
            .write(stream("never"), Expected::Absent, Vec::new())
            .write(stream("written"), Expected::Any, vec![said("x")])
    };
    let before = sight(&*store).await?;
    for stale in [Expected::Absent, exactly(1), exactly(3)] {
        let told =
            conflict(&*store, &asks(stale), "a write without events that asks for another version").await?;
        ensure_eq!(told.streams.len(), 1, "the number of streams in conflict");
        ensure_eq!(told.streams[0].actual, Version::new(2), "the version that was told");
        before.is_unchanged(&*store, "a commit that asked for another version").await?;
    }
    for holds in [Expected::Any, exactly(2)] {
        let commit = asks(holds);
        let stored = put(&*store, &commit).await?;
        ensure_eq!(stored.streams.len(), 1, "the number of streams that were written");
        let log = is_sound(&*store).await?;
        holds_whole(&log, &commit)?;
        ensure!(log.iter().all(|event| event.stream != "ticket/never"), "a stream without events came to be");
        ensure_eq!(
            append(&*store, &commit).await?.streams,
            stored.streams,
            "the versions that are told again"
        );
    }
    Ok(())
}

pub(crate) async fn p02_readers_never_see_half_a_commit(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let several = store.capabilities().several_streams;
    let done = Arc::new(AtomicBool::new(false));
    let limit = PageLimit { events: usize::MAX, bytes: usize::MAX };
    let readers = start(4, |_| {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        async move {
            let mut after = Position::START;
            loop {
                let last_round = done.load(Ordering::SeqCst);
                let page = store.read_log(ReadLog::new().after(after).limit(limit)).await?;
                for commit in seen(&page).chunk_by(|one, next| one.commit == next.commit) {
                    ensure_eq!(commit.len(), 6, "events that a reader sees of {:?}", commit[0].commit);
                }
                after = page.covered;
                if last_round && !page.more {
                    return Ok(());
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let appends = t.times(20);
    race(WRITERS, |writer| {
        let store = Arc::clone(&store);
        async move {
            for n in 0..appends {
                let mut commit = Commit::new().write(stream(writer), Expected::Any, says(n, 2));
                for shared in 0..2 {
                    commit = match several {
                        true => commit.write(stream(format!("shared {shared}")), Expected::Any, says(n, 2)),
                        false => to(&stream(writer), Expected::Any, says(n, 6)),
                    };
                }
                put(&*store, &commit).await?;
            }
            Ok(())
        }
    })
    .await?;
    done.store(true, Ordering::SeqCst);
    readers.end().await?;
    ensure_eq!(is_sound(&*store).await?.len(), WRITERS * appends * 6, "events in the end");
    Ok(())
}

pub(crate) async fn p02_several_streams_or_a_typed_refusal(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let commit = Commit::new().write(stream(1), Expected::Any, vec![said(1)]).write(
        stream(2),
        Expected::Any,
        vec![said(2)],
    );
    match (store.capabilities().several_streams, append(&*store, &commit).await) {
        (true, Ok(_)) => holds_whole(&whole_log(&*store).await?, &commit),
        (false, Err(AppendError::Invalid(InvalidCommit::Unsupported(_)))) => {
            ensure!(whole_log(&*store).await?.is_empty(), "a refused commit left something behind");
            put(&*store, &any(&stream(1), "one stream")).await.map(drop)
        }
        (can, answer) => Err(Failure(format!("its capabilities say {can}, its answer {answer:?}"))),
    }
}

pub(crate) async fn p02_a_refused_commit_can_be_stored_later(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let stale = to(&stream(1), Expected::Absent, says("decided", 2));
    conflict(&*store, &stale, "a stale append").await?;
    let mut mended = stale.clone();
    mended.writes[0].expected = exactly(1);
    let stored = put(&*store, &mended).await?;
    ensure!(!stored.already_stored, "a commit that was refused counts as stored");
    put(&*store, &renamed(&to(&stream(1), exactly(3), vec![said("next")]))).await?;
    holds_whole(&is_sound(&*store).await?, &mended)
}
