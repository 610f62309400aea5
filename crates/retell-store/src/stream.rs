//! The name of a stream: which ticket, which order.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

use crate::name::{self, NameError, NameProblem};

/// The name of a stream, `category/id`, for example `ticket/42`.
///
/// A stream holds the ordered events of one aggregate instance. The category
/// (at most 100 bytes, no slash) says what kind of thing it is; the id (at
/// most 400 bytes, slashes allowed) says which one. [`NameError`] describes
/// the alphabet. Cloning is cheap.
///
/// ```
/// use retell_store::StreamName;
///
/// let stream = StreamName::new("ticket", "INC0000045")?;
/// assert_eq!(stream.as_str(), "ticket/INC0000045");
/// assert_eq!(stream.category(), "ticket");
/// assert_eq!(stream, "ticket/INC0000045".parse()?);
/// # Ok::<(), retell_store::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamName(SmolStr);

impl StreamName {
    /// The longest category, in bytes of UTF-8.
    pub const MAX_CATEGORY: usize = 100;
    /// The longest id, in bytes of UTF-8.
    pub const MAX_ID: usize = 400;

    /// Names the stream `category/id`.
    ///
    /// # Errors
    /// [`NameError`] when a part is empty, too long or outside the alphabet.
    pub fn new(category: &str, id: &str) -> Result<Self, NameError> {
        Self::check_category(category)?;
        name::check("stream id", id, Self::MAX_ID)?;
        Ok(Self(smol_str::format_smolstr!("{category}/{id}")))
    }

    /// Refuses what is no category.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long, outside the alphabet or holds a slash.
    pub fn check_category(category: &str) -> Result<(), NameError> {
        name::check("category", category, Self::MAX_CATEGORY)?;
        if category.contains('/') {
            let problem = NameProblem::Shape("holds a slash: the slash separates category and id");
            return Err(name::error("category", category, problem));
        }
        Ok(())
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash.
    #[must_use]
    pub fn category(&self) -> &str {
        self.0.split_once('/').map_or("", |(category, _)| category)
    }

    /// The part after the first slash.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, id)| id)
    }
}

impl FromStr for StreamName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let Some((category, id)) = text.split_once('/') else {
            let problem = NameProblem::Shape("has no slash: write category/id, for example ticket/42");
            return Err(name::error("stream name", text, problem));
        };
        Self::new(category, id)
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
