//! The one command that runs all tests.

mod tally;

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use tally::{Counts, Tally};

use crate::servers::Servers;
use crate::{Failure, cmd};

pub(crate) const HELP: &str = "\
Run all tests: unit, integration, example and documentation tests.

Usage: cargo xtask test [FILTER]

With FILTER, only tests whose name contains that word are run.

The tests run with cargo-nextest where it is installed, and with `cargo test` elsewhere; the
documentation tests always run with `cargo test --doc`. One failing test does not stop the
others. When the environment variable CI is set, Cargo.lock must not change (--locked).

The tests of the PostgreSQL engine get a server of their own, which is found on this machine or
installed (as root, with apt-get), started for the run, and stopped after it. Set
RETELL_TEST_POSTGRES to the URL of a server to use that one. Without either they are left out,
in print; with CI set that is a failure.

Then the table of promises and engines is printed.

The last line is `N passed, N failed` over all runners. It is left out when a runner stopped
before it could count its tests, for example because something did not compile.";

/// Runs every test, or those whose name contains the filter.
pub(crate) fn run(filter: Option<&str>) -> Result<(), Failure> {
    let code = if cmd::has_plugin("nextest") {
        // A filter may match documentation tests alone, so an empty run is judged at the end.
        let run = ["nextest", "run", "--workspace", "--no-fail-fast"];
        Suite::new(&run, Tally::of_nextest(), &["--no-tests=pass"])
    } else {
        let run = ["test", "--workspace", "--no-fail-fast"];
        let targets = ["--lib", "--bins", "--tests", "--examples"];
        Suite::new(&run, Tally::of_libtest(), &targets)
    };
    let docs = ["test", "--workspace", "--no-fail-fast"];
    let docs = Suite::new(&docs, Tally::of_libtest(), &["--doc"]);

    let servers = Servers::start().map_err(Failure::Task)?;
    let run = |suite: Suite| suite.run(filter, &servers).map_err(Failure::Task);
    let runs = [run(code)?, run(docs)?];
    drop(servers);
    let mut outcome = conclude(&runs, filter);
    if filter.is_none() && outcome.is_ok() {
        outcome = print_promises();
    }
    // The counts are the last line on the terminal, so the reason for a failure goes before it.
    if let Err(message) = &outcome {
        eprintln!("error: {message}");
    }
    if let Some(total) = total(&runs) {
        println!("{} passed, {} failed", total.passed, total.failed);
    }
    outcome.map_err(|_| Failure::Reported)
}

/// Prints which engine keeps which promise. The tests before have proved the same in more rounds.
fn print_promises() -> Result<(), String> {
    let mut command =
        cmd::cargo(&["run", "--quiet", "--package", "retell-conformance", "--example", "table"]);
    if cmd::unattended() {
        command.arg("--locked");
    }
    command.args(["--", "--quick"]);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("an engine breaks a promise: see the table".to_owned()),
        Err(error) => Err(format!("{} did not start: {error}", cmd::show(&command))),
    }
}

/// The counts over all runners, if every runner has counts.
fn total(runs: &[Run]) -> Option<Counts> {
    runs.iter().try_fold(Counts::default(), |sum, run| run.counts().map(|counts| sum + counts))
}

/// Judges the runs together.
fn conclude(runs: &[Run], filter: Option<&str>) -> Result<(), String> {
    let broken: Vec<_> = runs.iter().filter(|run| !run.succeeded).map(|run| run.command.as_str()).collect();
    match filter {
        _ if !broken.is_empty() => Err(format!("{} failed", broken.join(" and "))),
        Some(filter) if total(runs) == Some(Counts::default()) => {
            Err(format!("no test has `{filter}` in its name"))
        }
        _ => Ok(()),
    }
}

/// One runner's command.
struct Suite {
    command: Command,
    tally: Tally,
}

/// What one runner did.
struct Run {
    command: String,
    succeeded: bool,
    tally: Tally,
}

impl Run {
    /// The counts, when they are complete and agree with the runner's own verdict.
    fn counts(&self) -> Option<Counts> {
        self.tally.counts().filter(|counts| self.succeeded == (counts.failed == 0))
    }
}

impl Suite {
    fn new(start: &[&str], tally: Tally, more: &[&str]) -> Self {
        let mut command = cmd::cargo(start);
        if cmd::unattended() {
            command.arg("--locked");
        }
        command.args(more);
        Self { command, tally }
    }

    /// Runs the command, passing its output on while counting.
    fn run(mut self, filter: Option<&str>, servers: &Servers) -> Result<Run, String> {
        self.command.args(filter).envs(servers.variables());
        // The output goes through a pipe, so colour has to be asked for where it is wanted.
        if std::env::var_os("CARGO_TERM_COLOR").is_none() && std::io::stdout().is_terminal() {
            self.command.env("CARGO_TERM_COLOR", "always");
        }
        let shown = cmd::show(&self.command);
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{shown} did not start: {error}"))?;

        let (mut out, mut err) = (self.tally.clone(), self.tally);
        if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
            thread::scope(|scope| {
                scope.spawn(|| pass_on(stdout, std::io::stdout(), &mut out));
                scope.spawn(|| pass_on(stderr, std::io::stderr(), &mut err));
            });
        }
        let status = child.wait().map_err(|error| format!("{shown} was lost: {error}"))?;
        Ok(Run { command: shown, succeeded: status.success(), tally: out.merge(err) })
    }
}

/// Copies lines as they come and shows each to the tally.
fn pass_on(from: impl Read, mut to: impl Write, tally: &mut Tally) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // A closed terminal must not stop the tests; the exit code still tells how they went.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        tally.see(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nextest(summary: &str, succeeded: bool) -> Run {
        let mut tally = Tally::of_nextest();
        tally.see(summary);
        Run { command: "`cargo nextest run`".into(), succeeded, tally }
    }

    const GOOD: &str = "     Summary [   0.100s] 3 tests run: 3 passed, 0 skipped";
    const BAD: &str = "     Summary [   0.100s] 3 tests run: 2 passed, 1 failed, 0 skipped";
    const NONE: &str = "     Summary [   0.000s] 0 tests run: 0 passed, 3 skipped";

    #[test]
    fn a_failed_runner_fails_the_command() {
        assert_eq!(conclude(&[nextest(GOOD, true)], None), Ok(()));
        assert_eq!(
            conclude(&[nextest(BAD, false), nextest(GOOD, true)], None),
            Err("`cargo nextest run` failed".into())
        );
    }

    #[test]
    fn the_total_needs_the_counts_of_every_runner() {
        let total = |runs: &[Run]| total(runs).map(|total| (total.passed, total.failed));
        assert_eq!(total(&[nextest(GOOD, true), nextest(BAD, false)]), Some((5, 1)));
        assert_eq!(total(&[nextest(GOOD, true), nextest("", false)]), None);
    }

    #[test]
    fn a_runner_that_failed_without_a_failed_test_has_no_counts() {
        assert!(nextest(GOOD, true).counts().is_some());
        assert!(nextest(BAD, false).counts().is_some());
        assert!(nextest(GOOD, false).counts().is_none());
        assert!(nextest("error: could not compile", false).counts().is_none());
    }

    #[test]
    fn a_filter_that_matches_nothing_is_a_failure() {
        assert!(conclude(&[nextest(NONE, true)], Some("tpyo")).is_err());
        assert_eq!(conclude(&[nextest(NONE, true)], None), Ok(()));
    }

    #[test]
    fn output_is_passed_on_byte_for_byte_while_it_is_counted() {
        let from = format!("caf\u{e9} \n{GOOD}\nno newline");
        let (mut to, mut tally) = (Vec::new(), Tally::of_nextest());
        pass_on(from.as_bytes(), &mut to, &mut tally);
        assert_eq!(to, from.as_bytes());
        assert_eq!(tally.counts().map(|counts| counts.passed), Some(3));
    }
}
