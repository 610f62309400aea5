//! `completions`: a script with which a shell completes the command line.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use crate::Failure;

/// Print a script with which your shell completes this command line
///
/// For bash: retell completions bash > ~/.local/share/bash-completion/completions/retell
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Writes the script for a program, which may be an application's own.
///
/// # Errors
/// [`Failure::Output`].
pub fn completions(program: &mut clap::Command, out: &mut dyn Write, shell: Shell) -> Result<(), Failure> {
    let name = program.get_name().to_owned();
    // Written to memory first: the generator panics where its output has gone.
    let mut script = Vec::new();
    clap_complete::generate(shell, program, name, &mut script);
    Ok(out.write_all(&script)?)
}
