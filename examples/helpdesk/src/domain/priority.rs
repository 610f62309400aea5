//! How urgent a ticket is, and the response time that this promises.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The response time of a low priority.
pub const LOW_RESPONSE: Duration = Duration::from_hours(72);
/// The response time of a medium priority, and of one that the desk does not know.
pub const MEDIUM_RESPONSE: Duration = Duration::from_hours(24);
/// The response time of a high priority.
pub const HIGH_RESPONSE: Duration = Duration::from_hours(8);
/// The response time of an urgent priority.
pub const URGENT_RESPONSE: Duration = Duration::from_hours(2);

/// How urgent a ticket is.
///
/// Written as one word, in JSON too: `low`, `medium`, `high`, `urgent`, or the
/// word that an imported log used.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Priority {
    /// 72 hours to respond.
    Low,
    /// 24 hours to respond.
    #[default]
    Medium,
    /// 8 hours to respond.
    High,
    /// 2 hours to respond.
    Urgent,
    /// A priority of an imported log that the desk does not know, in the log's own words.
    /// No rule of the desk gives it to a ticket.
    Other(String),
}

impl Priority {
    /// The priority with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "urgent" => Self::Urgent,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
            Self::Other(word) => word,
        }
    }

    /// How long the desk may take to respond.
    ///
    /// A priority that the desk does not know gets the time of a medium one.
    #[must_use]
    pub fn response_time(&self) -> Duration {
        match self {
            Self::Low => LOW_RESPONSE,
            Self::Medium | Self::Other(_) => MEDIUM_RESPONSE,
            Self::High => HIGH_RESPONSE,
            Self::Urgent => URGENT_RESPONSE,
        }
    }

    /// How long the desk may take to respond after an escalation: two thirds of
    /// [`response_time`](Self::response_time).
    #[must_use]
    pub fn escalated_response_time(&self) -> Duration {
        self.response_time() * 2 / 3
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for Priority {
    fn from(word: String) -> Self {
        Self::from_word(&word)
    }
}

impl From<Priority> for String {
    fn from(priority: Priority) -> Self {
        priority.as_str().to_owned()
    }
}
