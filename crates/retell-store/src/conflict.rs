//! An append whose expectation no longer holds, together with what came in between.

use crate::{Expected, Page, Position, StreamName, Version};

/// What a refused append tells: which expectations failed, and the events
/// that compete with it.
///
/// Nothing was stored. Whoever decided on the old state folds the competing
/// events onto it and decides again, without another read.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The streams that are not as expected, with their versions now.
    pub streams: Vec<StreamConflict>,
    /// Whether the condition over the log failed.
    pub condition: bool,
    /// The competing events: of each stream in conflict those after the
    /// expected version, and those that break the condition; in log order.
    pub competing: Page,
    /// Whether there are more competing events than were carried
    /// ([`limits`](crate::limits)). Then read the streams for the rest.
    pub truncated: bool,
    /// The end of the log when the commit was judged.
    pub head: Position,
}

/// A stream that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamConflict {
    /// The stream.
    pub stream: StreamName,
    /// What the commit expected.
    pub expected: Expected,
    /// The version that the stream has.
    pub actual: Version,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for StreamConflict { stream, expected, actual } in &self.streams {
            f.write_str(if first { "" } else { "; " })?;
            first = false;
            match expected {
                Expected::Absent => write!(f, "{stream} exists already, at version {actual}"),
                Expected::Exact(version) => write!(f, "{stream} is at version {actual}, not {version}"),
                Expected::Any => write!(f, "{stream} is at version {actual}"),
            }?;
        }
        if self.condition {
            f.write_str(if first { "" } else { "; " })?;
            f.write_str("an event that matches the condition's query was stored in between")?;
        }
        let more = if self.truncated { " or more" } else { "" };
        write!(f, " ({}{more} competing events)", self.competing.len())
    }
}
