//! The alphabet of names: what streams, event types, tags and actors may hold.

use thiserror::Error;

/// Why a name was refused.
///
/// The alphabet holds what real logs hold: any letter of any script, digits,
/// spaces, colons, slashes (in the id of a stream), punctuation. It does not
/// hold what makes two names look alike or breaks a terminal or a log line:
/// control characters, line and paragraph separators, characters that turn
/// the writing direction, zero-width characters, and white space at either end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} {shown} {problem}")]
pub struct NameError {
    /// What kind of name it is, for example `stream id`.
    pub what: &'static str,
    /// The name, escaped and cut to 60 characters, in quotes.
    pub shown: String,
    /// What is wrong with it.
    pub problem: NameProblem,
}

/// What is wrong with a refused name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// The name has no characters.
    #[error("is empty: give it at least one character")]
    Empty,
    /// The name is too long.
    #[error("is {bytes} bytes long: at most {limit} are allowed")]
    TooLong {
        /// Length of the name in bytes of UTF-8.
        bytes: usize,
        /// The limit in bytes of UTF-8.
        limit: usize,
    },
    /// The name holds a character that is not in the alphabet.
    #[error("holds the character {code} at byte {at}: remove control and invisible characters")]
    Character {
        /// The character as `U+XXXX`.
        code: String,
        /// Where it stands, in bytes.
        at: usize,
    },
    /// White space at the beginning or the end.
    #[error("begins or ends with white space: trim it")]
    Untrimmed,
    /// A separator is missing, or stands where it may not.
    #[error("{0}")]
    Shape(&'static str),
}

fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{180E}' // direction mark, invisible separator
            | '\u{200B}'..='\u{200F}' // zero width, direction marks
            | '\u{2028}'..='\u{202E}' // line and paragraph separator, direction embedding
            | '\u{2060}'..='\u{206F}' // word joiner, direction isolates
            | '\u{FEFF}' // byte order mark
            | '\u{FFF9}'..='\u{FFFB}' // interlinear annotation
            | '\u{E0000}'..='\u{E007F}') // tags
}

/// Refuses what the alphabet does not hold.
pub(crate) fn check(what: &'static str, text: &str, limit: usize) -> Result<(), NameError> {
    let refuse = |problem| Err(error(what, text, problem));
    if text.is_empty() {
        return refuse(NameProblem::Empty);
    }
    if text.len() > limit {
        return refuse(NameProblem::TooLong { bytes: text.len(), limit });
    }
    // Nearly every name is plain ASCII: one pass over bytes decides it.
    let plain = text.bytes().all(|b| (0x20..0x7f).contains(&b));
    if !plain && let Some((at, c)) = text.char_indices().find(|(_, c)| forbidden(*c)) {
        return refuse(NameProblem::Character { code: format!("U+{:04X}", u32::from(c)), at });
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return refuse(NameProblem::Untrimmed);
    }
    Ok(())
}

pub(crate) fn error(what: &'static str, text: &str, problem: NameProblem) -> NameError {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    NameError { what, shown: format!("\"{shown}\""), problem }
}
