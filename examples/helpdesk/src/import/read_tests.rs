//! What an incident log may look like, and what is said when it looks otherwise.

use std::path::Path;

use super::{IncidentLog, LogError};
use crate::domain::{Hold, Priority, Status};

const HEADER: &str = "number,incident_state,reassignment_count,reopen_count,caller_id,opened_at,sys_updated_by,\
sys_updated_at,priority,assignment_group,assigned_to";
const ROW: &str = "INC1,New,0,0,Caller 7,29-02-2016 01:16,Updated by 21,29-02-2016 01:23,2 - High,Group 56,?";

fn parse(text: &str) -> IncidentLog {
    IncidentLog::parse(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> Vec<String> {
    parse(text).refused.iter().map(ToString::to_string).collect()
}

fn error(content: &[u8]) -> String {
    IncidentLog::parse(content).unwrap_err().to_string()
}

#[test]
fn a_row_is_read() {
    let log = parse(&format!("{HEADER}\n{ROW}\n"));
    let [row] = &log.rows[..] else { panic!("{log:?}") };
    assert_eq!((row.ticket.as_str(), row.line, row.ordinal), ("INC1", 2, 1));
    assert_eq!((&row.status, &row.priority), (&Status::New, &Priority::High));
    assert_eq!((row.group.as_deref(), row.assignee.as_deref()), (Some("Group 56"), None));
    assert_eq!((row.reassignment_count, row.reopen_count), (Some(0), Some(0)));
    assert_eq!(row.actor().unwrap().as_str(), "agent/Updated by 21");
    assert_eq!(row.updated_at.to_string(), "2016-02-29T01:23:00Z");
    assert_eq!(row.opened_at.unwrap().to_string(), "2016-02-29T01:16:00Z");
}

#[test]
fn the_words_of_the_log_become_those_of_the_desk_and_others_are_kept() {
    let statuses = [
        ("New", Status::New),
        ("Active", Status::Active),
        ("Awaiting User Info", Status::Awaiting(Hold::User)),
        ("Awaiting Vendor", Status::Awaiting(Hold::Vendor)),
        ("Awaiting Problem", Status::Awaiting(Hold::Problem)),
        ("Resolved", Status::Resolved),
        ("Closed", Status::Closed),
        ("Awaiting Evidence", Status::Other("Awaiting Evidence".into())),
        ("-100", Status::Other("-100".into())),
        ("?", Status::Other("?".into())),
        ("", Status::Other("?".into())),
    ];
    for (word, status) in statuses {
        assert_eq!(parse(&format!("{HEADER}\n{}", ROW.replace("New", word))).rows[0].status, status);
    }
    let priorities = [
        ("1 - Critical", Priority::Urgent),
        ("2 - High", Priority::High),
        ("3 - Moderate", Priority::Medium),
        ("4 - Low", Priority::Low),
        ("5 - Planning", Priority::Other("5 - Planning".into())),
        ("?", Priority::Other("?".into())),
    ];
    for (word, priority) in priorities {
        let log = parse(&format!("{HEADER}\n{}", ROW.replace("2 - High", word)));
        assert_eq!(log.rows[0].priority, priority);
    }
}

#[test]
fn line_ends_a_byte_order_mark_and_the_order_of_columns_do_not_matter() {
    let plain = parse(&format!("{HEADER}\n{ROW}\n{ROW}\n"));
    assert_eq!(plain.rows.iter().map(|row| (row.line, row.ordinal)).collect::<Vec<_>>(), [(2, 1), (3, 2)]);
    for end in ["\r\n", "\r"] {
        assert_eq!(parse(&format!("{HEADER}{end}{ROW}{end}{ROW}{end}")), plain);
    }
    assert_eq!(parse(&format!("{HEADER}\n{ROW}\n{ROW}")), plain, "no end after the last line");
    assert_eq!(parse(&format!("\u{FEFF}{HEADER}\n{ROW}\n{ROW}\n")), plain);

    let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    assert_eq!(parse(&format!("{}\n{}\n{}\n", turned(HEADER), turned(ROW), turned(ROW))), plain);
}

#[test]
fn empty_lines_are_skipped_and_counted() {
    let log = parse(&format!("\r\n{HEADER}\r\n\r\n{ROW}\r\n\r\n\r\n{ROW}\r\n"));
    assert_eq!(log.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 7]);
}

#[test]
fn a_broken_row_is_refused_with_its_line_and_the_reason() {
    let text = [
        HEADER,
        ROW,
        "INC1,New,0",
        &ROW.replace("29-02-2016 01:23", "30-02-2016 01:23"),
        &ROW.replace("29-02-2016 01:23", "2016-02-29 01:23"),
        &ROW.replace("29-02-2016 01:23", "?"),
        &ROW.replace("New,0", "New,many"),
        &ROW.replace("New,0", "New,-1"),
        &ROW.replace("INC1", "?"),
        &ROW.replace("INC1", "INC\u{7}"),
        ROW,
    ]
    .join("\r\n");
    assert_eq!(
        refused(&text),
        [
            "line 3: it has 3 cells, the header has 11",
            "line 4: sys_updated_at is \"30-02-2016 01:23\", not a time like 29-02-2016 01:16",
            "line 5: sys_updated_at is \"2016-02-29 01:23\", not a time like 29-02-2016 01:16",
            "line 6: sys_updated_at is missing",
            "line 7: reassignment_count is \"many\", not a whole number",
            "line 8: reassignment_count is \"-1\", not a whole number",
            "line 9: number is missing",
            "line 10: number names no ticket: stream id \"INC\\u{7}\" holds the character U+0007 at byte 3: \
             remove control and invisible characters",
        ]
    );
    let rows = parse(&text).rows;
    assert_eq!(rows.iter().map(|row| (row.line, row.ordinal)).collect::<Vec<_>>(), [(2, 1), (11, 7)]);
}

#[test]
fn a_forgotten_quotation_mark_is_pointed_at() {
    let text = format!("{HEADER}\n{}\n{ROW}\n", ROW.replace("Group 56", "\"Group 56"));
    assert_eq!(
        refused(&text),
        ["line 2: it has 10 cells, the header has 11; a quotation mark seems to be missing"]
    );
    let quoted = ROW.replace("Group 56", "\"Group 56, the\nbest\"");
    let log = parse(&format!("{HEADER}\n{quoted}\n{ROW}\n"));
    assert_eq!(log.rows[0].group.as_deref(), Some("Group 56, the\nbest"));
    assert_eq!(log.rows[1].line, 4);
}

#[test]
fn missing_columns_are_named() {
    let text = format!("{}\n", HEADER.replace("priority", "prio").replace("caller_id,", ""));
    let message = error(text.as_bytes());
    assert!(
        message.starts_with("the file lacks the columns priority, caller_id: its first line is"),
        "{message}"
    );
    let message = error(HEADER.replace(',', ";").as_bytes());
    assert!(message.contains("separate them by commas, not semicolons"), "{message}");
    let message = error(HEADER.replace("priority", "prio").as_bytes());
    assert!(message.starts_with("the file lacks the column priority: "), "{message}");
}

#[test]
fn other_encodings_are_told_apart() {
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(error(&utf16).starts_with("the file is UTF-16: save it as UTF-8"));
    assert!(error(&[&[0xFF, 0xFE], &utf16[..]].concat()).starts_with("the file is UTF-16"));
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(error(&utf16).starts_with("the file is UTF-16"));

    let latin1 = [HEADER.as_bytes(), b"\nINC1,New,0,0,J\xF6rg"].concat();
    assert!(error(&latin1).starts_with("the file is not UTF-8 (line 2): save it as UTF-8"));
    assert!(error(b"SQLite format 3\0").starts_with("the file is no text"));
    assert!(error(b"").starts_with("the file is empty"));
    assert!(error(b"\r\n \n").starts_with("the file is empty"));
}

#[test]
fn what_is_no_file_is_told() {
    let missing = IncidentLog::read(Path::new("no/such.csv")).unwrap_err();
    assert_eq!(missing.to_string(), "there is no file no/such.csv: check the path");
    let directory = IncidentLog::read(Path::new("/")).unwrap_err();
    assert!(matches!(directory, LogError::Directory { .. }));
}

#[test]
fn rows_are_gathered_by_ticket_in_the_order_of_the_file() {
    let second = ROW.replace("INC1", "INC2");
    let log = parse(&format!("{HEADER}\n{second}\n{ROW}\n{second}\n"));
    let tickets: Vec<_> = log
        .tickets()
        .into_iter()
        .map(|(id, rows)| (id.as_str(), rows.iter().map(|row| (row.line, row.ordinal)).collect::<Vec<_>>()))
        .collect();
    assert_eq!(tickets, [("INC2", vec![(2, 1), (4, 2)]), ("INC1", vec![(3, 1)])]);
}

#[test]
fn a_name_that_no_actor_may_have_names_nobody() {
    let log = parse(&format!("{HEADER}\n{}\n", ROW.replace("Updated by 21", "Up\u{200B}dated")));
    assert_eq!(log.rows[0].actor(), None);
    let log = parse(&format!("{HEADER}\n{}\n", ROW.replace("Updated by 21", "?")));
    assert_eq!(log.rows[0].actor(), None);
}
