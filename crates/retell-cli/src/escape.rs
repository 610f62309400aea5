//! Text as a terminal can show it: nothing that is stored moves the cursor,
//! changes a colour, turns the writing direction or hides.

use std::fmt::{self, Write};

/// Whether a terminal would act on the character, or a reader would not see it.
///
/// Control characters (with ESC, DEL and C1), line and paragraph separators,
/// characters that turn the writing direction, zero-width and other invisible
/// characters.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' // Arabic letter mark: turns the direction
            | '\u{180E}' // Mongolian vowel separator
            | '\u{200B}'..='\u{200F}' // zero width, direction marks
            | '\u{2028}'..='\u{202E}' // line and paragraph separator, direction embedding
            | '\u{2060}'..='\u{206F}' // word joiner, direction isolates
            | '\u{FEFF}' // byte order mark
            | '\u{FFF9}'..='\u{FFFB}' // interlinear annotation
            | '\u{E0000}'..='\u{E007F}') // tags: a second, invisible alphabet
}

/// Shows a text with its hidden characters written out, as `\u{1b}`.
///
/// ```
/// use retell_cli::Shown;
///
/// assert_eq!(Shown("red: \u{1b}[31m\n").to_string(), r"red: \u{1b}[31m\n");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with(f, self.0, |f, c| match c {
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            _ => write!(f, "\\u{{{:x}}}", u32::from(c)),
        })
    }
}

/// Shows JSON text on one line, with its hidden characters as `\u001b`.
///
/// It stays the same JSON: such characters stand only inside its strings, and
/// line ends only between its tokens, where a space does as well.
#[derive(Debug, Clone, Copy)]
pub struct JsonLine<'a>(pub &'a str);

impl fmt::Display for JsonLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with(f, self.0, |f, c| match c {
            '\n' | '\r' | '\t' => f.write_char(' '),
            _ => c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(f, "\\u{unit:04x}")),
        })
    }
}

/// A text cut to 60 characters.
pub(crate) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Writes a text, and each hidden character by `escape`.
fn write_with(
    f: &mut fmt::Formatter<'_>,
    text: &str,
    escape: impl Fn(&mut fmt::Formatter<'_>, char) -> fmt::Result,
) -> fmt::Result {
    let mut written = 0;
    // Nearly every text is plain ASCII: one pass over bytes decides it.
    if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        for (at, c) in text.char_indices().filter(|(_, c)| is_hidden(*c)) {
            f.write_str(&text[written..at])?;
            escape(f, c)?;
            written = at + c.len_utf8();
        }
    }
    f.write_str(&text[written..])
}

#[cfg(test)]
mod tests;
