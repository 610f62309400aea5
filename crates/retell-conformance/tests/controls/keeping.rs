//! Faults in records, in time, in closing, and in what handles share.

use retell_store::{CommitId, Expect, Fence, Record, Revision, Timestamp};

use crate::flawed::Fault;
use crate::sharing::Sharing;

/// Writes records whatever they are like.
#[derive(Default)]
pub(crate) struct LosesUpdates;

impl Fault for LosesUpdates {
    fn change(&self, _expect: Expect, fence: Option<Fence>) -> (Expect, Option<Fence>) {
        (Expect::Any, fence)
    }
}

/// Does not look at the fence.
#[derive(Default)]
pub(crate) struct IgnoresTheFence;

impl Fault for IgnoresTheFence {
    fn change(&self, expect: Expect, _fence: Option<Fence>) -> (Expect, Option<Fence>) {
        (expect, None)
    }
}

/// Counts the revisions round and round.
#[derive(Default)]
pub(crate) struct ReusesRevisions;

impl Fault for ReusesRevisions {
    fn revision(&self, revision: Revision) -> Revision {
        Revision::new(revision.get() % 16)
    }
}

/// Keeps no more than a hundred bytes of a record.
#[derive(Default)]
pub(crate) struct CutsValues;

impl Fault for CutsValues {
    fn value(&self, mut value: Vec<u8>) -> Vec<u8> {
        if value.len() < 1 << 24 {
            value.truncate(100);
        }
        value
    }
}

/// Does not list records whose key holds a percent sign.
#[derive(Default)]
pub(crate) struct ListsByPattern;

impl Fault for ListsByPattern {
    fn records(&self, records: Vec<Record>) -> Vec<Record> {
        records.into_iter().filter(|record| !record.key.as_str().contains('%')).collect()
    }
}

/// Keeps time to the millisecond.
#[derive(Default)]
pub(crate) struct RoundsTime;

impl Fault for RoundsTime {
    fn stamp(&self, _commit: CommitId, recorded: Timestamp) -> Timestamp {
        Timestamp::from_micros(recorded.as_micros().div_euclid(1_000) * 1_000)
    }
}

/// Stamps most commits by a clock that is a day behind.
#[derive(Default)]
pub(crate) struct GoesBackInTime;

impl Fault for GoesBackInTime {
    fn stamp(&self, commit: CommitId, recorded: Timestamp) -> Timestamp {
        let other = !commit.as_bytes()[15].is_multiple_of(4);
        if other { Timestamp::from_micros(recorded.as_micros() - 86_400_000_000) } else { recorded }
    }
}

/// Goes on after it was closed.
#[derive(Default)]
pub(crate) struct IsDeafToClosing;

impl Fault for IsDeafToClosing {
    const CLOSES: bool = false;
}

/// Loses the newest commit with the last handle.
#[derive(Default)]
pub(crate) struct LosesTheLastCommit;

impl Sharing for LosesTheLastCommit {
    fn forgets(&self, number: usize, of: usize) -> bool {
        number + 1 == of
    }
}

/// Remembers commit ids only while it is open.
#[derive(Default)]
pub(crate) struct ForgetsIdsWhenClosed;

impl Sharing for ForgetsIdsWhenClosed {
    const FORGETS_IDS: bool = true;
}

/// Keeps records only while it is open.
#[derive(Default)]
pub(crate) struct ForgetsRecordsWhenClosed;

impl Sharing for ForgetsRecordsWhenClosed {
    const FORGETS_RECORDS: bool = true;
}

/// Does not see what other handles stored.
#[derive(Default)]
pub(crate) struct SeesOnlyItself;

impl Sharing for SeesOnlyItself {
    const READS_OTHERS: bool = false;
}

/// Does not hear of what other handles store.
#[derive(Default)]
pub(crate) struct HearsOnlyItself;

impl Sharing for HearsOnlyItself {
    const TELLS_OTHERS: bool = false;
}

/// Stamps by the clock alone after it was opened again.
#[derive(Default)]
pub(crate) struct ForgetsTheTime;

impl Sharing for ForgetsTheTime {
    const KEEPS_TIME: bool = false;
}
