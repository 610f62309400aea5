//! The response clock: by when the desk owes the customer an answer.

use std::time::Duration;

use retell::Timestamp;
use serde::{Deserialize, Serialize};

/// By when the desk owes the customer an answer.
///
/// ```text
///            question                     hold
///  stopped ------------> running(due) ------------> paused(due, since)
///     ^                       |       <------------        |
///     |        answer         |        resumption          |
///     +-----------------------+----------------------------+
/// ```
///
/// It is part of the state, so it reads no clock itself: every method is told
/// the time by the event that calls it. Times in an imported log may run
/// backwards; a pause that seems to end before it began lasted no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseClock {
    /// The desk has answered, or nothing was asked.
    #[default]
    Stopped,
    /// An answer is owed.
    Running {
        /// By when.
        due: Timestamp,
    },
    /// An answer is owed, but the ticket is on hold.
    Paused {
        /// By when the answer would be owed, had the pause not begun.
        due: Timestamp,
        /// When the pause began.
        since: Timestamp,
    },
}

impl ResponseClock {
    /// Begins a new window, whatever ran before.
    ///
    /// On a ticket that is on hold the window is paused from its first moment.
    pub(super) fn restart(&mut self, at: Timestamp, window: Duration, on_hold: bool) {
        let due = at + window;
        *self = if on_hold { Self::Paused { due, since: at } } else { Self::Running { due } };
    }

    /// The answer is given.
    pub(super) fn stop(&mut self) {
        *self = Self::Stopped;
    }

    /// The ticket is put on hold.
    pub(super) fn pause(&mut self, at: Timestamp) {
        if let Self::Running { due } = *self {
            *self = Self::Paused { due, since: at };
        }
    }

    /// The hold is over: as much time is left as was when it began.
    pub(super) fn resume(&mut self, at: Timestamp) {
        if let Self::Paused { due, since } = *self {
            *self = Self::Running { due: due + at.saturating_since(since) };
        }
    }

    /// The window became longer or shorter; it began when it began.
    pub(super) fn change_window(&mut self, old: Duration, new: Duration) {
        match self {
            Self::Stopped => {}
            Self::Running { due } | Self::Paused { due, .. } => *due = *due + new - old,
        }
    }

    /// By when an answer is owed; nothing while the clock is stopped or paused.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match *self {
            Self::Running { due } => Some(due),
            Self::Stopped | Self::Paused { .. } => None,
        }
    }

    /// How much time is left at this moment for the answer that is owed; zero
    /// when it is overdue, nothing when none is owed. While the clock is paused
    /// it does not depend on the moment.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> Option<Duration> {
        match *self {
            Self::Stopped => None,
            Self::Running { due } => Some(due.saturating_since(now)),
            Self::Paused { due, since } => Some(due.saturating_since(since)),
        }
    }
}
