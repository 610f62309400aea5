//! Places: of an event in its stream, and in the whole log.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The place of an event in its stream: 1, 2, 3 … without a gap.
///
/// As the version of a stream it is the version of its last event;
/// [`Version::NONE`] is the version of a stream that has no events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(u64);

/// The place of an event in the whole log.
///
/// Positions rise in the order in which commits became visible: a reader that
/// has seen one has seen every event before it, whatever writers are in
/// flight. Nothing else can be said of them; do not compute with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Version {
    /// The version of a stream without events.
    pub const NONE: Self = Self(0);

    /// The version of this number; the first event has 1.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The version as a number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version `count` events later.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0 + count)
    }
}

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
    /// The highest position that any engine can give (2^63 - 1).
    pub const MAX: Self = Self(i64::MAX as u64);

    /// The position of this number, as an engine or a checkpoint kept it.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, to keep it in a checkpoint.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }
    };
}
as_text!(Version);
as_text!(Position);
