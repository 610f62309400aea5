//! Faults in what is read and followed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use retell_store::{
    EventStore, Expect, Fence, ListStreams, MemoryStore, Order, Page, PageBuilder, PageLimit, Position,
    Query, ReadLog, ReadStream, Summary, Timestamp,
};

use crate::flawed::{Fault, finished, rewritten, without};

const ALL: PageLimit = PageLimit { events: usize::MAX, bytes: usize::MAX };

/// Reads at once: memory never waits.
fn read(store: &MemoryStore, read: ReadLog) -> Page {
    store.read_log(read).now_or_never().and_then(Result::ok).unwrap_or_default()
}

/// Delivers the last event of a page again at the beginning of the next.
#[derive(Default)]
pub(crate) struct DeliversTwice;

impl Fault for DeliversTwice {
    fn log(&self, asked: &ReadLog, page: Page, store: &MemoryStore) -> Page {
        if asked.after == Position::START || asked.order == Order::Backward || page.is_empty() {
            return page;
        }
        let before = read(
            store,
            ReadLog { after: Position::START, until: Some(asked.after), limit: ALL, ..asked.clone() },
        );
        let mut builder = PageBuilder::new(ALL);
        for event in before.last().into_iter().chain(page.iter()) {
            builder.push_stored(&event);
        }
        finished(builder, &page)
    }
}

/// Gives every event, whatever the query asks for.
#[derive(Default)]
pub(crate) struct IgnoresTheQuery;

impl Fault for IgnoresTheQuery {
    fn log(&self, asked: &ReadLog, _page: Page, store: &MemoryStore) -> Page {
        read(store, ReadLog { query: Query::all(), ..asked.clone() })
    }
}

/// Covers no more than its last match: what does not match is read for ever.
#[derive(Default)]
pub(crate) struct CoversTooLittle;

impl Fault for CoversTooLittle {
    fn log(&self, asked: &ReadLog, mut page: Page, _store: &MemoryStore) -> Page {
        page.covered = page.last().map_or(asked.after, |last| last.position().max(asked.after));
        page
    }
}

/// Covers what comes after the head as well.
#[derive(Default)]
pub(crate) struct CoversTooMuch;

impl Fault for CoversTooMuch {
    fn log(&self, _asked: &ReadLog, mut page: Page, _store: &MemoryStore) -> Page {
        if !page.more {
            page.covered = Position::new(page.covered.get() + 3);
        }
        page
    }
}

/// Says that nothing more is to come.
#[derive(Default)]
pub(crate) struct ForgetsTheRest;

impl Fault for ForgetsTheRest {
    fn page(&self, mut page: Page) -> Page {
        page.more = false;
        page
    }
}

/// Does not look at the limit of bytes.
#[derive(Default)]
pub(crate) struct IgnoresTheBytes;

impl Fault for IgnoresTheBytes {
    fn log(&self, asked: &ReadLog, _page: Page, store: &MemoryStore) -> Page {
        let limit = PageLimit { bytes: usize::MAX, ..asked.limit };
        read(store, ReadLog { limit, ..asked.clone() })
    }
}

/// Gives nothing where the limit is nothing.
#[derive(Default)]
pub(crate) struct GivesNothing;

impl Fault for GivesNothing {
    fn log(&self, asked: &ReadLog, page: Page, _store: &MemoryStore) -> Page {
        if asked.limit.events == 0 { without(&page, |_| true) } else { page }
    }
}

/// Reads a stream backward up to a version, without that version.
#[derive(Default)]
pub(crate) struct LeavesTheEndOut;

impl Fault for LeavesTheEndOut {
    fn stream(&self, asked: &ReadStream, page: Page) -> Page {
        let end = asked.until;
        if asked.order == Order::Forward {
            page
        } else {
            without(&page, |event| Some(event.version()) == end)
        }
    }
}

/// Forgets the tags of events.
#[derive(Default)]
pub(crate) struct ForgetsTags;

impl Fault for ForgetsTags {
    fn page(&self, page: Page) -> Page {
        rewritten(&page, |_, raw| raw.tags = "")
    }
}

/// Knows no time before 1970.
#[derive(Default)]
pub(crate) struct KnowsNoPast;

impl Fault for KnowsNoPast {
    fn page(&self, page: Page) -> Page {
        rewritten(&page, |_, raw| {
            raw.effective = raw.effective.map(|time| time.max(Timestamp::from_micros(0)))
        })
    }
}

/// Stores JSON as it would write it itself, without white space around it.
#[derive(Default)]
pub(crate) struct WritesJsonAnew;

impl Fault for WritesJsonAnew {
    fn page(&self, page: Page) -> Page {
        rewritten(&page, |_, raw| raw.payload = raw.payload.trim())
    }
}

/// Lists the streams of every category.
#[derive(Default)]
pub(crate) struct IgnoresTheCategory;

impl Fault for IgnoresTheCategory {
    fn list(&self, list: ListStreams) -> ListStreams {
        ListStreams { category: None, ..list }
    }
}

/// Is one event behind.
#[derive(Default)]
pub(crate) struct HeadLagsBehind;

impl Fault for HeadLagsBehind {
    fn head(&self, head: Position) -> Position {
        Position::new(head.get().saturating_sub(1))
    }
}

/// Tells of an event that is not there yet.
#[derive(Default)]
pub(crate) struct HeadRunsAhead;

impl Fault for HeadRunsAhead {
    fn head(&self, head: Position) -> Position {
        if head == Position::START { head } else { Position::new(head.get() + 1) }
    }
}

/// Counts events where it should count commits.
#[derive(Default)]
pub(crate) struct Miscounts;

impl Fault for Miscounts {
    fn summary(&self, summary: Summary) -> Summary {
        Summary { commits: summary.events, ..summary }
    }
}

/// Rewrites the first event once anything is changed in the records.
#[derive(Default)]
pub(crate) struct RewritesHistory(AtomicBool);

impl Fault for RewritesHistory {
    fn change(&self, expect: Expect, fence: Option<Fence>) -> (Expect, Option<Fence>) {
        self.0.store(true, Ordering::SeqCst);
        (expect, fence)
    }

    fn page(&self, page: Page) -> Page {
        let first = Position::new(1);
        let rewrites = self.0.load(Ordering::SeqCst);
        rewritten(&page, |event, raw| {
            if rewrites && event.position() == first {
                raw.payload = "\"forgotten\"";
            }
        })
    }
}

/// Holds itself once somebody has watched it.
#[derive(Default)]
pub(crate) struct HoldsItself(Mutex<Option<Arc<dyn EventStore>>>);

impl Fault for HoldsItself {
    fn watched(&self, store: &Arc<dyn EventStore>) {
        *self.0.lock().unwrap() = Some(Arc::clone(store));
    }
}

/// Leaves those that wait waiting when it is closed.
#[derive(Default)]
pub(crate) struct WakesNobody;

impl Fault for WakesNobody {
    const WAKES: bool = false;
}
