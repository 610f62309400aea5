//! The rules for Rust files.

use super::code::{code, has_word};
use super::files::File;
use crate::finding::Finding;

/// From here on a file is mentioned, and from here on it is refused.
const LONG: usize = 400;
const TOO_LONG: usize = 900;

/// What must not be left in a file, and what to do instead.
const LEFTOVERS: [(&str, &str); 3] = [
    ("dbg", "remove it; `tracing` is for what should stay"),
    ("todo", "write the missing part, or leave the item out"),
    ("unimplemented", "write the missing part, or leave the item out"),
];

/// How a program reads the clock.
const CLOCKS: [&str; 4] = ["SystemTime::now", "Instant::now", "Timestamp::now", "ZonedDateTime::now"];

/// What every library declares at its head.
const DECLARATIONS: [&str; 2] = ["#![forbid(unsafe_code)]", "#![deny(missing_docs)]"];

/// Whether these rules hold for a file. The inputs of trybuild are wrong on purpose.
pub(super) fn is_ours(path: &str) -> bool {
    let ours = ["crates/", "examples/", "xtask/"];
    let fixture = path.contains("/tests/ui");
    path.ends_with(".rs") && ours.iter().any(|folder| path.starts_with(folder)) && !fixture
}

pub(super) fn check(file: &File) -> Vec<Finding> {
    let code = code(&file.text);
    let mut findings = Vec::new();
    findings.extend(header(file));
    findings.extend(length(file));
    findings.extend(declarations(file, &code));
    for (index, line) in code.lines().enumerate() {
        let place = file.line(index + 1);
        let mut problems = leftovers(line);
        problems.extend(unsafe_code(line));
        problems.extend(ignored_test(line));
        if file.path.starts_with("crates/retell-model/") {
            problems.extend(clock(line));
        }
        findings.extend(problems.iter().map(|text| Finding::fault(&place, text)));
    }
    findings
}

fn header(file: &File) -> Option<Finding> {
    let says = file
        .text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//!"))
        .is_some_and(|rest| !rest.trim().is_empty());
    (!says).then(|| Finding::fault(file.line(1), "begin the file with a `//!` line that says what it is for"))
}

fn length(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let cure = "give one of its nouns a file of its own";
    if lines > TOO_LONG {
        let message = format!("{lines} lines, and {TOO_LONG} is the limit; {cure}");
        Some(Finding::fault(&file.path, message))
    } else if lines > LONG {
        let message = format!("{lines} lines, more than {LONG}; {cure}");
        Some(Finding::warning(&file.path, message))
    } else {
        None
    }
}

fn declarations(file: &File, code: &str) -> Vec<Finding> {
    let is_library = matches!(file.path.split('/').collect::<Vec<_>>()[..], ["crates", _, "src", "lib.rs"]);
    if !is_library {
        return Vec::new();
    }
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    DECLARATIONS
        .iter()
        .filter(|declaration| !code.contains(**declaration))
        .map(|declaration| Finding::fault(&file.path, format!("add `{declaration}`")))
        .collect()
}

fn leftovers(line: &str) -> Vec<String> {
    LEFTOVERS
        .iter()
        .filter(|(name, _)| has_word(line, name) && line.contains(&format!("{name}!")))
        .map(|(name, cure)| format!("`{name}!` must not be left in a file; {cure}"))
        .collect()
}

fn unsafe_code(line: &str) -> Option<String> {
    has_word(line, "unsafe")
        .then(|| "`unsafe` is forbidden in every crate; find a safe way, or a crate that offers one".into())
}

fn ignored_test(line: &str) -> Option<String> {
    let line: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
    let plain = line.contains("#[ignore]") || line.contains("#[ignore=");
    let conditional = line.contains("cfg_attr(") && has_word(&line, "ignore");
    (plain || conditional)
        .then(|| "a test that is ignored rots; make it pass, make it fast, or remove it".into())
}

fn clock(line: &str) -> Option<String> {
    let clock = CLOCKS.iter().find(|clock| has_word(line, clock))?;
    Some(format!(
        "`{clock}` reads the clock, so replaying a decision would give another answer; take the \
         time from the command, the event or the `Clock` that was passed in"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn objects(text: &str, words: &str) {
        let findings = findings("crates/retell-store/src/event.rs", text);
        assert!(
            matches!(findings.as_slice(), [one] if one.contains(words)),
            "expected one finding with {words:?}, found {findings:#?}"
        );
    }

    #[track_caller]
    fn accepts(path: &str, text: &str) {
        assert_eq!(findings(path, text), [] as [&str; 0]);
    }

    #[test]
    fn only_our_own_rust_files_are_checked() {
        assert!(is_ours("crates/retell/src/lib.rs"));
        assert!(is_ours("examples/helpdesk/src/main.rs"));
        assert!(is_ours("xtask/src/main.rs"));
        assert!(!is_ours("crates/retell-macros/tests/ui/no_name.rs"));
        assert!(!is_ours("crates/retell-macros/tests/ui-fail/no_name.rs"));
        assert!(!is_ours("bench/src/main.rs"));
        assert!(!is_ours("crates/retell/README.md"));
    }

    #[test]
    fn a_file_without_a_purpose_is_found() {
        objects("use std::fmt;\n", "event.rs:1: begin the file with a `//!` line");
        objects("//!\nuse std::fmt;\n", "begin the file");
        objects("", "begin the file");
        accepts("crates/retell/src/event.rs", "//! What happened.\n");
    }

    #[test]
    fn a_long_file_is_mentioned_and_a_too_long_file_is_refused() {
        let file = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        accepts("crates/retell/src/event.rs", &file(400));
        objects(&file(401), "warning: crates/retell-store/src/event.rs: 401 lines");
        objects(&file(900), "warning: ");
        objects(&file(901), "901 lines, and 900 is the limit");
        assert!(!findings("crates/a/src/b.rs", &file(901))[0].starts_with("warning"));
    }

    #[test]
    fn leftovers_are_found() {
        objects("//! A.\nfn a() { dbg!(1); }\n", "event.rs:2: `dbg!`");
        objects("//! A.\nfn a() { todo!() }\n", "`todo!`");
        objects("//! A.\nfn a() { unimplemented!() }\n", "`unimplemented!`");
        accepts("crates/retell/src/a.rs", "//! No `todo!`.\nfn todo() {} // dbg!\n");
    }

    #[test]
    fn unsafe_code_is_found() {
        objects("//! A.\nfn a() {}\nunsafe fn b() {}\n", "event.rs:3: `unsafe`");
        accepts("crates/retell/src/a.rs", "//! No unsafe.\nconst A: &str = \"unsafe\";\n");
    }

    #[test]
    fn ignored_tests_are_found() {
        for attribute in ["#[ignore]", "#[ignore = \"slow\"]", "#[ ignore ]", "#[cfg_attr(windows, ignore)]"]
        {
            objects(&format!("//! A.\n{attribute}\nfn a() {{}}\n"), "rots");
        }
        accepts("crates/retell/src/a.rs", "//! A.\nfn ignore(a: [u8; 1]) {}\n");
    }

    #[test]
    fn the_model_must_not_read_a_clock() {
        for clock in CLOCKS {
            let text = format!("//! A.\nfn a() {{ {clock}(); }}\n");
            let found = findings("crates/retell-model/src/history.rs", &text);
            assert_eq!(found.len(), 1, "{clock}");
            assert!(found[0].contains("reads the clock"));
            accepts("crates/retell-store/src/history.rs", &text);
        }
    }

    #[test]
    fn a_library_without_its_declarations_is_found() {
        let found = findings("crates/retell/src/lib.rs", "//! A. #![deny(missing_docs)]\n");
        assert_eq!(
            found,
            [
                "crates/retell/src/lib.rs: add `#![forbid(unsafe_code)]`",
                "crates/retell/src/lib.rs: add `#![deny(missing_docs)]`"
            ]
        );
        accepts("crates/retell/src/lib.rs", "//! A.\n#![forbid(unsafe_code)]\n#![deny(missing_docs)]\n");
    }
}
