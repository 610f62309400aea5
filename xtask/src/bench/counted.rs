//! Instructions per operation, counted by callgrind: the same on a busy machine.

use std::fs;
use std::process::{Command, Stdio};

use super::driver::folder;
use super::plan::number;
use crate::cmd;

const OPERATIONS: [(&str, &str); 4] = [
    ("fold", "apply one event"),
    ("decode", "a stored event of about 200 bytes to its type"),
    ("encode", "the same event to what an append takes, read back once"),
    ("queue", "one commit checked, queued, taken in a batch of 64, and answered"),
];

const FEW: u64 = 1_024;
const MANY: u64 = 11_264;

pub(super) fn run() -> Result<(), String> {
    let there =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("left out: valgrind is not installed");
        return Ok(());
    }
    let target = folder().join("target");
    let mut build = cmd::cargo(&["build", "--release", "--quiet", "--package", "bench-counted"]);
    cmd::run(build.current_dir(folder()).env("CARGO_TARGET_DIR", &target))?;
    println!("| operation | instructions | |\n| --- | ---: | --- |");
    for (operation, what) in OPERATIONS {
        let each = (instructions(operation, MANY)? - instructions(operation, FEW)?) / (MANY - FEW);
        println!("| {operation} | {} | {what} |", number(each));
    }
    Ok(())
}

/// How many instructions a run of the program takes.
fn instructions(operation: &str, times: u64) -> Result<u64, String> {
    let target = folder().join("target");
    let file = target.join(format!("callgrind-{}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(target.join("release/bench-counted"))
        .args([operation, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    let written = fs::read_to_string(&file);
    let _ = fs::remove_file(&file);
    if !output.status.success() {
        return Err(format!("{operation}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let written = written.map_err(|error| format!("callgrind wrote no file: {error}"))?;
    let total = written.lines().find_map(|line| {
        line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: "))?.trim().parse().ok()
    });
    total.ok_or_else(|| "callgrind counted nothing".into())
}
