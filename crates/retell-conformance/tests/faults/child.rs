//! The child: this program, run again with a role.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{kill, processes};

const ROLE: &str = "RETELL_CHILD";
const FOLDER: &str = "RETELL_CHILD_FOLDER";

/// A child in this role, working in this folder.
pub(crate) fn command(role: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("the program knows its file"));
    command.args(["--exact", "child::as_child", "--nocapture", "--test-threads=1"]);
    command.env(ROLE, role).env(FOLDER, folder);
    command
}

/// No test: what a child does. Without a role it does nothing.
#[test]
fn as_child() {
    let Ok(role) = env::var(ROLE) else { return };
    let folder = PathBuf::from(env::var_os(FOLDER).expect("a child has a folder"));
    match role.as_str() {
        "kill" => kill::write_until_killed(&folder, true),
        "kill, acknowledging too early" => kill::write_until_killed(&folder, false),
        "writer" => processes::write_and_follow(&folder),
        "checkpointer" => processes::checkpoint_until_told(&folder),
        other => panic!("a child has no role {other}"),
    }
}
