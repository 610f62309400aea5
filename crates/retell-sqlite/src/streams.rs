//! The streams that the writer knows: number and version by name.

use std::collections::HashMap;

use retell_store::StreamName;

/// A stream and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: i64,
    pub(crate) version: u64,
}

/// The streams that were written to last. True only while nobody else writes
/// and no transaction fails; then the writer forgets them all.
///
/// Bounded without a list of ages: when the young half is full it becomes the
/// old one, and the old one is dropped. What is used moves to the young half.
#[derive(Debug)]
pub(crate) struct Streams {
    young: HashMap<StreamName, Known>,
    old: HashMap<StreamName, Known>,
    half: usize,
}

impl Streams {
    /// Keeps up to twice this many.
    pub(crate) fn new(half: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half }
    }

    pub(crate) fn get(&mut self, stream: &StreamName) -> Option<Known> {
        if let Some(known) = self.young.get(stream) {
            return Some(*known);
        }
        let (name, known) = self.old.remove_entry(stream)?;
        self.put(name, known);
        Some(known)
    }

    pub(crate) fn put(&mut self, stream: StreamName, known: Known) {
        if self.young.len() >= self.half && !self.young.contains_key(&stream) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(stream, known);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests;
