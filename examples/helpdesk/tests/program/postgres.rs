//! The same on PostgreSQL.

use serde_json::Value;

use super::kit::*;

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
