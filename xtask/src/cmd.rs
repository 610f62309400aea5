//! How tasks start cargo, and where the repository is.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The root of the repository.
///
/// Cargo and nextest both set the variable when they run this program or its tests; the value
/// from compile time serves a binary that is started by hand.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// The cargo that runs this program, started at the root of the repository.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Whether `cargo <plugin>` can be run here.
pub(crate) fn has_plugin(plugin: &str) -> bool {
    cargo(&[plugin, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether this is an unattended run, in which `Cargo.lock` must not change.
///
/// Build services set `CI`; a person may set it to an empty word or to `false` to undo that.
pub(crate) fn unattended() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Runs a command to its end with its output going straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{} did not start: {error}", show(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", show(command))) }
}

/// The command as a person would type it.
pub(crate) fn show(command: &Command) -> String {
    let mut words = vec!["cargo".to_owned()];
    words.extend(command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.contains(' ') { format!("\"{word}\"") } else { word.into_owned() }
    }));
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.toml").is_file());
        assert!(root().join("xtask").is_dir());
    }

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        assert_eq!(show(&cargo(&["doc", "--no-deps", "a b"])), "`cargo doc --no-deps \"a b\"`");
    }

    #[test]
    fn a_plugin_that_nobody_has_is_absent() {
        assert!(!has_plugin("no-such-plugin-anywhere"));
    }

    #[test]
    fn a_failing_command_is_reported_by_name() {
        let mut command = cargo(&["no-such-plugin-anywhere"]);
        command.stderr(Stdio::null());
        let message = run(&mut command).expect_err("cargo has no such command");
        assert!(message.starts_with("`cargo no-such-plugin-anywhere` ended with"), "{message}");
    }
}
