//! Who did it, through which command, because of what, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Payload;
use crate::name::{self, NameError, NameProblem};

/// Who acts: `kind/name`, for example `agent/31` or `customer/7`.
///
/// A pseudonymous id, never a person's name: it stays in history. At most
/// 200 bytes; [`NameError`] describes the alphabet.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Actor(SmolStr);

impl Actor {
    /// The longest actor, in bytes of UTF-8.
    pub const MAX: usize = 200;

    /// The actor written as `kind/name`.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long, outside the alphabet or has
    /// no slash with something on both sides.
    pub fn new(text: &str) -> Result<Self, NameError> {
        name::check("actor", text, Self::MAX)?;
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() => Ok(Self(SmolStr::new(text))),
            _ => {
                let problem = NameProblem::Shape("is not of the form kind/name, for example agent/31");
                Err(name::error("actor", text, problem))
            }
        }
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash: `agent` of `agent/31`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The part after the first slash: `31` of `agent/31`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl FromStr for Actor {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Actor {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(&text)
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.0.to_string()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The command that led to a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRecord {
    /// Its name, for example `request-escalation`.
    pub name: String,
    /// What it held, where it can be written as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Payload>,
}

/// What is known about a whole commit besides its events; stored once a commit.
///
/// As JSON at most [`limits::METADATA_BYTES`](crate::limits::METADATA_BYTES).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// Through which command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandRecord>,
    /// The root of the chain of causes: the same for all that one request led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The immediate cause: a commit id, a message id, a request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What a program adds of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

impl Metadata {
    /// Metadata that name the actor and nothing else.
    #[must_use]
    pub fn by(actor: Actor) -> Self {
        Self { actor: Some(actor), ..Self::default() }
    }
}
