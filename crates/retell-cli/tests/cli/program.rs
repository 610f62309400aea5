//! The program itself, on stores in SQLite: exit codes, messages, signals.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

const LOG: &str =
    "case;what;when\n7;opened;2010-01-04 08:57:16\n8;opened;2010-01-05 10:00\n7;closed;2010-01-03 10:00\n";
const COLUMNS: [&str; 8] =
    ["--category", "ticket", "--stream-column", "case", "--type-column", "what", "--time-column", "when"];

/// A folder in which the program runs.
struct Desk(TempDir);

impl Desk {
    /// With a log and no store.
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("log.csv"), LOG).expect("it is written");
        Self(folder)
    }

    /// With a store that holds the log.
    fn imported() -> Self {
        let desk = Self::new();
        desk.import("log.csv").succeeds();
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retell"));
        command.args(args).current_dir(self.0.path()).env_remove("RETELL_STORE").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("it runs"))
    }

    /// Runs a command on the store.
    fn desk(&self, args: &[&str]) -> Ran {
        self.run(&[&["--store", "sqlite:desk.db"], args].concat())
    }

    fn import(&self, file: &str) -> Ran {
        self.desk(&[&["import", file], &COLUMNS[..]].concat())
    }
}

/// How the program ended.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn succeeds(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// Ends with this code and prints nothing but this error.
    #[track_caller]
    fn fails(self, code: i32, err: &str) {
        assert_eq!((self.code, self.out.as_str(), self.err.as_str()), (Some(code), "", err));
    }
}

#[test]
fn from_a_file_to_figures() {
    let desk = Desk::new();
    let first = desk.import("log.csv").succeeds();
    assert_eq!(
        first,
        "rows           3\nstreams        2\nevents added   3\nalready there  0\nrefused        0\n"
    );
    let second = desk.import("log.csv").succeeds();
    assert_eq!(
        second,
        "rows           3\nstreams        2\nevents added   0\nalready there  3\nrefused        0\n"
    );

    let stats = desk.desk(&["stats", "--json"]).succeeds();
    assert!(stats.contains(r#""engine":"sqlite""#), "{stats}");
    assert!(stats.contains(r#""events":3,"streams":2,"commits":2,"#), "{stats}");
    assert!(
        stats.contains(r#""types":[{"type":"opened","count":2},{"type":"closed","count":1}]"#),
        "{stats}"
    );
    assert_eq!(
        desk.desk(&["streams", "--json"]).succeeds(),
        "{\"stream\":\"ticket/7\",\"version\":2}\n{\"stream\":\"ticket/8\",\"version\":1}\n"
    );
    let shown = desk.desk(&["show", "ticket/7", "--json"]).succeeds();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2);
    for (line, parts) in [
        (
            lines[0],
            [
                r#""version":1,"stream":"ticket/7","type":"opened","schema":1,"#,
                r#""effective_at":"2010-01-04T08:57:16Z""#,
            ],
        ),
        (
            lines[1],
            [
                r#""version":2,"stream":"ticket/7","type":"closed","schema":1,"#,
                r#""effective_at":"2010-01-03T10:00:00Z""#,
            ],
        ),
    ] {
        assert!(line.starts_with("{\"position\":") && parts.iter().all(|part| line.contains(part)), "{line}");
    }
    assert_eq!(desk.desk(&["tail", "-n", "2", "--json"]).succeeds().lines().count(), 2);
}

#[test]
fn the_store_may_be_named_anywhere() {
    let desk = Desk::imported();
    let after = desk.run(&["streams", "--limit", "1", "--store", "sqlite:desk.db"]).succeeds();
    let output = desk.command(["streams", "--limit", "1"]).env("RETELL_STORE", "sqlite:desk.db").output();
    assert_eq!(Ran::of(output.expect("it runs")).succeeds(), after);
}

#[test]
fn a_store_must_be_named() {
    let desk = Desk::new();
    let told = "error: no store is named\nhint: add --store URL, for example --store sqlite:helpdesk.db, or set \
                RETELL_STORE\n";
    desk.run(&["stats"]).fails(2, told);
    let output = desk.command(["stats"]).env("RETELL_STORE", "").output().expect("it runs");
    Ran::of(output).fails(2, told);
}

#[test]
fn a_url_that_is_none() {
    let desk = Desk::new();
    for (url, told) in [
        ("desk.db", "\"desk.db\" is no URL of a store: write for example sqlite:desk.db or memory:"),
        (
            "mysql:desk",
            "no engine knows the scheme \"mysql:\": this program knows memory:, sqlite:FILE and \
             postgres://HOST/DATABASE",
        ),
        ("sqlite:", "\"sqlite:\" cannot be opened: it names no file: write for example sqlite:helpdesk.db"),
        ("memory:", "\"memory:\" cannot be opened: a store in memory is always new: there is none to open"),
        (
            "\u{1b}[31m",
            "\"\\u{1b}[31m\" is no URL of a store: write for example sqlite:\\u{1b}[31m or memory:",
        ),
    ] {
        desk.run(&["--store", url, "stats"]).fails(2, &format!("error: {told}\n"));
    }
}

#[test]
fn reading_never_creates_a_store() {
    let desk = Desk::new();
    for args in [&["stats"][..], &["streams"], &["show", "ticket/7"], &["tail"], &["tail", "--follow"]] {
        let ran = desk.desk(args);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
        assert!(
            ran.err.starts_with("error: there is no store at ") && ran.err.contains("desk.db"),
            "{ran:?}"
        );
    }
    assert!(!desk.path("desk.db").exists());
}

#[test]
fn files_that_are_no_store() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).expect("a folder");
    for (url, told) in
        [("sqlite:log.csv", "log.csv is no SQLite database"), ("sqlite:folder", "folder is a directory")]
    {
        let ran = desk.run(&["--store", url, "stats"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.err.starts_with("error: ") && ran.err.contains(told), "{ran:?}");
        let import = [&["--store", url, "import", "log.csv"][..], &COLUMNS].concat();
        assert_eq!(desk.run(&import).code, Some(1));
    }
    assert_eq!(fs::read_to_string(desk.path("log.csv")).expect("it is there"), LOG);
}

#[test]
fn a_stream_that_is_not_there() {
    Desk::imported()
        .desk(&["show", "ticket/9"])
        .fails(3, "error: there is no stream ticket/9\nhint: `retell streams` lists the streams there are\n");
}

#[test]
fn a_file_that_is_refused_stores_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("latin.csv"), b"case;what;when\n7;ge\xf6ffnet;2010-01-04\n").expect("it is written");
    fs::write(desk.path("other.csv"), "id;what;when\n").expect("it is written");
    fs::write(desk.path("empty.csv"), "").expect("it is written");
    fs::write(desk.path("broken.csv"), "case;what;when\n7;opened;never\n").expect("it is written");
    for file in ["latin.csv", "other.csv", "empty.csv", "missing.csv", "."] {
        let ran = desk.import(file);
        assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{ran:?}");
        assert!(ran.err.starts_with("error: ") && ran.err.contains("\nhint: "), "{ran:?}");
    }
    // A file of which every row is broken gets a report, and no store either.
    let ran = desk.import("broken.csv");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.out.contains("refused        1\n  line 2: column \"when\": the time \"never\""), "{ran:?}");
    assert!(!desk.path("desk.db").exists());
}

#[test]
fn rows_that_are_refused_are_told_and_the_others_are_stored() {
    let desk = Desk::new();
    let broken: String = (0..25).map(|_| "9;opened\n").collect();
    fs::write(desk.path("some.csv"), format!("{LOG}{broken}")).expect("it is written");
    let ran = desk.import("some.csv");
    assert_eq!(ran.code, Some(4));
    assert_eq!(ran.out.lines().count(), 5 + 20 + 1);
    assert!(ran.out.ends_with("  and 5 more: --json lists them all\n"), "{ran:?}");
    assert!(ran.err.starts_with("error: 25 of 28 rows were refused\nhint: mend these rows"), "{ran:?}");
    let json = desk.desk(&[&["import", "some.csv", "--json"], &COLUMNS[..]].concat());
    assert_eq!(json.out.matches("\"line\":").count(), 25);
    assert!(json.out.starts_with("{\"rows\":28,\"streams\":2,\"added\":0,\"already_there\":3,"), "{json:?}");
}

#[test]
fn four_imports_at_once_end_as_one() {
    let desk = Desk::new();
    let rows: String = (0..5_000).map(|row| format!("{};a{row};2010-01-04\n", row % 500)).collect();
    fs::write(desk.path("many.csv"), format!("case;what;when\n{rows}")).expect("it is written");
    let args = [&["--store", "sqlite:desk.db", "import", "many.csv", "--json"][..], &COLUMNS].concat();
    let start =
        || desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let runs: Vec<Child> = (0..4).map(|_| start()).collect();
    let added = runs.into_iter().map(|run| {
        let text = Ran::of(run.wait_with_output().expect("it ends")).succeeds();
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        report["added"].as_u64().expect("a number")
    });
    assert_eq!(added.sum::<u64>(), 5_000);
    let stats = desk.desk(&["stats", "--json"]).succeeds();
    assert!(stats.contains(r#""events":5000,"streams":500,"#), "{stats}");
}

/// A killed import leaves whole commits, and the next one stores the rest.
#[test]
fn a_killed_import_is_continued() {
    let desk = Desk::new();
    let rows: String = (0..60_000).map(|row| format!("{};a{row};2010-01-04\n", row % 20_000)).collect();
    fs::write(desk.path("many.csv"), format!("case;what;when\n{rows}")).expect("it is written");
    let args = [&["--store", "sqlite:desk.db", "import", "many.csv"][..], &COLUMNS].concat();
    let mut first = desk.command(&args).stdout(Stdio::null()).spawn().expect("it runs");
    let events = |text: &str| {
        let stats: serde_json::Value = serde_json::from_str(text).expect("JSON");
        stats["events"].as_u64().expect("a number")
    };
    while first.try_wait().expect("it can be asked").is_none() {
        let ran = desk.desk(&["stats", "--json"]);
        if ran.code == Some(0) && events(&ran.out) > 0 {
            break;
        }
    }
    first.kill().expect("it can be killed");
    first.wait().expect("it has ended");
    let before = events(&desk.desk(&["stats", "--json"]).succeeds());
    assert_eq!(before % 3, 0, "commits are whole");
    let report = desk.import("many.csv").succeeds();
    assert!(report.contains(&format!("already there  {before}\n")), "{before}: {report}");
    assert_eq!(events(&desk.desk(&["stats", "--json"]).succeeds()), 60_000);
}

#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let desk = Desk::new();
    let rows: String = (0..20_000).map(|row| format!("{row};opened;2010-01-04\n")).collect();
    fs::write(desk.path("many.csv"), format!("case;what;when\n{rows}")).expect("it is written");
    desk.import("many.csv").succeeds();
    let args = ["--store", "sqlite:desk.db", "streams"];
    let mut run = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut first = [0; 1];
    run.stdout.take().expect("a pipe").read_exact(&mut first).expect("it prints");
    Ran::of(run.wait_with_output().expect("it ends")).succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_fails() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    let desk = Desk::imported();
    let output = desk.command(["--store", "sqlite:desk.db", "stats"]).stdout(full).output().expect("it runs");
    let ran = Ran::of(output);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with("error: the output cannot be written: "), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn following_sees_another_process_and_ends_with_ctrl_c() {
    let desk = Desk::imported();
    let args = ["--store", "sqlite:desk.db", "tail", "--follow", "-n", "1", "--json"];
    let mut run = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(run.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("it goes on").expect("UTF-8");
    assert!(next().contains("\"position\":3,"));
    fs::write(desk.path("more.csv"), "case;what;when\n9;opened;2010-01-06\n").expect("it is written");
    desk.import("more.csv").succeeds();
    let line = next();
    assert!(line.contains("\"stream\":\"ticket/9\""), "{line}");

    let id = run.id().to_string();
    let kill = Command::new("kill").args(["-INT", &id]).status().expect("there is kill");
    assert!(kill.success());
    let ended = Ran::of(run.wait_with_output().expect("it ends"));
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn help_says_what_there_is() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).succeeds();
    assert!(help.ends_with(&format!("{}\n", retell_cli::EXIT_CODES)), "{help}");
    for command in ["stats", "streams", "show", "tail", "import", "completions"] {
        let line = format!("\n  {command} ");
        assert!(help.contains(&line), "{help}");
        let own = desk.run(&[command, "--help"]).succeeds();
        assert!(own.contains("--store <URL>") && own.contains("RETELL_STORE"), "{own}");
    }
    let version = desk.run(&["--version"]).succeeds();
    assert_eq!(version, concat!("retell ", env!("CARGO_PKG_VERSION"), "\n"));
    for wrong in [&[][..], &["stat"], &["show"], &["tail", "-n", "x"], &["import", "log.csv"]] {
        let ran = desk.run(wrong);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    }
}

#[test]
fn completions_for_every_shell() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.run(&["completions", shell]).succeeds();
        assert!(script.contains("retell") && script.contains("stream-column"), "{shell}");
    }
    assert_eq!(desk.run(&["completions", "cmd"]).code, Some(2));
}

/// Every option says what it is for.
#[test]
fn every_option_is_documented() {
    fn check(command: &clap::Command, path: &str) {
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{path} {}", arg.get_id());
        }
        assert!(command.get_about().is_some(), "{path}");
        for sub in command.get_subcommands() {
            check(sub, &format!("{path} {}", sub.get_name()));
        }
    }
    let command = <retell_cli::Cli as clap::CommandFactory>::command();
    command.clone().debug_assert();
    check(&command, "retell");
    assert!(Path::new(env!("CARGO_BIN_EXE_retell")).exists());
}
