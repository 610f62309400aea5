//! The program as a user runs it: import, check, state, and wrong input.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, in which the program is run.
struct Desk(TempDir);

/// What the program answered.
struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn run(&self, args: &[&str]) -> Answer {
        let output = self.command(args).output().expect("runs");
        Answer::of(&output)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpdesk"));
        command.current_dir(self.0.path()).args(args).env_remove("HELPDESK_STORE").env_remove("RETELL_STORE");
        command
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("writes");
        path
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    fn state(&self, args: &[&str]) -> Value {
        let mut all = vec!["state", "--json"];
        all.extend(args);
        let answer = self.run(&all);
        assert_eq!(answer.code, 0, "{}", answer.err);
        serde_json::from_str(&answer.out).expect("JSON")
    }
}

impl Answer {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self {
            code: output.status.code().expect("ended by itself"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// One error line, perhaps a hint, and nothing on the standard output.
    #[track_caller]
    fn refused(&self, code: i32, said: &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.contains(said), "{}", self.err);
        assert_eq!(self.err.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{}", self.err);
    }
}

const HEADER: &str = "number,incident_state,reassignment_count,reopen_count,sys_updated_by,sys_updated_at,caller_id,\
                      opened_by,opened_at,priority,assignment_group,assigned_to";

fn log(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

const ROWS: [&str; 4] = [
    "INC1,New,0,0,Updated by 1,01-03-2016 10:00,Caller 7,Opened by 1,01-03-2016 09:55,3 - Moderate,Group 1,?",
    "INC1,Active,0,0,Updated by 2,01-03-2016 10:00,Caller 7,Opened by 1,01-03-2016 09:55,2 - High,Group 1,Resolver 5",
    "INC2,Awaiting Evidence,0,0,Updated by 1,01-03-2016 11:00,Caller 8,Opened by 1,01-03-2016 10:55,3 - Moderate,?,?",
    "INC1,Closed,1,0,Updated by 3,02-03-2016 08:00,Caller 7,Opened by 1,01-03-2016 09:55,2 - High,Group 2,?",
];

/// The real incident log, or nothing where the folder is absent.
fn real_log() -> Option<PathBuf> {
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

#[test]
fn a_log_becomes_history_and_can_be_checked() {
    let desk = Desk::new();
    let file = desk.file("log.csv", log(&ROWS));
    let file = file.to_str().expect("UTF-8");
    let first = desk.run(&["import", file]);
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.contains("       4 rows\n       0 of them stored before"), "{}", first.out);
    assert!(first.out.contains("       2 tickets"), "{}", first.out);
    assert_eq!(desk.run(&["import", "--check", file]).code, 0);

    let again = desk.run(&["import", file]);
    assert!(
        again.out.contains("       4 of them stored before") && again.out.contains("events, 0 of them new")
    );

    let state = desk.state(&["INC1"]);
    let shown = ["status", "priority", "group", "assignee", "customer", "reopen_count", "reassignment_count"];
    let shown = shown.map(|field| state[field].clone());
    assert_eq!(
        shown,
        [
            "closed".into(),
            "high".into(),
            "Group 2".into(),
            Value::Null,
            "Caller 7".into(),
            0.into(),
            1.into()
        ]
    );
    for field in ["id", "version", "escalated", "response_due", "time_left"] {
        assert!(state.get(field).is_some(), "{field} is missing");
    }
    // A word that no sample showed is kept.
    assert_eq!(desk.state(&["INC2"])["status"], "Awaiting Evidence");
}

#[test]
fn the_past_is_a_version_or_a_time() {
    let desk = Desk::new();
    let file = desk.file("log.csv", log(&ROWS));
    assert_eq!(desk.run(&["import", file.to_str().expect("UTF-8")]).code, 0);
    let first = desk.state(&["INC1", "--at", "1"]);
    assert_eq!(
        (&first["version"], &first["status"], &first["assignee"]),
        (&1.into(), &"new".into(), &Value::Null)
    );
    let then = desk.state(&["INC1", "--at", "2016-03-01 12:00", "--effective"]);
    assert_eq!((&then["status"], &then["assignee"]), (&"active".into(), &"Resolver 5".into()));
    assert_eq!(then["time_left"], 8 * 3600 - 2 * 3600 - 5 * 60);
    // Nothing of it was recorded in 2016.
    desk.run(&["state", "INC1", "--at", "2016-03-01T12:00:00Z"]).refused(3, "did not exist then");
    desk.run(&["state", "INC1", "--at", "0"]).refused(3, "did not exist then");
    assert_eq!(desk.state(&["INC1", "--at", "9999-01-01"])["status"], "closed");
    let wrong = desk.run(&["state", "INC1", "--at", "yesterday"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("neither a version like 17 nor a time like"), "{}", wrong.err);
}

#[test]
fn a_check_finds_what_differs() {
    let desk = Desk::new();
    let file = desk.file("log.csv", log(&ROWS[..3]));
    assert_eq!(desk.run(&["import", file.to_str().expect("UTF-8")]).code, 0);
    let longer = desk.file("longer.csv", log(&ROWS));
    let answer = desk.run(&["import", "--check", longer.to_str().expect("UTF-8")]);
    answer.refused(4, "1 tickets differ from the log");
    assert!(answer.out.contains("INC1: status is \"active\", the log says \"closed\""), "{}", answer.out);
    let other = desk.file("other.csv", log(&[&ROWS[0].replace("INC1", "INC9")]));
    let answer = desk.run(&["import", "--check", other.to_str().expect("UTF-8")]);
    answer.refused(4, "1 tickets differ from the log");
    assert!(answer.out.contains("INC9: not in the store"), "{}", answer.out);
}

#[test]
fn broken_rows_are_refused_one_by_one_and_can_be_mended() {
    let desk = Desk::new();
    let broken = ROWS[1].replace("01-03-2016 10:00", "31-02-2016 10:00");
    let file = desk.file("log.csv", log(&[ROWS[0], &broken, ROWS[2]]));
    let file = file.to_str().expect("UTF-8");
    let answer = desk.run(&["import", file]);
    answer.refused(4, "1 rows were refused");
    assert!(answer.out.contains("refused: line 3: "), "{}", answer.out);
    assert_eq!(desk.state(&["INC2"])["status"], "Awaiting Evidence");

    desk.file("log.csv", log(&[ROWS[0], ROWS[1], ROWS[2]]));
    let answer = desk.run(&["import", file]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert_eq!(desk.state(&["INC1"])["assignee"], "Resolver 5");
}

#[test]
fn a_row_that_says_something_else_now_is_refused() {
    let desk = Desk::new();
    let file = desk.file("log.csv", log(&ROWS));
    let file = file.to_str().expect("UTF-8");
    assert_eq!(desk.run(&["import", file]).code, 0);
    let before = desk.state(&["INC1"]);
    desk.file("log.csv", log(&ROWS).replace("Resolver 5", "Resolver 6"));
    let answer = desk.run(&["import", file]);
    answer.refused(4, "rows were refused");
    assert!(answer.out.contains("refused: line 3: this row was imported earlier"), "{}", answer.out);
    assert_eq!(desk.state(&["INC1"]), before);
}

#[test]
fn files_that_are_no_log_store_nothing() {
    let desk = Desk::new();
    let import = |name: &str| desk.run(&["import", name]);
    import("none.csv").refused(4, "there is no file none.csv");
    import(".").refused(4, "is a directory");
    desk.file("empty.csv", "");
    import("empty.csv").refused(4, "the file is empty");
    desk.file("columns.csv", "number,priority\nINC1,3 - Moderate\n");
    import("columns.csv").refused(4, "lacks the columns incident_state");
    desk.file("semicolons.csv", log(&ROWS).replace(',', ";"));
    import("semicolons.csv").refused(4, "separate them by commas");
    desk.file(
        "latin1.csv",
        log(&ROWS)
            .replace("Group", "Gr\u{0}pe")
            .replace('\u{0}', "\u{fc}")
            .chars()
            .map(|c| c as u8)
            .collect::<Vec<u8>>(),
    );
    import("latin1.csv").refused(4, "not UTF-8");
    let utf16: Vec<u8> = log(&ROWS).encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk.file("utf16.csv", utf16);
    import("utf16.csv").refused(4, "UTF-16");
    desk.file("store.db", [0, 159, 146, 150]);
    import("store.db").refused(4, "no text");
    assert!(!desk.has("helpdesk.db"), "a file that is no log must not even create the store");

    // Other line ends and a byte order mark are no matter.
    desk.file("windows.csv", format!("\u{feff}{}", log(&ROWS).replace('\n', "\r\n")));
    assert_eq!(import("windows.csv").code, 0);
}

#[test]
fn stores_that_are_none_or_not_ours_are_refused() {
    let desk = Desk::new();
    desk.file("text.db", "this is no database, however long it may be, and it stays as it is".repeat(50));
    let state = |store: &str| desk.run(&["state", "INC1", "--store", store]);
    state("sqlite:text.db").refused(1, "is no SQLite database");
    state("sqlite:none.db").refused(1, "there is no store at");
    assert!(!desk.has("none.db"));
    state("sqlite:.").refused(1, "is a directory");
    state("helpdesk.db").refused(2, "write for example sqlite:helpdesk.db");
    state("mongodb:x").refused(2, "no engine knows the scheme \"mongodb:\"");

    let open = |name: &str| rusqlite::Connection::open(desk.0.path().join(name)).expect("opens");
    open("other.db")
        .execute_batch("CREATE TABLE invoices (id); PRAGMA application_id = 77;")
        .expect("creates");
    desk.run(&["demo", "--once", "--store", "sqlite:other.db"]).refused(1, "database of another application");

    let file = desk.file("log.csv", log(&ROWS));
    let import = ["import", file.to_str().expect("UTF-8"), "--store", "sqlite:newer.db"];
    assert_eq!(desk.run(&import).code, 0);
    open("newer.db").execute_batch("PRAGMA user_version = 99;").expect("changes");
    desk.run(&import).refused(1, "has format 99, this program knows 1");

    // A store of events, but not of a desk.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite:{}", desk.0.path().join("orders.db").display());
        let store = retell::open(&url).await.expect("opens");
        let event = retell::store::NewEvent::new(
            retell::store::EventType::new("ordered").expect("a type"),
            retell::store::Payload::parse("{}").expect("JSON"),
        );
        let stream = retell::StreamName::new("order", "1").expect("a stream");
        let commit = retell::store::Commit::new().write(stream, retell::Expected::Any, vec![event]);
        store.append(commit).await.expect("stored");
        store.close().await;
    });
    desk.run(&["demo", "--once", "--store", "sqlite:orders.db"])
        .refused(1, "is not the store of a ticket desk");
    state("sqlite:orders.db").refused(1, "is not the store of a ticket desk");
}

#[test]
fn an_unknown_ticket_is_told() {
    let desk = Desk::new();
    let file = desk.file("log.csv", log(&ROWS));
    assert_eq!(desk.run(&["import", file.to_str().expect("UTF-8")]).code, 0);
    desk.run(&["state", "INC404"]).refused(3, "there is no ticket INC404");
    desk.run(&["state", "a\nb"]).refused(4, "control and invisible characters");
}

#[test]
fn the_real_log_is_imported_once_however_often_it_is_run() {
    let Some(file) = real_log() else { return };
    let file = file.to_str().expect("UTF-8");
    let desk = Desk::new();
    // Four at once end as one.
    let running: Vec<_> = (0..4)
        .map(|_| {
            let mut command = desk.command(&["import", file]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().expect("starts")
        })
        .collect();
    let mut new = 0;
    for process in running {
        let answer = Answer::of(&process.wait_with_output().expect("ends"));
        assert_eq!(answer.code, 0, "{}", answer.err);
        let line = answer.out.lines().find(|line| line.ends_with("of them new")).expect("a count").to_owned();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], "8337");
        new += words[2].parse::<u64>().expect("a number");
        assert!(answer.out.contains("    4137 rows\n") && answer.out.contains("     600 tickets\n"));
        assert!(answer.out.contains("general corrections: 0.00 %"), "{}", answer.out);
    }
    assert_eq!(new, 8_337, "each event is stored by exactly one of them");
    let check = desk.run(&["import", "--check", file]);
    assert_eq!(check.code, 0, "{}", check.out);
    assert!(check.out.contains("600 tickets checked, 0 differ, 0 rows refused"), "{}", check.out);
}

/// A place of its own on the PostgreSQL server that the tests are given.
fn postgres() -> Option<String> {
    let server = std::env::var("RETELL_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    let Some(server) = server else {
        #[expect(clippy::print_stderr, reason = "a skipped test says why")]
        {
            eprintln!(
                "skipped: RETELL_TEST_POSTGRES is not set; `cargo xtask test` starts a server and sets it"
            );
        }
        return None;
    };
    let separator = if server.contains('?') { '&' } else { '?' };
    let schema = retell::CommitId::new().to_string().replace('-', "_");
    Some(format!("{server}{separator}schema=desk_{schema}"))
}

#[test]
fn every_command_works_on_postgres_too() {
    let Some(store) = postgres() else { return };
    let desk = Desk::new();
    desk.run(&["state", "INC1", "--store", &store]).refused(1, "there is no");
    let file = desk.file("log.csv", log(&ROWS));
    let file = file.to_str().expect("UTF-8");
    let import = desk.run(&["import", file, "--store", &store]);
    assert_eq!(import.code, 0, "{}", import.err);
    assert!(!desk.has("helpdesk.db"));
    assert!(desk.run(&["import", file, "--store", &store]).out.contains("events, 0 of them new"));
    assert_eq!(desk.run(&["import", "--check", file, "--store", &store]).code, 0);
    assert_eq!(desk.state(&["INC1", "--store", &store])["status"], "closed");
    assert_eq!(desk.state(&["INC1", "--at", "1", "--store", &store])["status"], "new");
    let stats: Value =
        serde_json::from_str(&desk.run(&["stats", "--json", "--store", &store]).out).expect("JSON");
    assert_eq!(stats["streams"], 2);
    assert_eq!(desk.run(&["show", "ticket/INC1", "--json", "--store", &store]).code, 0);
    assert!(desk.run(&["tail", "-n", "1", "--store", &store]).out.contains("ticket/INC1"));
}

#[test]
fn the_real_log_imported_by_four_processes_into_postgres_is_as_by_one() {
    let (Some(file), Some(store)) = (real_log(), postgres()) else { return };
    let file = file.to_str().expect("UTF-8");
    let desk = Desk::new();
    let running: Vec<_> = (0..4)
        .map(|_| {
            let mut command = desk.command(&["import", file, "--store", &store]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().expect("starts")
        })
        .collect();
    for process in running {
        let answer = Answer::of(&process.wait_with_output().expect("ends"));
        assert_eq!(answer.code, 0, "{}", answer.err);
    }
    let stats: Value =
        serde_json::from_str(&desk.run(&["stats", "--json", "--store", &store]).out).expect("JSON");
    assert_eq!((&stats["events"], &stats["streams"]), (&8_337.into(), &600.into()));
    // By one process, into SQLite: the same states.
    assert_eq!(desk.run(&["import", file]).code, 0);
    for store in [store.as_str(), "sqlite:helpdesk.db"] {
        let check = desk.run(&["import", "--check", file, "--store", store]);
        assert!(check.code == 0 && check.out.contains("600 tickets checked, 0 differ"), "{}", check.out);
    }
    for ticket in ["INC0000045", "INC0000137", "INC0001041"] {
        let mut states =
            [store.as_str(), "sqlite:helpdesk.db"].map(|store| desk.state(&[ticket, "--store", store]));
        for state in &mut states {
            state["time_left"] = Value::Null;
        }
        assert_eq!(states[0], states[1]);
    }
}

#[test]
fn an_interrupted_import_is_continued() {
    let Some(file) = real_log() else { return };
    let file = file.to_str().expect("UTF-8");
    let desk = Desk::new();
    let mut killed = 0;
    for _ in 0..6 {
        let mut process =
            desk.command(&["import", file]).stdout(std::process::Stdio::null()).spawn().expect("starts");
        // Killed as soon as the store has grown since, or finished before.
        let store = desk.0.path().join("helpdesk.db-wal");
        let size = fs::metadata(&store).map_or(0, |file| file.len());
        while process.try_wait().expect("asks").is_none() {
            if fs::metadata(&store).map_or(0, |file| file.len()) > size + 100_000 {
                process.kill().expect("kills");
                killed += 1;
            }
        }
        process.wait().expect("ends");
    }
    assert!(killed > 0, "no import was interrupted");
    assert_eq!(desk.run(&["import", file]).code, 0);
    let check = desk.run(&["import", "--check", file]);
    assert_eq!(check.code, 0, "{}", check.out);
}

#[test]
fn the_demo_fills_an_empty_store_and_leaves_overdue_tickets() {
    let desk = Desk::new();
    let demo =
        |tickets: &str| desk.run(&["demo", "--once", "--tickets", tickets, "--store", "sqlite:demo.db"]);
    let answer = demo("150");
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("150 tickets"), "{}", answer.out);
    // One ticket in fifty: 40 of the 2,000 that are the default.
    assert!(answer.out.contains("3 tickets were left open: overdue, and not escalated"), "{}", answer.out);
    assert_eq!(answer.out.matches("\nTicket ").count(), 3, "three versions: {}", answer.out);
    for ticket in ["50", "100", "150"] {
        let state = desk.state(&[ticket, "--store", "sqlite:demo.db"]);
        assert_eq!((&state["status"], &state["escalated"]), (&"new".into(), &false.into()), "{state}");
        assert_eq!(state["time_left"], 0, "{state}");
    }
    // A store that has tickets is left as it is.
    let again = demo("150");
    assert!(!again.out.contains("Filled") && again.out.contains("The story of ticket"), "{}", again.out);
}

#[test]
fn an_interrupted_demo_is_continued() {
    let desk = Desk::new();
    let args = ["demo", "--once", "--tickets", "150", "--store", "sqlite:demo.db"];
    let mut process = desk.command(&args).stdout(std::process::Stdio::null()).spawn().expect("starts");
    let store = desk.0.path().join("demo.db-wal");
    while process.try_wait().expect("asks").is_none() {
        if fs::metadata(&store).map_or(0, |file| file.len()) > 500_000 {
            process.kill().expect("kills");
        }
    }
    assert_eq!(process.wait().expect("ends").code(), None, "it was killed");
    let answer = desk.run(&args);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let whole = Desk::new();
    assert_eq!(whole.run(&args).code, 0);
    let count = |desk: &Desk| {
        let stats = desk.run(&["stats", "--json", "--store", "sqlite:demo.db"]);
        serde_json::from_str::<Value>(&stats.out).expect("JSON")["events"].clone()
    };
    assert_eq!(count(&desk), count(&whole));
}
