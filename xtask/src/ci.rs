//! Everything that a change must pass, in order.

use std::time::{Duration, Instant};

use crate::{cmd, policy, tidy};

pub(crate) const HELP: &str = "\
Run everything that a change must pass. `.ci/run` calls this command.

Usage: cargo xtask ci

The steps are, in order:
  format  cargo fmt --all --check
  clippy  cargo clippy --workspace --all-targets --locked -- -D warnings
  docs    cargo doc --workspace --no-deps --locked, with warnings denied
  policy  the dependencies: licences, sources, banned crates, layers
  tidy    the files of this repository
  deny    cargo deny check bans licenses sources, where cargo-deny is installed
  test    cargo xtask test

Each step is printed with its name and the time it took. The first failure stops the run.";

/// Runs the steps until one fails.
pub(crate) fn run() -> Result<(), String> {
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("clippy", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
    })?;
    step("docs", || {
        let mut doc = cmd::cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
        cmd::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("policy", policy::check)?;
    step("tidy", tidy::run)?;
    deny()?;
    step("test", || {
        // This is the README's command as it stands; `CI` only keeps `Cargo.lock` as it is.
        cmd::run(cmd::cargo(&["xtask", "test"]).env("CI", "true"))
    })
}

/// The step is not called passed where it could not run.
fn deny() -> Result<(), String> {
    if cmd::has_plugin("deny") {
        step("deny", || cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"]))
    } else {
        println!("--- deny: skipped, as cargo-deny is not installed");
        println!("the policy step has covered licences, sources and banned crates");
        Ok(())
    }
}

fn cargo(arguments: &[&str]) -> Result<(), String> {
    cmd::run(&mut cmd::cargo(arguments))
}

/// Runs one step between its name and its duration.
fn step(name: &str, task: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    println!("--- {name}");
    let start = Instant::now();
    let outcome = task();
    let took = seconds(start.elapsed());
    match outcome {
        Ok(()) => {
            println!("--- {name}: passed in {took}");
            Ok(())
        }
        Err(message) => {
            println!("--- {name}: failed after {took}");
            Err(format!("the step `{name}` failed: {message}"))
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named() {
        assert_eq!(
            step("clippy", || Err("2 warnings".into())),
            Err("the step `clippy` failed: 2 warnings".into())
        );
        assert_eq!(step("clippy", || Ok(())), Ok(()));
    }

    #[test]
    fn durations_are_in_seconds() {
        assert_eq!(seconds(Duration::from_millis(61_250)), "61.2 s");
    }
}
