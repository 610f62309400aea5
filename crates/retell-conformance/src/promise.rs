//! The promises, by number and in words.

use std::fmt;

/// A promise of a store, or a part of the contract that has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// Acknowledged is durable.
    P1,
    /// All or nothing.
    P2,
    /// Versions count from one.
    P3,
    /// Positions rise in commit order.
    P4,
    /// One winner; the others learn what competed.
    P5,
    /// A commit id stands for one commit.
    P6,
    /// History is not changed.
    P7,
    /// An unknown or dropped append is settled by its id.
    P8,
    /// A condition is judged with the insert.
    P9,
    /// Subscriptions deliver in order, each event once.
    P10,
    /// What cannot be stored is refused with a typed error.
    P11,
    /// Errors while storing, and closing.
    P12,
    /// A group of commits is judged like a sequence.
    P13,
    /// Reading by pages, by query, by stream.
    Reads,
    /// Keyed values beside the log.
    Records,
    /// The time of recording.
    Time,
}

impl Promise {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::P8,
        Self::P9,
        Self::P10,
        Self::P11,
        Self::P12,
        Self::P13,
        Self::Reads,
        Self::Records,
        Self::Time,
    ];

    /// The promise in words, as `docs/promises.md` has it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::P1 => {
                "An acknowledged commit survives the death of the process, and the loss of power where the device keeps what it has synced."
            }
            Self::P2 => {
                "A commit is stored whole or not at all, over several streams where the engine can; a refused commit leaves nothing behind."
            }
            Self::P3 => "The versions of a stream are 1, 2, 3 … without a gap and without a repeat.",
            Self::P4 => {
                "Positions rise in the order of commits: a reader that has seen one has seen every event before it, whatever writers are in flight."
            }
            Self::P5 => {
                "Of writers that expect the same version exactly one wins; the others get the events that competed with theirs."
            }
            Self::P6 => {
                "A commit whose id is stored already is answered with the stored commit if it has the same events, before any expectation is judged, and refused if it has others."
            }
            Self::P7 => "Nothing changes or deletes an event; the engine itself refuses it where it can.",
            Self::P8 => {
                "An append whose outcome is unknown says so, and its id settles the question; an append whose caller goes away is stored whole or not at all."
            }
            Self::P9 => "A condition over the log is judged under the same lock as the insert.",
            Self::P10 => {
                "A subscription delivers in order and each event once, catches up, then follows, also across processes; dropping it frees everything."
            }
            Self::P11 => {
                "Oversized, empty, malformed and hostile input is refused with a typed error and nothing is stored; the names of real logs are kept to the byte."
            }
            Self::P12 => {
                "An error while a commit is made durable stops the handle, and what waits gets \"outcome unknown\"; busy, full and lost connections do not stop it; closing drains."
            }
            Self::P13 => {
                "Commits that are stored together are judged one by one, in the order of arrival, each seeing those accepted before it."
            }
            Self::Reads => {
                "Pages of any size, in either direction, of a stream, the log or a query, add up to the whole."
            }
            Self::Records => {
                "Keyed values change only by compare-and-set, under a fence where one is given, and a revision is never used twice."
            }
            Self::Time => {
                "Recorded time never goes back, so that the log as of a moment is a prefix of the log."
            }
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
            Self::P5 => "P5",
            Self::P6 => "P6",
            Self::P7 => "P7",
            Self::P8 => "P8",
            Self::P9 => "P9",
            Self::P10 => "P10",
            Self::P11 => "P11",
            Self::P12 => "P12",
            Self::P13 => "P13",
            Self::Reads => "Reads",
            Self::Records => "Records",
            Self::Time => "Time",
        })
    }
}
