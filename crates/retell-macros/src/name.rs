//! Stored names: their alphabet, and the name to suggest for a variant.

/// The longest stored name of an event, in bytes.
pub(crate) const EVENT_MAX: usize = 200;
/// The longest key of a tag, in bytes: room is left for the colon and a value.
pub(crate) const KEY_MAX: usize = 254;

/// What is wrong with a stored name; `None` when nothing is.
///
/// The same alphabet as in `retell_store::NameError`, which a test compares;
/// checked here so that a wrong name does not compile.
pub(crate) fn problem(name: &str, limit: usize) -> Option<String> {
    if name.is_empty() {
        return Some("is empty: give it at least one character".to_owned());
    }
    if name.len() > limit {
        return Some(format!("is {} bytes long: at most {limit} are allowed", name.len()));
    }
    if let Some(c) = name.chars().find(|c| forbidden(*c)) {
        return Some(format!(
            "holds the character U+{:04X}: remove control and invisible characters",
            u32::from(c)
        ));
    }
    if name.trim() != name {
        return Some("begins or ends with white space: trim it".to_owned());
    }
    None
}

fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' // zero width, direction marks
            | '\u{2028}'..='\u{202E}' // line and paragraph separator, direction embedding
            | '\u{2060}'..='\u{206F}' // word joiner, direction isolates
            | '\u{FEFF}' // byte order mark
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}') // interlinear annotation
}

/// The name that an error suggests for a variant: `SlaBreached` gives `sla-breached`.
pub(crate) fn kebab_case(variant: &str) -> String {
    let letters: Vec<char> = variant.chars().collect();
    let mut name = String::with_capacity(variant.len() + 4);
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                let ends_acronym =
                    before.is_uppercase() && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_numeric() || ends_acronym
            });
        if starts_word {
            name.push('-');
        }
        match letter {
            '_' if name.is_empty() || name.ends_with('-') => {}
            '_' => name.push('-'),
            letter => name.extend(letter.to_lowercase()),
        }
    }
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
