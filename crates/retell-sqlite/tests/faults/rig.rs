//! Runs a child of this binary under the shim.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::recording::Recording;

/// Tells the child what it is to do.
pub(crate) const ROLE: &str = "RETELL_FAULT_ROLE";
/// Tells the child and the shim where the database is.
pub(crate) const DATABASE: &str = "FAULT_DATABASE";
/// Tells the shim where to record.
const LOG: &str = "FAULT_LOG";

/// A folder with a database, the shim, and what it recorded.
#[derive(Debug)]
pub(crate) struct Rig {
    folder: TempDir,
    shim: PathBuf,
}

impl Rig {
    /// Builds the shim; nothing, and a printed reason, where that cannot be done.
    pub(crate) fn new() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            eprintln!("skipped: the shim is written for Linux");
            return None;
        }
        let folder = folder();
        let shim = folder.path().join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).output();
        match built {
            Ok(built) => {
                let said = String::from_utf8_lossy(&built.stderr);
                assert!(built.status.success(), "the shim cannot be built: {said}");
                std::fs::create_dir(folder.path().join("data")).unwrap();
                Some(Self { folder, shim })
            }
            Err(error) => {
                eprintln!("skipped: there is no C compiler to build the shim with (cc: {error})");
                None
            }
        }
    }

    /// Where the database is, alone in its folder.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("data").join(NAME)
    }

    /// Runs a child to its end, and returns what was recorded of it.
    pub(crate) fn run(&self, role: &str) -> Recording {
        let log = self.record();
        let mut command = child(role, &self.database());
        command.env("LD_PRELOAD", &self.shim).env(LOG, &log);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "the child {role:?} failed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Recording::read(&log)
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("record")
    }

    /// Keeps the folder, and tells where the record is.
    pub(crate) fn keep(self) -> PathBuf {
        let record = self.record();
        let _kept = self.folder.keep();
        record
    }
}

/// The name of the database in its folder.
pub(crate) const NAME: &str = "helpdesk.db";

/// The arguments with which this binary does what a role asks for, and nothing else.
pub(crate) const ARGUMENTS: [&str; 3] = ["child::child", "--exact", "--nocapture"];

/// This binary once more, in a role.
pub(crate) fn child(role: &str, database: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(ARGUMENTS).env(ROLE, role).env(DATABASE, database).stdin(Stdio::null());
    command
}

/// A new folder, in memory where there is a file system for that: a power cut
/// is tried many times, and no real disk takes part in it.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.or_else(|_| tempfile::tempdir()).unwrap()
}
