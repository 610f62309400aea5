//! A folder in which the program is run, and what it answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, in which the program is run.
pub(crate) struct Desk(pub(crate) TempDir);

/// What the program answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        let output = self.command(args).output().expect("runs");
        Answer::of(&output)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpdesk"));
        command.current_dir(self.0.path()).args(args).env_remove("HELPDESK_STORE").env_remove("RETELL_STORE");
        command
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("writes");
        path
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    pub(crate) fn state(&self, args: &[&str]) -> Value {
        let mut all = vec!["state", "--json"];
        all.extend(args);
        let answer = self.run(&all);
        assert_eq!(answer.code, 0, "{}", answer.err);
        serde_json::from_str(&answer.out).expect("JSON")
    }
}

impl Answer {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self {
            code: output.status.code().expect("ended by itself"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// One error line, perhaps a hint, and nothing on the standard output.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, said: &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.contains(said), "{}", self.err);
        assert_eq!(self.err.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{}", self.err);
    }
}

pub(crate) const HEADER: &str = "number,incident_state,reassignment_count,reopen_count,sys_updated_by,sys_updated_at,caller_id,\
                      opened_by,opened_at,priority,assignment_group,assigned_to";

pub(crate) fn log(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

pub(crate) const ROWS: [&str; 4] = [
    "INC1,New,0,0,Updated by 1,01-03-2016 10:00,Caller 7,Opened by 1,01-03-2016 09:55,3 - Moderate,Group 1,?",
    "INC1,Active,0,0,Updated by 2,01-03-2016 10:00,Caller 7,Opened by 1,01-03-2016 09:55,2 - High,Group 1,Resolver 5",
    "INC2,Awaiting Evidence,0,0,Updated by 1,01-03-2016 11:00,Caller 8,Opened by 1,01-03-2016 10:55,3 - Moderate,?,?",
    "INC1,Closed,1,0,Updated by 3,02-03-2016 08:00,Caller 7,Opened by 1,01-03-2016 09:55,2 - High,Group 2,?",
];

/// The real incident log, or nothing where the folder is absent.
pub(crate) fn real_log() -> Option<PathBuf> {
    let folder = std::env::var_os("RETELL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = folder.join("incidents.csv");
    if file.exists() {
        return Some(file);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    {
        eprintln!("skipped: there is no {} (set RETELL_DATA to its folder)", file.display());
    }
    None
}
