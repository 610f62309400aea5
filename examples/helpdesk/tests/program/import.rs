//! Importing, checking, and the past.

use serde_json::Value;

use super::kit::*;

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
