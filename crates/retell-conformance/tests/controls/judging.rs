//! Faults in how a commit is judged, and in what a conflict tells.

use retell_store::{
    AppendError, Capabilities, Commit, Conflict, EventStore, Expected, MemoryStore, PageBuilder, PageLimit,
    ReadStream, StoredEvent,
};

use crate::flawed::{Appending, Fault};

/// Lets a second writer win when one other was faster.
#[derive(Default)]
pub(crate) struct LetsTwoWin;

impl Fault for LetsTwoWin {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit.clone()).await;
            match &answer {
                Err(AppendError::Conflict(conflict)) if (1..=2).contains(&conflict.competing.len()) => {
                    commit.condition = None;
                    commit.writes.iter_mut().for_each(|write| write.expected = Expected::Any);
                    store.append(commit).await
                }
                _ => answer,
            }
        })
    }
}

/// Takes an expected version that lies in the future for any version.
#[derive(Default)]
pub(crate) struct TakesTheFuture;

impl Fault for TakesTheFuture {
    fn append<'a>(&'a self, store: &'a MemoryStore, mut commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit.clone()).await;
            let Err(AppendError::Conflict(conflict)) = &answer else { return answer };
            for stale in &conflict.streams {
                let future = stale.expected.base().is_some_and(|base| base > stale.actual);
                if let Some(write) =
                    commit.writes.iter_mut().find(|write| future && write.stream == stale.stream)
                {
                    write.expected = Expected::Any;
                }
            }
            store.append(commit).await
        })
    }
}

/// Does not look at the condition.
#[derive(Default)]
pub(crate) struct IgnoresTheCondition;

impl Fault for IgnoresTheCondition {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        store.append(Commit { condition: None, ..commit })
    }
}

/// A conflict that carries other events.
fn carrying<'p>(told: &'p Conflict, events: impl Iterator<Item = StoredEvent<'p>>) -> Conflict {
    let mut page = PageBuilder::new(PageLimit { events: usize::MAX, bytes: usize::MAX });
    for event in events {
        page.push_stored(&event);
    }
    let competing = page.finish(told.competing.more);
    Conflict { competing, streams: told.streams.clone(), ..*told }
}

fn telling<'a>(
    store: &'a MemoryStore,
    commit: Commit,
    otherwise: impl Fn(&Conflict) -> Conflict + Send + 'a,
) -> Appending<'a> {
    Box::pin(async move {
        store.append(commit).await.map_err(|error| match error {
            AppendError::Conflict(told) => AppendError::Conflict(Box::new(otherwise(&told))),
            other => other,
        })
    })
}

/// Leaves the newest competing event out.
#[derive(Default)]
pub(crate) struct ForgetsACompetingEvent;

impl Fault for ForgetsACompetingEvent {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        telling(store, commit, |told| {
            carrying(told, told.competing.iter().take(told.competing.len().saturating_sub(1)))
        })
    }
}

/// Tells the competing events stream by stream, not in log order.
#[derive(Default)]
pub(crate) struct SortsByStream;

impl Fault for SortsByStream {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        telling(store, commit, |told| {
            let mut events: Vec<_> = told.competing.iter().collect();
            events.sort_by_key(|event| event.stream());
            carrying(told, events.into_iter())
        })
    }
}

/// Cuts the competing events and does not say so.
#[derive(Default)]
pub(crate) struct CutsInSilence;

impl Fault for CutsInSilence {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        telling(store, commit, |told| Conflict { truncated: false, ..told.clone() })
    }
}

/// Carries every competing event of one stream, however many there are.
#[derive(Default)]
pub(crate) struct CarriesEverything;

impl Fault for CarriesEverything {
    fn append<'a>(&'a self, store: &'a MemoryStore, commit: Commit) -> Appending<'a> {
        Box::pin(async move {
            let answer = store.append(commit).await;
            let Err(AppendError::Conflict(told)) = answer else { return answer };
            let [stale] = told.streams.as_slice() else { return Err(AppendError::Conflict(told)) };
            if !told.truncated {
                return Err(AppendError::Conflict(told));
            }
            let base = stale.expected.base().unwrap_or_default();
            let all = PageLimit { events: usize::MAX, bytes: usize::MAX };
            let read = ReadStream::new(stale.stream.clone()).after(base).limit(all);
            let competing = store.read_stream(read).await.unwrap_or_default();
            Err(AppendError::Conflict(Box::new(Conflict { competing, truncated: false, ..*told })))
        })
    }
}

/// Says that it cannot do what it does.
#[derive(Default)]
pub(crate) struct ClaimsTooLittle;

impl Fault for ClaimsTooLittle {
    fn capabilities(&self, can: Capabilities) -> Capabilities {
        Capabilities { several_streams: false, conditions: false, ..can }
    }
}
