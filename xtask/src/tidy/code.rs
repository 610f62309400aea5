//! Rust source with its comments and literals blanked out, so that a word found is code.

/// Replaces comments, strings and character literals by spaces. Lines stay where they are.
pub(super) fn code(source: &str) -> String {
    let mut reader =
        Reader { letters: source.chars().collect(), place: 0, code: String::with_capacity(source.len()) };
    reader.read();
    reader.code
}

struct Reader {
    letters: Vec<char>,
    place: usize,
    code: String,
}

impl Reader {
    fn read(&mut self) {
        while let Some(letter) = self.peek(0) {
            match letter {
                '/' if self.peek(1) == Some('/') => self.line_comment(),
                '/' if self.peek(1) == Some('*') => self.block_comment(),
                '"' => self.string(),
                'r' if !self.in_a_name() => match self.raw_string_hashes() {
                    Some(hashes) => self.raw_string(hashes),
                    None => self.keep(),
                },
                '\'' if self.is_character() => self.character(),
                _ => self.keep(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.place + ahead).copied()
    }

    fn keep(&mut self) {
        self.code.extend(self.peek(0));
        self.place += 1;
    }

    fn blank(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(letter) = self.peek(0) {
                self.code.push(if letter == '\n' { '\n' } else { ' ' });
                self.place += 1;
            }
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('*')) => {
                    depth += 1;
                    self.blank(2);
                }
                ('*', Some('/')) => {
                    depth -= 1;
                    self.blank(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.blank(1),
            }
        }
    }

    fn string(&mut self) {
        self.blank(1);
        self.blank_until('"');
    }

    fn character(&mut self) {
        self.blank(1);
        self.blank_until('\'');
    }

    fn blank_until(&mut self, quote: char) {
        while let Some(letter) = self.peek(0) {
            match letter {
                '\\' => self.blank(2),
                _ => self.blank(1),
            }
            if letter == quote {
                return;
            }
        }
    }

    /// Whether the letter before this one belongs to the same name. The prefixes `b` and `c`
    /// of a raw string do not count.
    fn in_a_name(&self) -> bool {
        let before = |back: usize| {
            let index = self.place.checked_sub(back)?;
            self.letters.get(index).copied()
        };
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        match before(1) {
            Some('b' | 'c') => before(2).is_some_and(is_name),
            Some(letter) => is_name(letter),
            None => false,
        }
    }

    /// The number of `#` of a raw string that starts here.
    fn raw_string_hashes(&self) -> Option<usize> {
        let mut hashes = 0;
        while self.peek(1 + hashes) == Some('#') {
            hashes += 1;
        }
        (self.peek(1 + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self, hashes: usize) {
        self.blank(2 + hashes);
        while let Some(letter) = self.peek(0) {
            let closes = letter == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            if closes {
                self.blank(1 + hashes);
                return;
            }
            self.blank(1);
        }
    }

    /// Whether this quote starts a character, and not a lifetime or a label.
    fn is_character(&self) -> bool {
        self.peek(1) == Some('\\') || self.peek(2) == Some('\'')
    }
}

/// Whether a line of code contains a word that is not part of a longer name.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a line, with every run of spaces made one.
    fn left(source: &str) -> String {
        let words: Vec<_> = code(source).split_whitespace().map(str::to_owned).collect();
        words.join(" ")
    }

    #[test]
    fn comments_are_blanked() {
        assert_eq!(left("a(); // unsafe"), "a();");
        assert_eq!(left("/// unsafe\nfn a() {}"), "fn a() {}");
        assert_eq!(left("a /* x /* unsafe */ y */ b"), "a b");
        assert_eq!(left("a / b"), "a / b");
    }

    #[test]
    fn literals_are_blanked() {
        assert_eq!(left(r#"a("todo!() \" // b")"#), "a( )");
        assert_eq!(left(r##"a(r#"x " unsafe"#, br"\", c"d")"##), "a( , b , c )");
        assert_eq!(left(r"['\'', '/', 'a', b'\\']"), "[ , , , b ]");
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        let source = "fn a<'a>(r#type: &'a str) -> &'static str { 'b: loop {} }";
        assert_eq!(left(source), source);
        assert_eq!(left("bar\"x\" y"), "bar y");
    }

    #[test]
    fn lines_stay_where_they_are() {
        let source = "a\n/* b\n\nc */ \"d\ne\"\nf // g\n";
        assert_eq!(code(source).lines().count(), source.lines().count());
        assert_eq!(code(source).lines().nth(5).map(str::trim), Some("f"));
    }

    #[test]
    fn a_word_stands_alone() {
        assert!(has_word("unsafe { }", "unsafe"));
        assert!(has_word("#[unsafe(no_mangle)]", "unsafe"));
        assert!(!has_word("#![forbid(unsafe_code)]", "unsafe"));
        assert!(!has_word("not_unsafe", "unsafe"));
    }
}
