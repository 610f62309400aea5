//! The demo.

use std::fs;

use serde_json::Value;

use super::kit::*;

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
