//! A model of a disk: what it holds for sure, what it may hold when the power
//! is cut.
//!
//! What was written to a file is there for sure after a sync of the file. Until
//! then each write is there, is not, or is there in part, sector by sector,
//! whatever became of the others. A sync that fails settles nothing, and what
//! was written before it is never tried again: a later sync that succeeds says
//! nothing about it (which is how Linux does it). That a file was created or
//! removed is for sure after a sync of the folder.

use std::collections::BTreeMap;
use std::path::Path;

use fastrand::Rng;

use crate::recording::{File, Op, Recording, What};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A disk while it has power.
#[derive(Debug)]
pub(crate) struct Disk<'r> {
    recording: &'r Recording,
    next: usize,
    names: BTreeMap<File, Name>,
    files: Vec<Content<'r>>,
}

/// What a name stands for: what it may stand for when the power is cut, and at
/// the end what it stands for now.
#[derive(Debug)]
struct Name(Vec<Option<usize>>);

/// What is in a file.
#[derive(Debug, Default)]
struct Content<'r> {
    sure: Vec<u8>,
    unsure: Vec<&'r Op>,
}

/// How writes fare that were not synced, in one power cut.
#[derive(Debug, Clone, Copy)]
struct Luck {
    kept: f64,
    torn: f64,
}

impl Luck {
    fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..4) {
            0 => Self { kept: 0.98, torn: 0.5 },
            1 => Self { kept: 0.5, torn: 0.0 },
            2 => Self { kept: 0.1, torn: 0.5 },
            _ => Self { kept: 1.0 / 3.0, torn: 0.5 },
        }
    }
}

impl<'r> Disk<'r> {
    pub(crate) fn new(recording: &'r Recording) -> Self {
        Self { recording, next: 0, names: BTreeMap::new(), files: Vec::new() }
    }

    /// Does everything that stands before an op in the record. The randomness
    /// is for syncs that failed.
    pub(crate) fn advance(&mut self, until: usize, rng: &mut Rng) {
        let recording = self.recording;
        for op in &recording.ops[self.next..until] {
            self.apply(op, rng);
        }
        self.next = until;
    }

    fn apply(&mut self, op: &'r Op, rng: &mut Rng) {
        match (op.what, op.file) {
            (_, File::Marks | File::Index) | (What::NoRoom, _) => {}
            (What::Sync, File::Folder) => {
                for Name(history) in self.names.values_mut() {
                    history.drain(..history.len() - 1);
                }
            }
            (What::Create, file) => {
                self.files.push(Content::default());
                let now = Some(self.files.len() - 1);
                self.names.entry(file).or_insert_with(|| Name(vec![None])).0.push(now);
            }
            (What::Unlink, file) => self.names.get_mut(&file).unwrap().0.push(None),
            (what, file) => {
                let now = self.names[&file].0.last().copied().flatten();
                let content = &mut self.files[now.expect("a file that is there is written to")];
                match what {
                    What::Sync => {
                        for op in content.unsure.drain(..) {
                            apply(&mut content.sure, op, self.recording.data(op));
                        }
                    }
                    What::FailedSync => {
                        content.sure = content.after_a_cut(self.recording, Luck::draw(rng), rng);
                        content.unsure.clear();
                    }
                    _ => content.unsure.push(op),
                }
            }
        }
    }

    /// Cuts the power, and writes what is left to a folder, as a database of
    /// this name.
    pub(crate) fn cut(&self, rng: &mut Rng, database: &Path) {
        let luck = Luck::draw(rng);
        for (file, Name(history)) in &self.names {
            let Some(now) = history[rng.usize(..history.len())] else { continue };
            let mut path = database.as_os_str().to_owned();
            path.push(match file {
                File::Database => "",
                File::Log => "-wal",
                File::Journal => "-journal",
                File::Folder | File::Marks | File::Index => unreachable!("a disk keeps nothing of it"),
            });
            std::fs::write(path, self.files[now].after_a_cut(self.recording, luck, rng)).unwrap();
        }
    }
}

impl Content<'_> {
    fn after_a_cut(&self, recording: &Recording, luck: Luck, rng: &mut Rng) -> Vec<u8> {
        let mut left = self.sure.clone();
        for op in &self.unsure {
            let data = recording.data(op);
            if rng.f64() < luck.kept {
                apply(&mut left, op, data);
            } else if op.what == What::Write && rng.f64() < luck.torn {
                for sector in sectors(op.offset, data.len()) {
                    if rng.bool() {
                        put(&mut left, sector.start, &data[sector.start - op.offset..sector.end - op.offset]);
                    }
                }
            }
        }
        left
    }
}

fn apply(bytes: &mut Vec<u8>, op: &Op, data: &[u8]) {
    match op.what {
        What::Write => put(bytes, op.offset, data),
        What::Truncate => bytes.resize(op.offset, 0),
        other => unreachable!("{other:?} is no change of a file's content"),
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}

/// The parts of a write, sector by sector.
fn sectors(offset: usize, length: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let end = offset + length;
    (offset / SECTOR..end.div_ceil(SECTOR))
        .map(move |sector| (sector * SECTOR).max(offset)..((sector + 1) * SECTOR).min(end))
}
