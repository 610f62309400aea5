//! A version or a time, as it is written on a command line or in a URL.

use std::str::FromStr;

use retell::store::ReadStream;
use retell::{At, EventStore, ReadError, Timestamp, Version};
use thiserror::Error;

use crate::domain::TicketId;

/// A version or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A version of the ticket.
    Version(Version),
    /// A time.
    Time(Timestamp),
}

/// A text that is neither a version nor a time.
#[derive(Debug, Error)]
#[error(
    "neither a version like 17 nor a time like 2016-03-01T10:00:00Z, \"2016-03-01 10:00\" or 2016-03-01 \
     (without a zone: UTC)"
)]
pub(crate) struct NoMoment;

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        if let Ok(version) = text.parse() {
            return Ok(Self::Version(version));
        }
        if let Ok(time) = text.parse() {
            return Ok(Self::Time(time));
        }
        // jiff reads a date, with or without a time of day.
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| NoMoment)?;
        let moment = jiff::tz::TimeZone::UTC.to_timestamp(civil).map_err(|_| NoMoment)?;
        Ok(Self::Time(Timestamp::from_micros(moment.as_microsecond())))
    }
}

impl Moment {
    /// What to ask the history for; a time means when events were recorded, or
    /// when they took effect.
    #[must_use]
    pub(crate) fn at(self, effective: bool) -> At {
        match self {
            Self::Version(version) => At::Version(version),
            Self::Time(time) if effective => At::Effective(time),
            Self::Time(time) => At::Recorded(time),
        }
    }
}

/// The time for which a ticket is told how much time is left: the time that
/// was asked for, the one at which the event of the version took effect, or now.
pub(crate) async fn time_of(
    store: &dyn EventStore,
    id: &TicketId,
    moment: Option<Moment>,
    version: Version,
    now: Timestamp,
) -> Result<Timestamp, ReadError> {
    match moment {
        None => Ok(now),
        Some(Moment::Time(time)) => Ok(time),
        Some(Moment::Version(_)) => {
            let before = Version::new(version.get().saturating_sub(1));
            let read = ReadStream::new(id.stream().clone()).after(before).until(version);
            let page = store.read_stream(read).await?;
            Ok(page.first().map_or(now, |last| last.effective_at()))
        }
    }
}
