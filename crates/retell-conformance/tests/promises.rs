//! The registry is complete, and `docs/promises.md` says what it holds.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use retell_conformance::{Check, Need, Promise, checks};

fn checks_of(promise: Promise) -> impl Iterator<Item = &'static Check> {
    checks().iter().filter(move |check| check.promise() == promise)
}

#[test]
fn every_promise_has_a_check() {
    for promise in Promise::ALL {
        assert!(checks_of(promise).next().is_some(), "{promise} has no check");
    }
}

#[test]
fn every_check_is_named_after_its_promise_and_says_what_it_shows() {
    let names: BTreeSet<_> = checks().iter().map(Check::name).collect();
    assert_eq!(names.len(), checks().len(), "two checks have the same name");
    for check in checks() {
        let promise = check.promise().to_string();
        let prefix = match promise.strip_prefix('P').and_then(|number| number.parse::<u8>().ok()) {
            Some(number) => format!("p{number:02}_"),
            None => format!("{}_", promise.to_lowercase()),
        };
        assert!(check.name().starts_with(&prefix), "{} does not start with {prefix}", check.name());
        assert!(check.text().ends_with('.'), "{} does not say in a sentence what it shows", check.name());
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The tests of faults from outside, as `module::name`: those in `tests/faults`
/// here, and those of the engine.
fn fault_tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for folder in ["crates/retell-conformance/tests/faults", "crates/retell-sqlite/tests/faults"] {
        for file in fs::read_dir(root().join(folder)).unwrap().flatten().map(|entry| entry.path()) {
            let (Some(module), Ok(text)) = (file.file_stem(), fs::read_to_string(&file)) else { continue };
            let attributes = ["#[test]\nfn ", "#[tokio::test]\nasync fn "];
            for test in attributes.iter().flat_map(|attribute| text.split(attribute).skip(1)) {
                let name = test.split('(').next().unwrap_or_default();
                tests.insert(format!("{}::{name}", module.display()));
            }
        }
    }
    // What a child runs is no test.
    tests.retain(|name| !name.starts_with("child::"));
    tests
}

fn needs(check: &Check) -> String {
    let words = check.needs().iter().map(|need| match need {
        Need::Durable => "durable",
        Need::SeveralStreams => "several streams",
        Need::Conditions => "conditions",
        Need::SeveralProcesses => "several processes",
        Need::Tampering => "guards history",
        Need::Clock => "takes a clock",
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The part of the document that belongs to a promise.
fn section(document: &str, promise: Promise) -> &str {
    let heading = format!("\n## {promise}\n");
    let start =
        document.find(&heading).unwrap_or_else(|| panic!("docs/promises.md has no section {promise}"));
    let rest = &document[start + heading.len()..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

/// The rows of the tables of a text whose first cell is code, cell by cell.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    text.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
}

#[test]
fn the_document_says_what_the_registry_holds() {
    let document = fs::read_to_string(root().join("docs/promises.md")).expect("docs/promises.md is there");
    let mut told = BTreeSet::new();
    for promise in Promise::ALL {
        let section = section(&document, promise);
        assert!(
            section.contains(&format!("**{}**", promise.text())),
            "{promise}: its words are not those of the code"
        );
        let mut wanted = String::new();
        for check in checks_of(promise) {
            let _ = writeln!(wanted, "| `{}` | {} | {} |", check.name(), check.text(), needs(check));
        }
        let (found, faults): (Vec<_>, Vec<_>) =
            rows(section).into_iter().partition(|row| !row[0].contains("::"));
        assert_eq!(found, rows(&wanted), "the table of {promise} should hold:\n{wanted}");
        told.extend(faults.into_iter().map(|row| row[0].trim_matches('`').to_owned()));
    }
    assert_eq!(
        told,
        fault_tests(),
        "the tests of faults that the document names, against those that there are"
    );
}
