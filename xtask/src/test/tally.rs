//! Reads the counts that the test runners print about themselves.
//!
//! Counts are only given out when they are complete: a sum that misses a test binary which
//! crashed would look like a fact and be wrong.

use std::ops::Add;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// The counts of one runner, collected line by line.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    kind: Kind,
    counts: Counts,
    /// Groups of tests that were announced, and groups that came to a result.
    announced: u64,
    concluded: u64,
    /// Set when a line said that not all tests were run.
    cut_short: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Nextest,
    Libtest,
}

impl Tally {
    /// For `cargo nextest run`, which ends with one summary.
    pub(super) fn of_nextest() -> Self {
        Self::new(Kind::Nextest)
    }

    /// For `cargo test`, which prints one result for each test binary.
    pub(super) fn of_libtest() -> Self {
        Self::new(Kind::Libtest)
    }

    fn new(kind: Kind) -> Self {
        Self { kind, counts: Counts::default(), announced: 0, concluded: 0, cut_short: false }
    }

    /// Takes in one line of the runner's output.
    pub(super) fn see(&mut self, line: &str) {
        let line = plain(line);
        match self.kind {
            Kind::Nextest => {
                if let Some(rest) = line.trim_start().strip_prefix("Summary [") {
                    self.see_summary(rest);
                }
            }
            Kind::Libtest => {
                if let Some(rest) = line.strip_prefix("test result: ") {
                    self.concluded += 1;
                    self.add(rest.split(['.', ';']));
                } else if is_announcement(&line) {
                    self.announced += 1;
                }
            }
        }
    }

    /// `   0.1s] 3 tests run: 2 passed (1 slow), 1 failed, 0 skipped`
    fn see_summary(&mut self, rest: &str) {
        let Some((head, counts)) = rest.split_once(" run: ") else {
            return;
        };
        // `2/3 tests run` says that the run was stopped before its end.
        self.cut_short |= head.contains('/');
        self.announced += 1;
        self.concluded += 1;
        self.add(without_brackets(counts).split(','));
    }

    fn add<'a>(&mut self, parts: impl Iterator<Item = &'a str>) {
        for part in parts {
            let mut words = part.split_whitespace();
            let (Some(number), Some(word)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match word {
                "passed" => self.counts.passed += number,
                "failed" | "timed" | "exec" => self.counts.failed += number,
                // Skipped, ignored, measured and filtered tests were not run.
                _ => {}
            }
        }
    }

    /// Joins what was seen on the two streams of one runner.
    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            kind: self.kind,
            counts: self.counts + other.counts,
            announced: self.announced + other.announced,
            concluded: self.concluded + other.concluded,
            cut_short: self.cut_short || other.cut_short,
        }
    }

    /// The counts, if every group of tests came to a result.
    pub(super) fn counts(&self) -> Option<Counts> {
        let complete = self.announced == self.concluded && !self.cut_short;
        // Nextest always prints a summary when it got as far as running tests. Cargo prints
        // nothing for a package without tests, which is a complete count of none.
        let started = match self.kind {
            Kind::Nextest => self.concluded > 0,
            Kind::Libtest => true,
        };
        (complete && started).then_some(self.counts)
    }
}

/// `running 3 tests`
fn is_announcement(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    matches!(words[..], ["running", number, "test" | "tests"] if number.parse::<u64>().is_ok())
}

/// The line without the codes that colour it.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.trim_end().chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(|letter| letter.is_ascii_alphabetic());
        } else {
            plain.push(letter);
        }
    }
    plain
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nextest(lines: &[&str]) -> Option<(u64, u64)> {
        counts(Tally::of_nextest(), lines)
    }

    fn libtest(lines: &[&str]) -> Option<(u64, u64)> {
        counts(Tally::of_libtest(), lines)
    }

    fn counts(mut tally: Tally, lines: &[&str]) -> Option<(u64, u64)> {
        lines.iter().for_each(|line| tally.see(line));
        tally.counts().map(|counts| (counts.passed, counts.failed))
    }

    #[test]
    fn nextest_counts_every_way_to_fail() {
        let line = "     Summary [   9.1s] 9 tests run: 5 passed (1 slow, 2 leaky), 2 failed, \
                    1 exec failed, 1 timed out, 4 skipped\n";
        assert_eq!(nextest(&[line]), Some((5, 4)));
    }

    #[test]
    fn colour_does_not_hide_the_summary() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m3\u{1b}[0m tests run: \
                    \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped";
        assert_eq!(nextest(&[line]), Some((3, 0)));
    }

    #[test]
    fn a_cancelled_nextest_run_has_no_counts() {
        let line = "     Summary [   0.1s] 2/3 tests run: 1 passed, 1 failed, 0 skipped";
        assert_eq!(nextest(&[line]), None);
        assert_eq!(nextest(&["error: could not compile `retell`"]), None);
    }

    #[test]
    fn libtest_results_are_added_up() {
        let lines = [
            "running 2 tests\n",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; \
             finished in 0.00s\n",
            "running 1 test\n",
            "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
        ];
        assert_eq!(libtest(&lines), Some((2, 1)));
        assert_eq!(libtest(&[]), Some((0, 0)));
    }

    #[test]
    fn a_test_binary_that_crashed_leaves_no_counts() {
        let lines = [
            "running 2 tests",
            "test result: ok. 2 passed; 0 failed;",
            "running 5 tests",
            "error: test failed (signal: 6, SIGABRT: process abort signal)",
        ];
        assert_eq!(libtest(&lines), None);
    }

    #[test]
    fn a_result_line_that_a_test_printed_itself_spoils_the_counts() {
        let lines = [
            "running 1 test",
            "test result: ok. 99 passed; 0 failed;",
            "test result: ok. 1 passed; 0 failed;",
        ];
        assert_eq!(libtest(&lines), None);
    }

    #[test]
    fn the_two_streams_of_a_runner_are_one_tally() {
        let (mut out, mut err) = (Tally::of_libtest(), Tally::of_libtest());
        out.see("running 1 test");
        err.see("test result: ok. 1 passed; 0 failed;");
        assert!(out.counts().is_none());
        assert_eq!(out.merge(err).counts(), Some(Counts { passed: 1, failed: 0 }));
    }
}
