//! What the files of this repository look like.
//!
//! Rustfmt and clippy look after the code; this looks after what they do not see: that each file
//! says what it is for, that the map of the crates is true, that nothing of one person's machine
//! is left in a file. Every message says what to do.

mod architecture;
mod code;
mod files;
mod rust;
mod text;

use std::path::Path;

use crate::cmd;
use crate::finding::{self, Finding};
use files::File;

pub(crate) const HELP: &str = "\
Check the files of this repository.

Usage: cargo xtask tidy

In Rust files of crates/, examples/ and xtask/ (except trybuild's under tests/ui*):
  - the first line says what the file is for (`//!`)
  - no dbg!, todo! or unimplemented!, no `unsafe`, no ignored test or code example
  - retell-model reads no clock
  - a library forbids unsafe code and denies missing documentation
  - a file of more than 400 lines is mentioned, one of more than 900 lines is refused

In all text files:
  - no white space at the end of a line (data files excepted)
  - no path of one person's machine, no package registry but the public ones

ARCHITECTURE.md names every crate, and no crate that does not exist.";

/// Checks the files and prints what was found.
pub(crate) fn run() -> Result<(), String> {
    finding::report("tidy", check(&cmd::root())?)
}

fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let files = files::read(root)?;
    let mut findings: Vec<Finding> = files.iter().flat_map(check_file).collect();
    findings.extend(architecture::check(&files));
    Ok(findings)
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = text::check(file);
    if rust::is_ours(&file.path) {
        findings.extend(rust::check(file));
    }
    findings
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_files_are_tidy() {
        if let Err(message) = super::run() {
            panic!("{message}; each is printed above with what to do");
        }
    }
}
