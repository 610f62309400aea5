//! Where a ticket stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a ticket stands.
///
/// Written in words, in JSON too: `new`, `active`, `awaiting user info`,
/// `awaiting vendor`, `awaiting problem`, `resolved`, `closed`, or the word
/// that an imported log used.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    /// Nobody works on it yet.
    #[default]
    New,
    /// Somebody works on it.
    Active,
    /// On hold: the desk waits for somebody else.
    Awaiting(Hold),
    /// A status of an imported log that the desk does not know, in the log's own words.
    /// No rule of the desk gives it to a ticket.
    Other(String),
    /// The desk has solved it.
    Resolved,
    /// Nothing more is to be done.
    Closed,
}

impl Status {
    /// The status with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "new" => Self::New,
            "active" => Self::Active,
            "awaiting user info" => Self::Awaiting(Hold::User),
            "awaiting vendor" => Self::Awaiting(Hold::Vendor),
            "awaiting problem" => Self::Awaiting(Hold::Problem),
            "resolved" => Self::Resolved,
            "closed" => Self::Closed,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Awaiting(Hold::User) => "awaiting user info",
            Self::Awaiting(Hold::Vendor) => "awaiting vendor",
            Self::Awaiting(Hold::Problem) => "awaiting problem",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Other(word) => word,
        }
    }

    /// Whether the ticket is resolved or closed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }

    /// Whether the ticket waits for somebody outside the desk.
    #[must_use]
    pub fn is_on_hold(&self) -> bool {
        matches!(self, Self::Awaiting(_))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for Status {
    fn from(word: String) -> Self {
        Self::from_word(&word)
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.as_str().to_owned()
    }
}

/// Whom a ticket on hold waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// The customer has to tell the desk something.
    User,
    /// A vendor has to do something.
    Vendor,
    /// A problem behind several tickets has to be solved first.
    Problem,
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "the customer",
            Self::Vendor => "a vendor",
            Self::Problem => "a problem",
        })
    }
}
