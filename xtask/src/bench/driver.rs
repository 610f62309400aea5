//! The programs that measure: built once, started for each measurement.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::options::Options;
use super::places::Place;
use super::plan::{Case, PEERS};
use crate::cmd;

/// The programs by subject, and why others are left out.
pub(super) struct Drivers {
    programs: BTreeMap<String, PathBuf>,
    left_out: Vec<String>,
}

/// The folder of the benchmarks.
pub(super) fn folder() -> PathBuf {
    cmd::root().join("bench")
}

impl Drivers {
    /// Builds what is asked for. A peer that cannot be built is left out; retell and raw must be.
    pub(super) fn build(options: &Options) -> Result<Self, String> {
        let mut drivers = Self { programs: BTreeMap::new(), left_out: Vec::new() };
        let target = folder().join("target");
        println!("building retell and the raw programs");
        build(&folder(), &target, &["--package", "bench-retell", "--package", "bench-raw"])?;
        for subject in ["retell", "raw"] {
            drivers.programs.insert(subject.into(), program(&target, &format!("bench-{subject}")));
        }
        for peer in PEERS.iter().filter(|peer| options.wants_peer(peer.name)) {
            println!("building {}", peer.name);
            let peers = target.join("peers");
            match build(&folder().join("peers").join(peer.name), &peers, &[]) {
                Ok(()) => {
                    let name = format!("bench-{}", peer.name);
                    drivers.programs.insert(peer.name.into(), program(&peers, &name));
                }
                Err(reason) => drivers.left_out.push(format!("{}: {reason}", peer.name)),
            }
        }
        Ok(drivers)
    }

    pub(super) fn has(&self, subject: &str) -> bool {
        self.programs.contains_key(subject)
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &str> {
        self.programs.keys().map(String::as_str)
    }

    pub(super) fn print_left_out(&self) {
        for line in &self.left_out {
            println!("left out: {line}");
        }
    }

    /// Stores what a case begins with.
    pub(super) fn prepare(&self, case: &Case, place: &Place) -> Result<(), String> {
        let mut command = self.command(case.owner(), "prepare", case, place)?;
        command.args(["--streams", &case.fill.streams.to_string()]);
        command.args(["--events", &case.fill.events.to_string()]);
        text(command).map(drop)
    }

    /// Measures a case once.
    pub(super) fn run(&self, case: &Case, place: &Place) -> Result<Value, String> {
        let mut command = self.command(case.subject, "run", case, place)?;
        command.args(["--streams", &case.fill.streams.to_string()]);
        command.args(["--events", &case.events.to_string()]);
        command.args(["--callers", &case.callers.to_string()]);
        command.args(["--seconds", &case.seconds.to_string()]);
        if let Some(count) = case.count {
            command.args(["--count", &count.to_string()]);
        }
        let printed = text(command)?;
        let line = printed.lines().last().unwrap_or_default();
        serde_json::from_str(line).map_err(|error| format!("{} printed {line:?}: {error}", case.subject))
    }

    /// Runs SQL on a PostgreSQL server, one statement after the other; what is selected comes
    /// back as lines, with tabs between the columns.
    pub(super) fn sql(&self, url: &str, statements: &[&str]) -> Result<String, String> {
        let mut command = self.program("raw")?;
        command.args(["sql", url]).args(statements);
        text(command)
    }

    fn program(&self, subject: &str) -> Result<Command, String> {
        let program = self.programs.get(subject).ok_or_else(|| format!("{subject} was not built"))?;
        Ok(Command::new(program))
    }

    fn command(&self, subject: &str, action: &str, case: &Case, place: &Place) -> Result<Command, String> {
        let mut command = self.program(subject)?;
        command.args([action, case.workload, "--engine", case.engine, "--variant", &case.variant]);
        command.arg("--dir").arg(&place.folder).arg("--url").arg(&place.url);
        Ok(command)
    }
}

fn build(folder: &Path, target: &Path, words: &[&str]) -> Result<(), String> {
    if !folder.join("Cargo.toml").is_file() {
        return Err("it has no driver here".into());
    }
    let mut command = cmd::cargo(&["build", "--release", "--quiet"]);
    command.args(words).current_dir(folder).env("CARGO_TARGET_DIR", target);
    cmd::run(&mut command)
}

fn program(target: &Path, name: &str) -> PathBuf {
    target.join("release").join(name)
}

/// What a command prints, if it succeeds.
fn text(mut command: Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{} did not start: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", output.status, said.lines().last().unwrap_or("it said nothing")))
}
