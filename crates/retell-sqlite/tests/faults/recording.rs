//! What the shim recorded: each write, sync, creation and removal, and the
//! marks of the child between them.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use retell_store::CommitId;

use crate::marks::Outcome;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Create,
    Write,
    Truncate,
    Sync,
    FailedSync,
    /// A write for which there was no room.
    NoRoom,
    Unlink,
}

/// To which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum File {
    Database,
    Log,
    Journal,
    Folder,
    Marks,
    /// The index of the log in shared memory, of which a disk keeps nothing.
    Index,
}

/// One thing that was done.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) what: What,
    pub(crate) file: File,
    pub(crate) offset: usize,
    data: Range<usize>,
}

/// All that was done, in order.
#[derive(Debug)]
pub(crate) struct Recording {
    bytes: Vec<u8>,
    pub(crate) ops: Vec<Op>,
}

/// The bytes before the data of each entry.
const HEAD: usize = 16;

impl Recording {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let mut ops = Vec::new();
        let mut at = 0;
        while let Some(head) = bytes[at..].first_chunk::<HEAD>() {
            let what = match head[0] {
                b'c' => What::Create,
                b'w' => What::Write,
                b't' => What::Truncate,
                b's' => What::Sync,
                b'f' => What::FailedSync,
                b'e' => What::NoRoom,
                b'u' => What::Unlink,
                other => panic!("what is {other} at byte {at} of the record?"),
            };
            let file = match head[1] {
                1 => File::Database,
                2 => File::Log,
                3 => File::Journal,
                4 => File::Folder,
                5 => File::Marks,
                6 => File::Index,
                other => panic!("which file is {other} at byte {at} of the record?"),
            };
            let length = u32::from_ne_bytes(*head[4..].first_chunk().unwrap()) as usize;
            let offset = u64::from_ne_bytes(*head[8..].first_chunk().unwrap()) as usize;
            at += HEAD;
            ops.push(Op { what, file, offset, data: at..at + length });
            at += length;
        }
        assert_eq!(at, bytes.len(), "the record ends within an entry");
        Self { bytes, ops }
    }

    /// What was written.
    pub(crate) fn data(&self, op: &Op) -> &[u8] {
        &self.bytes[op.data.clone()]
    }

    /// The marks that begin with this word: where they stand, and what follows
    /// the word.
    pub(crate) fn marks(&self, word: &str) -> impl Iterator<Item = (usize, &str)> {
        self.ops
            .iter()
            .enumerate()
            .filter(|(_, op)| op.file == File::Marks && op.what == What::Write)
            .filter_map(move |(at, op)| {
                let line = std::str::from_utf8(self.data(op)).unwrap().strip_suffix('\n').unwrap();
                let rest = line.strip_prefix(word)?;
                Some((at, rest.trim_start()))
            })
    }

    /// The commits with this outcome, as told before an op.
    pub(crate) fn commits(&self, outcome: Outcome, before: usize) -> HashSet<CommitId> {
        let marks = self.marks(outcome.word()).take_while(|(at, _)| *at < before);
        marks.map(|(_, id)| id.parse().unwrap()).collect()
    }

    /// The last number of the record that was acknowledged before an op.
    pub(crate) fn cursor(&self, before: usize) -> Option<u64> {
        let marks = self.marks("cursor").take_while(|(at, _)| *at < before);
        marks.last().map(|(_, number)| number.parse().unwrap())
    }

    /// Whether a sync failed.
    pub(crate) fn fails_a_sync(&self) -> bool {
        self.ops.iter().any(|op| op.what == What::FailedSync)
    }

    /// Where this was done to the file.
    pub(crate) fn places(&self, what: What, file: File) -> impl Iterator<Item = usize> {
        let places = self.ops.iter().enumerate().filter(move |(_, op)| op.what == what && op.file == file);
        places.map(|(at, _)| at)
    }
}
