//! The command line of `cargo xtask bench`.

/// What is asked for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Options {
    pub(super) quick: bool,
    pub(super) no_peers: bool,
    pub(super) counted: bool,
    pub(super) json: Option<String>,
    only: Vec<String>,
}

pub(super) const WORKLOADS: [&str; 7] = ["W1", "W2", "W3", "W4", "W5", "W6", "W7"];
pub(super) const ENGINES: [&str; 2] = ["sqlite", "postgres"];

impl Options {
    pub(super) fn of(words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match *word {
                "--quick" => options.quick = true,
                "--no-peers" => options.no_peers = true,
                "--counted" => options.counted = true,
                "--json" => options.json = Some((*value()?).to_owned()),
                "--only" => options.only = value()?.split(',').map(|one| one.trim().to_owned()).collect(),
                _ => return Err(format!("`bench` does not know `{word}`")),
            }
        }
        Ok(options)
    }

    /// Whether one of a family of words is asked for: it is where none of the family is named.
    fn wants(&self, word: &str, is_of_family: impl Fn(&str) -> bool) -> bool {
        let mut named = self.only.iter().filter(|one| is_of_family(one)).peekable();
        named.peek().is_none() || named.any(|one| one.eq_ignore_ascii_case(word))
    }

    pub(super) fn wants_workload(&self, workload: &str) -> bool {
        self.wants(workload, |one| WORKLOADS.iter().any(|known| known.eq_ignore_ascii_case(one)))
    }

    pub(super) fn wants_engine(&self, engine: &str) -> bool {
        self.wants(engine, |one| ENGINES.contains(&one))
    }

    pub(super) fn wants_peer(&self, peer: &str) -> bool {
        let is_peer = |one: &str| {
            !ENGINES.contains(&one) && !WORKLOADS.iter().any(|known| known.eq_ignore_ascii_case(one))
        };
        !self.no_peers && self.wants(peer, is_peer)
    }

    pub(super) fn rounds(&self) -> usize {
        if self.quick { 3 } else { 5 }
    }

    /// How long a workload that has no natural end goes on, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        if self.quick { 0.7 } else { 3.0 }
    }

    /// One of two sizes.
    pub(super) fn size(&self, quick: u64, full: u64) -> u64 {
        if self.quick { quick } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_narrows_only_the_families_it_names() {
        let options = Options::of(&["--only", "w1,W3,sqlite", "--quick"]).expect("good options");
        assert!(options.quick && options.wants_workload("W1") && !options.wants_workload("W2"));
        assert!(options.wants_engine("sqlite") && !options.wants_engine("postgres"));
        assert!(options.wants_peer("cqrs-es"));
        let options = Options::of(&["--only", "cqrs-es"]).expect("good options");
        assert!(options.wants_workload("W7") && !options.wants_peer("evento"));
    }

    #[test]
    fn unknown_words_and_missing_values_are_refused() {
        assert!(Options::of(&["--fast"]).is_err());
        assert!(Options::of(&["--json"]).is_err());
    }
}
