//! The project's own tasks: `cargo xtask <command>`.
//!
//! One file is one command (`test`, `ci`, `policy`, `tidy`, `bench`) or one thing that a command needs.
//! Nothing here is part of what users of Retell build, so the only dependency is a JSON reader.
//! The checks of `policy` and `tidy` are tests of this crate too: whoever runs the tests runs them.

#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person at the terminal"
)]

mod bench;
mod ci;
mod cmd;
mod finding;
mod policy;
mod servers;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
The tasks of this repository.

Usage: cargo xtask <COMMAND> [--help]

Commands:
  test [FILTER]  Run all tests: unit, integration, example and documentation tests
  ci             Run everything that a change must pass, in order, stopping at the first failure
  policy         Check dependencies (licences, sources, banned crates, layers) and tidiness
  tidy           Check the files of this repository
  bench          Measure retell, the raw engine and peers side by side

`cargo xtask <COMMAND> --help` says what a command does.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Reported) => ExitCode::FAILURE,
        Err(Failure::Task(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

/// Why the program ends with a failure.
#[derive(Debug, PartialEq)]
enum Failure {
    /// The task ran and did not succeed.
    Task(String),
    /// The task did not succeed and has said so itself.
    Reported,
    /// The command line asks for something that does not exist.
    Usage(String),
}

fn dispatch(arguments: &[&str]) -> Result<(), Failure> {
    let Some((&command, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    let help = match command {
        "help" | "-h" | "--help" => HELP,
        "test" => test::HELP,
        "ci" => ci::HELP,
        "policy" => policy::HELP,
        "tidy" => tidy::HELP,
        "bench" => bench::HELP,
        _ => return Err(Failure::Usage(format!("there is no command `{command}`"))),
    };
    if help == HELP || rest.iter().any(|word| matches!(*word, "-h" | "--help")) {
        println!("{help}");
        return Ok(());
    }
    if command == "bench" {
        return bench::run(rest);
    }
    if let Some(option) = rest.iter().find(|word| word.starts_with('-')) {
        return Err(Failure::Usage(format!("`{command}` has no option `{option}`")));
    }
    match (command, rest) {
        ("test", []) => test::run(None),
        ("test", [filter]) => test::run(Some(filter)),
        ("ci", []) => ci::run().map_err(Failure::Task),
        ("policy", []) => policy::run().map_err(Failure::Task),
        ("tidy", []) => tidy::run().map_err(Failure::Task),
        _ => Err(Failure::Usage(format!("`{command}` takes fewer arguments"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_is_a_usage_error() {
        assert_eq!(dispatch(&["tset"]), Err(Failure::Usage("there is no command `tset`".into())));
    }

    #[test]
    fn options_and_words_that_a_command_does_not_take_are_usage_errors() {
        assert!(matches!(dispatch(&["test", "--fast"]), Err(Failure::Usage(_))));
        assert!(matches!(dispatch(&["tidy", "x"]), Err(Failure::Usage(_))));
        assert!(matches!(dispatch(&["test", "a", "b"]), Err(Failure::Usage(_))));
    }

    #[test]
    fn help_never_starts_the_task() {
        for command in ["test", "ci", "policy", "tidy", "bench"] {
            assert_eq!(dispatch(&[command, "--help"]), Ok(()));
        }
    }
}
