//! States that were seen a moment ago.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use retell_store::StreamName;

use crate::{Aggregate, Loaded};

/// The states of a repository's aggregates as they were seen last, up to a
/// weight.
///
/// A remembered state saves the load, never the check: the append still
/// expects its version, and an answer that stores nothing (a refusal, nothing
/// to do) is given only after the end of the stream was looked at. So another
/// process can write as it likes; what it costs is one more fold.
pub(crate) struct StateCache<A>(Cache<StreamName, Arc<Loaded<A>>, Weight>);

#[derive(Clone)]
struct Weight;

impl<A: Aggregate> Weighter<StreamName, Arc<Loaded<A>>> for Weight {
    fn weight(&self, stream: &StreamName, loaded: &Arc<Loaded<A>>) -> u64 {
        (stream.as_str().len() + loaded.state.weight() + 128) as u64
    }
}

impl<A: Aggregate> StateCache<A> {
    /// A cache that holds up to so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        // How many entries to make room for at once; it grows and shrinks by weight.
        let entries = usize::try_from(bytes / 2_048).unwrap_or(usize::MAX).clamp(1, 16_384);
        Self(Cache::with_weighter(entries, bytes, Weight))
    }

    pub(crate) fn get(&self, stream: &StreamName) -> Option<Loaded<A>> {
        self.0.get(stream).map(Arc::unwrap_or_clone)
    }

    pub(crate) fn put(&self, stream: &StreamName, loaded: Loaded<A>) {
        self.0.insert(stream.clone(), Arc::new(loaded));
    }
}
