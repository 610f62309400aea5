//! Times, and how they are written.

use jiff::Timestamp as Moment;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use retell::Timestamp;

use crate::escape::short;

/// How the times of a log are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum TimeFormat {
    /// RFC 3339, or `2010-01-04 08:57:16` with more or less of it.
    #[default]
    Usual,
    /// A format in the manner of strftime.
    Custom(String),
}

impl TimeFormat {
    /// A format in the manner of strftime, which must be able to say a moment.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn custom(format: &str) -> Result<Self, String> {
        // A format is good that can read what it has written.
        let sample = Moment::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
        let written = strtime::format(format, &sample).map_err(|error| error.to_string())?;
        read(format, &written)?;
        Ok(Self::Custom(format.to_owned()))
    }

    /// The moment that a text says; without a zone it is taken as UTC.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub(super) fn moment(&self, text: &str) -> Result<Timestamp, String> {
        let moment = match self {
            Self::Usual => usual(text).ok_or_else(|| {
                let text = short(text);
                format!(
                    "the time \"{text}\" is not written like 2010-01-04 08:57:16 or 2010-01-04T08:57:16Z: \
                     correct it, or say with --time-format how times are written"
                )
            }),
            Self::Custom(format) => read(format, text).map_err(|error| {
                format!("the time \"{}\" is not written like {format}: {error}", short(text))
            }),
        }?;
        Ok(Timestamp::from_micros(moment.as_microsecond()))
    }
}

fn usual(text: &str) -> Option<Moment> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    // Without a zone. One that was not understood just now would be passed over here.
    let zoned = text.contains(['+', '[']) || text.matches('-').count() > 2;
    if zoned { None } else { in_utc(text.parse().ok()?) }
}

fn read(format: &str, text: &str) -> Result<Moment, String> {
    let parts = BrokenDownTime::parse(format, text).map_err(|error| error.to_string())?;
    if parts.offset().is_some() || parts.timestamp().is_some() {
        return parts.to_timestamp().map_err(|error| error.to_string());
    }
    let time = parts.to_datetime().map_err(|error| error.to_string())?;
    in_utc(time).ok_or_else(|| "it is out of range".to_owned())
}

fn in_utc(time: DateTime) -> Option<Moment> {
    TimeZone::UTC.to_timestamp(time).ok()
}
