//! Who waits for whom when many commands want the same stream.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use retell_store::{CommitId, StreamName};
use tokio::sync::{Mutex, MutexGuard};

/// Fair queues for contended streams.
///
/// A command that met a conflict goes on in the lane of its stream, and while
/// somebody is in a lane, newcomers queue behind: so within a process the
/// commands on a hot stream take turns instead of racing, and none starves. A
/// stream without conflicts has no lane to wait in. Streams share lanes by
/// hash; sharing costs a wait now and then, never a wrong answer.
pub(crate) struct Lanes {
    lanes: Vec<Lane>,
    hasher: RandomState,
}

#[derive(Default)]
struct Lane {
    turn: Mutex<()>,
    /// How many are in the lane: the one whose turn it is, and those who wait.
    inside: AtomicUsize,
}

/// A turn in a lane.
pub(crate) struct Turn<'l> {
    _turn: MutexGuard<'l, ()>,
    _place: Place<'l>,
}

/// A place in a lane, from the moment of queueing on.
struct Place<'l>(&'l AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Lane {
    async fn enter(&self) -> Turn<'_> {
        self.inside.fetch_add(1, Ordering::AcqRel);
        let place = Place(&self.inside);
        Turn { _turn: self.turn.lock().await, _place: place }
    }
}

impl Lanes {
    const COUNT: usize = 256;

    pub(crate) fn new() -> Self {
        let lanes = std::iter::repeat_with(Lane::default).take(Self::COUNT).collect();
        Self { lanes, hasher: RandomState::new() }
    }

    fn lane(&self, stream: &StreamName) -> &Lane {
        let hash = self.hasher.hash_one(stream) as usize;
        &self.lanes[hash % Self::COUNT]
    }

    /// Waits for a turn if somebody is in the lane; else goes on without one.
    pub(crate) async fn pass(&self, stream: &StreamName) -> Option<Turn<'_>> {
        let lane = self.lane(stream);
        if lane.inside.load(Ordering::Acquire) == 0 { None } else { Some(lane.enter().await) }
    }

    /// Waits for a turn.
    pub(crate) async fn enter(&self, stream: &StreamName) -> Turn<'_> {
        self.lane(stream).enter().await
    }
}

/// How long to wait after this failed attempt: between nothing and a bound
/// that doubles from 1 ms to 64 ms. The commit id is the source of chance.
pub(crate) fn pause(commit: CommitId, attempt: u32) -> Duration {
    let bound = 1_000_u64 << attempt.saturating_sub(1).min(6);
    let seed = commit.as_bytes().iter().fold(u64::from(attempt), |seed, byte| {
        (seed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3) // FNV-1a
    });
    Duration::from_micros((seed ^ (seed >> 29)) % bound)
}
