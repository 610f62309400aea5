//! An event before it is stored: its type, its tags, its payload.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use smol_str::SmolStr;
use thiserror::Error;

use crate::Timestamp;
use crate::name::{self, NameError, NameProblem};

/// The stored name of a kind of event, for example `escalated`.
///
/// At most 200 bytes; [`NameError`] describes the alphabet. It is part of
/// history: it stays when the Rust name changes. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(SmolStr);

impl EventType {
    /// The longest name, in bytes of UTF-8.
    pub const MAX: usize = 200;

    /// The type of this name.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long or outside the alphabet.
    pub fn new(name: &str) -> Result<Self, NameError> {
        name::check("event type", name, Self::MAX)?;
        Ok(Self(SmolStr::new(name)))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an event is about, as `key:value`, for example `customer:7`.
///
/// Tags are what queries find events by across streams. At most 256 bytes;
/// the key holds no colon; [`NameError`] describes the alphabet.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(SmolStr);

impl Tag {
    /// The longest tag, key and value together, in bytes of UTF-8.
    pub const MAX: usize = 256;

    /// The tag `key:value`.
    ///
    /// # Errors
    /// [`NameError`] when a part is empty, the whole too long, or a character
    /// outside the alphabet.
    pub fn new(key: &str, value: &str) -> Result<Self, NameError> {
        name::check("key of a tag", key, Self::MAX)?;
        if key.contains(':') {
            let problem = NameProblem::Shape("holds a colon: the colon separates key and value");
            return Err(name::error("key of a tag", key, problem));
        }
        name::check("value of a tag", value, Self::MAX - key.len().min(Self::MAX - 1) - 1)?;
        Ok(Self(smol_str::format_smolstr!("{key}:{value}")))
    }

    /// The tag as text, `key:value`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let Some((key, value)) = text.split_once(':') else {
            let problem = NameProblem::Shape("has no colon: write key:value, for example customer:7");
            return Err(name::error("tag", text, problem));
        };
        Self::new(key, value)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Valid JSON text: what an event says.
///
/// A value of this type is proof that the text was valid JSON, so no engine
/// has to look again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Payload(String);

/// A payload that is no JSON.
#[derive(Debug, Error)]
#[error("the payload is no valid JSON: {source}")]
pub struct InvalidPayload {
    /// Where and why parsing stopped.
    #[from]
    pub source: serde_json::Error,
}

impl Payload {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// [`InvalidPayload`] when the value cannot be written as JSON, for
    /// example a map whose keys are no strings.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidPayload> {
        Ok(Self(serde_json::to_string(value)?))
    }

    /// Takes JSON text from outside, after checking it.
    ///
    /// # Errors
    /// [`InvalidPayload`] when the text is no JSON.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidPayload> {
        let text = text.into();
        serde_json::from_str::<serde::de::IgnoredAny>(&text)?;
        Ok(Self(text))
    }

    /// Takes JSON text that a JSON writer has just made. Text that is no JSON
    /// would be stored as it is, and reading it as a typed event would fail.
    #[must_use]
    pub fn from_trusted_json(text: String) -> Self {
        Self(text)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::<RawValue>::deserialize(deserializer)?.get().to_owned()))
    }
}

/// An event that has not been stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The stored name of its kind.
    pub event_type: EventType,
    /// The version of the schema that its payload follows; the first is 1.
    pub schema: u32,
    /// What it says, as JSON text.
    pub payload: Payload,
    /// What it is about; at most [`limits::TAGS`](crate::limits::TAGS).
    pub tags: Vec<Tag>,
    /// When it took effect, where that is not the time of recording.
    pub effective: Option<Timestamp>,
}

impl NewEvent {
    /// An event of this type with this payload, schema version 1, no tags.
    #[must_use]
    pub fn new(event_type: EventType, payload: Payload) -> Self {
        Self { event_type, schema: 1, payload, tags: Vec::new(), effective: None }
    }

    /// Sets the version of the schema.
    #[must_use]
    pub fn schema(mut self, schema: u32) -> Self {
        self.schema = schema;
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tags.push(tag);
        self
    }

    /// Says when it took effect.
    #[must_use]
    pub fn effective(mut self, time: Timestamp) -> Self {
        self.effective = Some(time);
        self
    }
}
