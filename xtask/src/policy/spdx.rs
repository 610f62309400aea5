//! Licence expressions, as SPDX writes them: `(MIT OR Apache-2.0) AND Unicode-3.0`.

/// What a licence expression demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Licence {
    /// One licence, with its exception if it has one: `Apache-2.0 WITH LLVM-exception`.
    One(String),
    /// The user may choose.
    Any(Vec<Licence>),
    /// All of them apply at once.
    All(Vec<Licence>),
}

impl Licence {
    /// Reads an expression. `AND` binds closer than `OR`; the `/` of old manifests means `OR`.
    pub(super) fn parse(expression: &str) -> Result<Self, String> {
        let mut tokens = tokens(expression)?;
        tokens.reverse();
        let mut reader = Reader { tokens };
        let licence = reader.any()?;
        match reader.tokens.pop() {
            None => Ok(licence),
            Some(token) => Err(format!("`{token}` comes after the end")),
        }
    }

    /// Whether the expression can be met with licences that are allowed.
    pub(super) fn is_met_by(&self, allowed: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(name) => allowed(name),
            Self::Any(choices) => choices.iter().any(|choice| choice.is_met_by(allowed)),
            Self::All(parts) => parts.iter().all(|part| part.is_met_by(allowed)),
        }
    }
}

/// Splits an expression into names, operators and brackets.
fn tokens(expression: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut name = String::new();
    for letter in expression.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '+' | ':') {
            name.push(letter);
            continue;
        }
        if !name.is_empty() {
            tokens.push(std::mem::take(&mut name));
        }
        match letter {
            '(' | ')' => tokens.push(letter.into()),
            '/' => tokens.push("OR".into()),
            _ if letter.is_whitespace() => {}
            _ => return Err(format!("`{letter}` has no meaning here")),
        }
    }
    if !name.is_empty() {
        tokens.push(name);
    }
    Ok(tokens)
}

/// Reads tokens from the end of the vector, where taking one is cheap.
struct Reader {
    tokens: Vec<String>,
}

impl Reader {
    fn any(&mut self) -> Result<Licence, String> {
        let mut choices = vec![self.all()?];
        while self.take("OR") {
            choices.push(self.all()?);
        }
        Ok(join(choices, Licence::Any))
    }

    fn all(&mut self) -> Result<Licence, String> {
        let mut parts = vec![self.one()?];
        while self.take("AND") {
            parts.push(self.one()?);
        }
        Ok(join(parts, Licence::All))
    }

    fn one(&mut self) -> Result<Licence, String> {
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err("a bracket is not closed".into()) };
        }
        let mut name = self.name()?;
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.name()?);
        }
        Ok(Licence::One(name))
    }

    fn name(&mut self) -> Result<String, String> {
        match self.tokens.pop() {
            Some(token) if matches!(token.as_str(), "OR" | "AND" | "WITH" | "(" | ")") => {
                Err(format!("`{token}` stands where the name of a licence belongs"))
            }
            Some(name) => Ok(name),
            None => Err("the name of a licence is missing at the end".into()),
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.tokens.pop_if(|next| next == token).is_some()
    }
}

/// A list of one is the one.
fn join(mut list: Vec<Licence>, whole: fn(Vec<Licence>) -> Licence) -> Licence {
    if list.len() == 1 { list.remove(0) } else { whole(list) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> Licence {
        Licence::One(name.into())
    }

    fn met(expression: &str, allowed: &[&str]) -> bool {
        Licence::parse(expression)
            .expect("the expression is well formed")
            .is_met_by(&|name| allowed.contains(&name))
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert_eq!(
            Licence::parse("MIT OR Apache-2.0 AND ISC"),
            Ok(Licence::Any(vec![one("MIT"), Licence::All(vec![one("Apache-2.0"), one("ISC")])]))
        );
    }

    #[test]
    fn brackets_change_the_order() {
        assert_eq!(
            Licence::parse("(MIT OR Apache-2.0) AND Unicode-3.0"),
            Ok(Licence::All(vec![Licence::Any(vec![one("MIT"), one("Apache-2.0")]), one("Unicode-3.0")]))
        );
        assert_eq!(Licence::parse("((MIT))"), Ok(one("MIT")));
    }

    #[test]
    fn the_slash_of_old_manifests_is_a_choice() {
        assert_eq!(Licence::parse("MIT/Apache-2.0"), Licence::parse("MIT OR Apache-2.0"));
        assert!(met("Unlicense / GPL-3.0-only", &["Unlicense"]));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        let expression = "Apache-2.0 WITH LLVM-exception OR MIT";
        assert_eq!(
            Licence::parse(expression),
            Ok(Licence::Any(vec![one("Apache-2.0 WITH LLVM-exception"), one("MIT")]))
        );
        assert!(met(expression, &["MIT"]));
        assert!(!met(expression, &["Apache-2.0"]));
    }

    #[test]
    fn a_choice_needs_one_licence_and_a_sum_needs_all() {
        assert!(met("GPL-3.0-only OR MIT", &["MIT"]));
        assert!(!met("GPL-3.0-only AND MIT", &["MIT"]));
        assert!(!met("(GPL-2.0+ OR MIT) AND OpenSSL", &["MIT"]));
        assert!(met("(GPL-2.0+ OR MIT) AND OpenSSL", &["MIT", "OpenSSL"]));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (expression, problem) in [
            ("", "the name of a licence is missing at the end"),
            ("MIT OR", "the name of a licence is missing at the end"),
            ("OR MIT", "`OR` stands where the name of a licence belongs"),
            ("(MIT", "a bracket is not closed"),
            ("MIT)", "`)` comes after the end"),
            ("MIT Apache-2.0", "`Apache-2.0` comes after the end"),
            ("MIT WITH (x)", "`(` stands where the name of a licence belongs"),
            ("MIT, ISC", "`,` has no meaning here"),
        ] {
            assert_eq!(Licence::parse(expression), Err(problem.into()), "{expression}");
        }
    }
}
