//! ARCHITECTURE.md names every crate, and no crate that does not exist.

use super::files::File;
use crate::finding::Finding;

const FILE: &str = "ARCHITECTURE.md";

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let crates = crates(files);
    let Some(map) = files.iter().find(|file| file.path == FILE) else {
        return vec![Finding::fault(
            FILE,
            "it is missing; write the map of the crates, one paragraph for each",
        )];
    };
    let mut findings = Vec::new();
    for name in &crates {
        if !names(&map.text).any(|found| found == name) {
            let message = format!("it does not name the crate `{name}`; say what it is for");
            findings.push(Finding::fault(FILE, message));
        }
    }
    for (index, line) in map.text.lines().enumerate() {
        for name in in_backticks(line) {
            if !crates.iter().any(|one| one == name) {
                let message = format!("there is no crate `{name}` under crates/; correct the map");
                findings.push(Finding::fault(map.line(index + 1), message));
            }
        }
    }
    findings
}

/// The names of the crates under `crates/`, from their manifests.
fn crates(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| matches!(file.path.split('/').collect::<Vec<_>>()[..], ["crates", _, "Cargo.toml"]))
        .filter_map(|manifest| {
            let line = manifest.text.lines().find(|line| line.starts_with("name = "))?;
            line.split('"').nth(1).map(str::to_owned)
        })
        .collect()
}

/// Every name in a text, with or without backticks: a drawing has none.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_name(letter))
}

/// The names of crates that stand alone between backticks.
fn in_backticks(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("retell-") && span.chars().all(is_name))
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(map: Option<&str>) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let mut files = vec![
            file("crates/retell/Cargo.toml", "[package]\nname = \"retell\"\n"),
            file(
                "crates/retell-store/Cargo.toml",
                "[package]\nname = \"retell-store\"\n\n[lib]\nname = \"other\"\n",
            ),
            file("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n"),
        ];
        files.extend(map.map(|map| file(FILE, map)));
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_true_map_is_accepted() {
        let map = "```text\nretell-store\n```\n`retell` opens `retell-store/src/lib.rs`.\n";
        assert_eq!(findings(Some(map)), [] as [&str; 0]);
    }

    #[test]
    fn a_missing_map_is_found() {
        let findings = findings(None);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("ARCHITECTURE.md: it is missing"));
    }

    #[test]
    fn a_crate_that_is_not_on_the_map_is_found() {
        // A longer name does not stand for a shorter one.
        assert_eq!(
            findings(Some("`retell-store`\n")),
            ["ARCHITECTURE.md: it does not name the crate `retell`; say what it is for"]
        );
    }

    #[test]
    fn a_crate_that_is_only_on_the_map_is_found() {
        assert_eq!(
            findings(Some("`retell` and\n`retell-store`, `retell-mysql`\n")),
            ["ARCHITECTURE.md:2: there is no crate `retell-mysql` under crates/; correct the map"]
        );
    }
}
