//! The commands, one a file. Each has its arguments (`…Args`), a function that
//! works on a store that is open, and `…Args::run`, which opens one.

use retell::store::PageLimit;

pub(crate) mod completions;
pub(crate) mod import;
pub(crate) mod show;
pub(crate) mod stats;
pub(crate) mod streams;
pub(crate) mod tail;

/// A page of at most so many events.
fn page_of(events: u64) -> PageLimit {
    let whole = PageLimit::default();
    PageLimit { events: whole.events.min(usize::try_from(events).unwrap_or(usize::MAX)), ..whole }
}
