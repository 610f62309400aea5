//! What this project may depend on, and which of its crates may depend on which.
//!
//! The checks read the resolved dependencies with all features on, so that an optional engine
//! is held to the same rules as the default one.

mod banned;
mod deny;
mod house;
mod licences;
mod metadata;
mod sources;
mod spdx;

use crate::finding::{self, Finding};
use crate::tidy;
use metadata::Graph;

pub(crate) const HELP: &str = "\
Check what this project depends on, and that its files are tidy.

Usage: cargo xtask policy

Over the resolved dependencies, with all features:
  licences  every crate can be used under a licence of the allow-list
  sources   every crate comes from crates.io or from this repository
  banned    crates that this project has decided against, each with what to use instead
  house     which crate of this repository may depend on which, and on which driver
  deny      deny.toml, for people who use cargo-deny, names the same lists

Then everything that `cargo xtask tidy` checks.";

/// Checks the dependencies, then the files.
pub(crate) fn run() -> Result<(), String> {
    let policy = check();
    let tidy = tidy::run();
    match (policy, tidy) {
        (Err(policy), Err(tidy)) => Err(format!("{policy}; {tidy}")),
        (policy, tidy) => policy.and(tidy),
    }
}

/// Checks the dependencies alone.
pub(crate) fn check() -> Result<(), String> {
    finding::report("policy", findings()?)
}

fn findings() -> Result<Vec<Finding>, String> {
    let graph = Graph::load()?;
    let mut findings = licences::check(&graph);
    findings.extend(sources::check(&graph));
    findings.extend(banned::check(&graph));
    findings.extend(house::check(&graph));
    findings.extend(deny::check(&graph.root));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_dependencies_keep_to_the_policy() {
        if let Err(message) = super::check() {
            panic!("{message}; each is printed above with what to do");
        }
    }
}
