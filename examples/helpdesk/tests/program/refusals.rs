//! Wrong input: one clear message, and nothing stored.

use super::kit::*;

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
