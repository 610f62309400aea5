//! The import of the real incident log, where it is at hand.

use std::path::PathBuf;

use retell::Aggregate;

use super::{IncidentLog, Report, changes, differences};
use crate::domain::Ticket;

/// The real log: in the folder that `RETELL_DATA` names, or in `shared/data`
/// beside the repository. Says so, and is nothing, when it is not there.
fn real_log() -> Option<IncidentLog> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("RETELL_DATA").map_or(beside, PathBuf::from);
    let path = folder.join("incidents.csv");
    if !path.exists() {
        say(&format!(
            "skipped: there is no {}; RETELL_DATA names the folder of the real log",
            path.display()
        ));
        return None;
    }
    Some(IncidentLog::read(&path).unwrap())
}

#[expect(clippy::print_stderr, reason = "what a test has to say")]
fn say(what: &str) {
    eprintln!("{what}");
}

#[test]
fn every_row_of_the_real_log_is_a_version_that_equals_it() {
    let Some(log) = real_log() else { return };
    assert_eq!(log.refused, []);
    let mut report = Report::new(&log);
    for (id, rows) in log.tickets() {
        report.ticket();
        let mut ticket = Ticket::default();
        for row in rows {
            let events = changes(&ticket, row);
            assert!(!events.is_empty());
            for event in &events {
                ticket.apply(event);
            }
            assert_eq!(differences(&ticket, row), [], "{id}, line {}", row.line);
            report.row(&events, true);
        }
    }
    say(&report.to_string());
    assert_eq!((report.rows, report.tickets), (4_137, 600));
    assert!(report.corrected_share() <= 0.02, "{} of the events are corrections", report.corrected_share());
}

#[test]
fn no_event_of_the_real_log_carries_a_whole_row() {
    let Some(log) = real_log() else { return };
    for (_, rows) in log.tickets() {
        let mut ticket = Ticket::default();
        for row in rows {
            for event in changes(&ticket, row) {
                let json = serde_json::to_value(&event).unwrap();
                let fields = json
                    .as_object()
                    .and_then(|kinds| kinds.values().next())
                    .and_then(|kind| kind.as_object());
                assert!(fields.map_or(0, serde_json::Map::len) <= 6, "{event:?}");
                ticket.apply(&event);
            }
        }
    }
}

/// As of a row's time the ticket is what the last row in the order of the file
/// shows whose time is not later. Where times run backwards it cannot be: the
/// events that led to the earlier row are later than the time asked for.
#[test]
fn as_of_a_rows_time_a_ticket_equals_the_last_row_until_then() {
    let Some(log) = real_log() else { return };
    let mut different = Vec::new();
    for (id, rows) in log.tickets() {
        let mut ticket = Ticket::default();
        let mut history = Vec::new();
        for row in &rows {
            for event in changes(&ticket, row) {
                ticket.apply(&event);
                history.push((row.updated_at, event));
            }
        }
        for row in &rows {
            let then = row.updated_at;
            let state =
                Ticket::from_events(history.iter().filter(|(at, _)| *at <= then).map(|(_, event)| event));
            let last = rows.iter().rfind(|row| row.updated_at <= then).unwrap();
            if !differences(&state, last).is_empty() {
                different.push(format!("{id}, line {}", row.line));
            }
        }
    }
    say(&format!("different as of their time: {different:?}"));
    assert_eq!(different, ["INC0000137, line 360", "INC0000137, line 361"]);
}
