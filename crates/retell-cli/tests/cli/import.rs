//! `import`: files of all kinds.

use std::path::PathBuf;

use retell::store::ReadLog;
use retell::{EventStore, MemoryStore};
use retell_cli::{EventLog, Exit, Failure, ImportArgs, Layout, LogError, Progress, import, show, stats};

use crate::desk::{printed, told, tried};

const LOG: &str = "\
case;what;when;agent;note
7;opened;2010-01-04 08:57:16;ann;\"no light; \"\"again\"\"\"
8;opened;2010-01-04 09:00:00;bob;
7;closed;2010-01-03 10:00:00;ann;\u{202e}done
";

fn layout() -> Layout {
    Layout::new("ticket", "case", "what", "when")
}

fn read(content: impl AsRef<[u8]>) -> EventLog {
    EventLog::parse(content.as_ref(), &layout()).unwrap_or_else(|error| panic!("{error}"))
}

/// What the log says: a line an event.
fn said(log: &EventLog) -> Vec<String> {
    let store = MemoryStore::new();
    block_on(async {
        let _ = import(&store, &mut Vec::new(), log, false, &Progress::none()).await;
        let page = store.read_log(ReadLog::new()).await.expect("memory can be read");
        let line = |event: retell::store::StoredEvent<'_>| {
            format!("{} {} {} {}", event.stream(), event.event_type(), event.effective_at(), event.payload())
        };
        page.iter().map(line).collect()
    })
}

fn block_on<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// The refused rows, as `line: reason`.
fn refused(content: &str) -> Vec<String> {
    read(content).refused().iter().map(|row| format!("{}: {}", row.line, row.reason)).collect()
}

fn error(content: impl AsRef<[u8]>) -> String {
    let error = EventLog::parse(content.as_ref(), &layout()).expect_err("it is no log");
    told(&Failure::from(error))
}

#[tokio::test]
async fn an_event_log_becomes_streams() {
    let store = MemoryStore::new();
    let log = read(LOG);
    let report = printed(async |out| import(&store, out, &log, false, &Progress::none()).await).await;
    assert_eq!(
        report,
        "\
rows           3
streams        2
events added   3
already there  0
refused        0
"
    );
    let args = retell_cli::ShowArgs { stream: "ticket/7".to_owned(), ..retell_cli::ShowArgs::default() };
    let text = printed(async |out| show(&store, out, &args).await).await;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // The time runs backwards here: the order of the file is kept, and the times too.
    assert!(lines[1].starts_with("1  opened") && lines[1].ends_with("2010-01-04T08:57:16Z"), "{text}");
    assert_eq!(lines[2], r#"{"agent":"ann","note":"no light; \"again\""}"#);
    assert_eq!(lines[3], "command import, file , lines 2,4");
    assert!(lines[4].starts_with("2  closed") && lines[4].ends_with("2010-01-03T10:00:00Z"), "{text}");
    assert_eq!(lines[5], r#"{"agent":"ann","note":"\u202edone"}"#);
}

#[tokio::test]
async fn the_report_is_also_json() {
    let store = MemoryStore::new();
    let log = read(format!("{LOG}9;;2010-01-04;;\n"));
    let (text, outcome) = tried(async |out| import(&store, out, &log, true, &Progress::none()).await).await;
    assert_eq!(
        text,
        concat!(
            r#"{"rows":4,"streams":2,"added":3,"already_there":0,"refused":[{"line":5,"#,
            r#""reason":"column \"what\": event type \"\" is empty: give it at least one character"}]}"#,
            "\n"
        )
    );
    let failure = outcome.expect_err("a row was refused");
    assert_eq!(failure.exit(), Exit::Refused);
    assert_eq!(
        told(&failure),
        "error: 1 of 4 rows were refused\n\
         hint: mend these rows and run it again: what is stored already is not stored twice\n"
    );
}

#[test]
fn the_same_log_written_otherwise() {
    let expected = said(&read(LOG));
    assert_eq!(expected.len(), 3);
    let comma = "case,what,when,agent,note\n\
                 7,opened,2010-01-04 08:57:16,ann,\"no light; \"\"again\"\"\"\n\
                 8,opened,2010-01-04T09:00Z,bob,\n\
                 7,closed,2010-01-03T11:00:00+01:00,ann,\u{202e}done";
    for same in [
        format!("\u{feff}{LOG}"),
        LOG.replace('\n', "\r\n"),
        LOG.replace('\n', "\r"),
        LOG.replace('\n', "\n\n"),
        LOG.replace("2010", " 2010").replace("opened", "opened ").replace("7;", "\" 7\";"),
        comma.to_owned(),
        comma.replace(',', "\t"),
        comma.replace(',', "|"),
    ] {
        assert_eq!(said(&read(&same)), expected, "{same}");
    }
}

#[test]
fn columns_in_any_order_and_without_names() {
    assert_eq!(
        said(&read("when,,what, case ,\n2010-01-04,x,opened,Straße 7: ост/2,y\n")),
        [r#"ticket/Straße 7: ост/2 opened 2010-01-04T00:00:00Z {"column 2":"x","column 5":"y"}"#]
    );
    assert_eq!(said(&read("when,what,case\n")), [] as [&str; 0]);
}

#[test]
fn a_header_that_does_not_fit_stops_before_anything_is_stored() {
    assert_eq!(
        error("id;what;when\n7;opened;2010-01-04\n"),
        "error: the file has no column \"case\": its first line names \"id\", \"what\", \"when\"\n\
         hint: write the names as they stand in the first line\n"
    );
    assert_eq!(
        error("case/what/when\n7/opened/2010-01-04\n"),
        "error: the file has no columns \"case\", \"what\", \"when\": its first line names \"case/what/when\"\n\
         hint: are the columns separated by something else? Say so with --delimiter\n"
    );
    assert_eq!(
        error("case,what,when,note,note\n7,opened,2010-01-04,,\n"),
        "error: the first line names the column \"note\" twice\nhint: give each column a name of its own\n"
    );
    let comma = layout().delimiter(",").expect("a delimiter");
    let failure: Failure = EventLog::parse(LOG.as_bytes(), &comma).expect_err("it does not fit").into();
    assert_eq!(failure.exit(), Exit::Refused);
    assert_eq!(
        told(&failure),
        "error: the file has no columns \"case\", \"what\", \"when\": its first line names \"case;what;when;agent;note\"\n\
         hint: its columns seem to be separated otherwise: use --delimiter ';'\n"
    );
}

#[test]
fn what_is_no_utf_8_stops_before_anything_is_stored() {
    let utf_16: Vec<u8> = LOG.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_16_be: Vec<u8> = LOG.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked: Vec<u8> = [&[0xFF, 0xFE], &utf_16[..]].concat();
    for utf_16 in [utf_16, utf_16_be, marked] {
        assert_eq!(
            error(utf_16),
            "error: the file is UTF-16, not UTF-8\n\
             hint: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`\n"
        );
    }
    assert_eq!(
        error([LOG.as_bytes(), b"9;ge\xf6ffnet;2010-01-04;;\n"].concat()),
        "error: the file is not UTF-8 (line 5)\n\
         hint: save it as UTF-8; if it is Latin-1, with `iconv -f LATIN1 -t UTF-8`\n"
    );
    assert_eq!(
        error(b"SQLite format 3\0"),
        "error: the file is no text: it holds bytes that are zero\n\
         hint: is it the right file? An event log is a table of text, saved as CSV\n"
    );
    for empty in ["", "\n\n", "\u{feff}"] {
        assert_eq!(
            error(empty),
            "error: the file is empty\nhint: an event log begins with a line that names its columns\n"
        );
    }
}

#[test]
fn broken_rows_are_refused_one_by_one() {
    let header = "case,what,when,note\n";
    let after = "\n8,opened,2010-01-04,\n";
    for (row, reason) in [
        (
            "7,opened,2010-01-04",
            "its columns are 3, and the first line names 4: add what is missing, or quote what holds the delimiter",
        ),
        (
            "7,opened,2010-01-04,a,b",
            "its columns are 5, and the first line names 4: add what is missing, or quote what holds the delimiter",
        ),
        (
            "   ",
            "its columns are 1, and the first line names 4: add what is missing, or quote what holds the delimiter",
        ),
        (",opened,2010-01-04,", "column \"case\": stream id \"\" is empty: give it at least one character"),
        ("7, ,2010-01-04,", "column \"what\": event type \"\" is empty: give it at least one character"),
        (
            "7,ope\u{1b}ned,2010-01-04,",
            "column \"what\": event type \"ope\\u{1b}ned\" holds the character U+001B at byte 3: remove control and \
             invisible characters",
        ),
        (
            "7,opened,04.01.2010,",
            "column \"when\": the time \"04.01.2010\" is not written like 2010-01-04 08:57:16 or \
             2010-01-04T08:57:16Z: correct it, or say with --time-format how times are written",
        ),
        (
            "7,opened,,",
            "column \"when\": the time \"\" is not written like 2010-01-04 08:57:16 or \
             2010-01-04T08:57:16Z: correct it, or say with --time-format how times are written",
        ),
    ] {
        assert_eq!(refused(&format!("{header}{row}{after}")), [format!("2: {reason}")]);
        assert_eq!(read(format!("{header}{row}{after}")).event_count(), 1);
    }
    let large = format!("7,opened,2010-01-04,{}", "x".repeat(1 << 20));
    assert_eq!(
        refused(&format!("{header}{large}{after}")),
        ["2: its other columns make a payload of 1048587 bytes: at most 1048576 are allowed"]
    );
}

#[test]
fn a_refused_row_is_found_on_its_line() {
    let log = "case,what,when,note\r\n7,opened,2010-01-04,\"two\r\nlines\"\r\n\r\n7,closed,never,\r\n8,,2010-01-04,\r\n";
    for log in [log.to_owned(), log.replace("\r\n", "\n"), log.replace("\r\n", "\r")] {
        let lines: Vec<u64> = read(&log).refused().iter().map(|row| row.line).collect();
        assert_eq!(lines, [5, 6], "{log:?}");
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_file() {
    let reason = "it opens a quote that is never closed, so the rest of the file was taken as this row: close the quote";
    for open in [
        "case,what,when,note\n7,opened,2010-01-04,\"no\n8,opened,2010-01-04,\n",
        "case,what,when,note\n7,opened,2010-01-04,\"",
    ] {
        assert_eq!(refused(open), [format!("2: {reason}")]);
    }
    // Quotes inside a cell that is not quoted are text.
    let text = "case,what,when,note\n7,opened,2010-01-04,5\" pipe\n8,opened,2010-01-04,\"5\"\" pipe\"";
    assert_eq!(refused(text), [] as [&str; 0]);
}

#[test]
fn times_in_a_format() {
    let times = |format: &str, time: &str| {
        let layout = layout().time_format(format).expect("a format");
        let log = format!("case;what;when\n7;opened;{time}\n");
        let log = EventLog::parse(log.as_bytes(), &layout).unwrap_or_else(|error| panic!("{error}"));
        let refused = log.refused().iter().map(|row| row.reason.clone());
        refused.chain(said(&log)).collect::<Vec<_>>().join("")
    };
    let opened = |time: &str| format!("ticket/7 opened {time} {{}}");
    assert_eq!(times("%d-%m-%Y %H:%M", "29-02-2016 01:16"), opened("2016-02-29T01:16:00Z"));
    assert_eq!(times("%d-%m-%Y %H:%M %z", "29-02-2016 01:16 +0100"), opened("2016-02-29T00:16:00Z"));
    assert_eq!(times("%m/%d/%y", "02/29/16"), opened("2016-02-29T00:00:00Z"));
    assert_eq!(times("%s", "1456708560"), opened("2016-02-29T01:16:00Z"));
    assert_eq!(times("%Y-%m-%d %H:%M:%S%.f", "2016-02-29 01:16:00.25"), opened("2016-02-29T01:16:00.25Z"));
    let wrong = times("%d-%m-%Y", "30-02-2016");
    assert!(
        wrong.starts_with("column \"when\": the time \"30-02-2016\" is not written like %d-%m-%Y: "),
        "{wrong}"
    );
    for no_moment in ["", "%H:%M", "yyyy-mm-dd", "%d.%m.", "%!"] {
        let error = layout().time_format(no_moment).expect_err("it is none");
        assert!(error.ends_with("write it for example like \"%d.%m.%Y %H:%M\""), "{error}");
    }
}

#[test]
fn times_as_they_are_usually_written() {
    let time = |time: &str| {
        let log = read(format!("case;what;when\n7;opened;{time}\n"));
        let said = said(&log);
        said.first().and_then(|said| said.split(' ').nth(2)).map(str::to_owned)
    };
    for (written, read) in [
        ("2016-02-29", "2016-02-29T00:00:00Z"),
        ("2016-02-29 01:16", "2016-02-29T01:16:00Z"),
        ("2016-02-29T01:16:30", "2016-02-29T01:16:30Z"),
        ("2016-02-29 01:16:30.123456789", "2016-02-29T01:16:30.123456Z"),
        ("2016-02-29T01:16:30Z", "2016-02-29T01:16:30Z"),
        ("2016-02-29 01:16:30+05:30", "2016-02-28T19:46:30Z"),
        ("2016-02-29t01:16:30z", "2016-02-29T01:16:30Z"),
        ("1969-12-31 23:59:59", "1969-12-31T23:59:59Z"),
    ] {
        assert_eq!(time(written).as_deref(), Some(read), "{written}");
    }
    // A zone that is not understood is not passed over.
    for none in [
        "2016-02-29 01:16:30[Europe/Rome]",
        "2016-02-29 01:16:30 CET",
        "2016-02-29 01:16:30+26:00",
        "2015-02-29",
        "2016-02-29 24:00",
        "2016-02",
        "01:16",
        "1456708590",
    ] {
        assert_eq!(time(none), None, "{none}");
    }
}

#[test]
fn delimiters_that_are_none() {
    for delimiter in ["", ";;", "ß", "\"", "\n"] {
        assert!(layout().delimiter(delimiter).is_err(), "{delimiter:?}");
    }
    for delimiter in ["tab", "\\t", "\t"] {
        let layout = layout().delimiter(delimiter).expect("it is one");
        let log = EventLog::parse(b"case\twhat\twhen\n7\topened\t2010-01-04\n", &layout);
        assert_eq!(log.map(|log| log.event_count()).ok(), Some(1));
    }
}

fn args(file: impl Into<PathBuf>) -> ImportArgs {
    ImportArgs {
        file: file.into(),
        stream_column: "case".to_owned(),
        type_column: "what".to_owned(),
        time_column: "when".to_owned(),
        category: "ticket".to_owned(),
        delimiter: None,
        time_format: None,
        json: false,
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().to_owned(), folder.path().join("missing.csv")] {
        let (text, outcome) = tried(async |out| args(path).run("memory:", out).await).await;
        let failure = outcome.expect_err("there is nothing to read");
        assert!(
            matches!(failure, Failure::Log(LogError::Directory { .. } | LogError::Missing { .. })),
            "{failure}"
        );
        assert_eq!((text.as_str(), failure.exit()), ("", Exit::Refused));
    }
}

#[tokio::test]
async fn options_that_make_no_sense() {
    let usage = async |args: ImportArgs| {
        let (_, outcome) = tried(async |out| args.run("memory:", out).await).await;
        let failure = outcome.expect_err("it is refused");
        assert_eq!(failure.exit(), Exit::Usage);
        told(&failure)
    };
    let missing = args("missing.csv");
    assert_eq!(
        usage(ImportArgs { delimiter: Some(";;".to_owned()), ..missing.clone() }).await,
        "error: --delimiter \";;\": write one ASCII character, or tab\n"
    );
    let format = usage(ImportArgs { time_format: Some("%H".to_owned()), ..missing.clone() }).await;
    assert!(format.starts_with("error: --time-format \"%H\": it does not say a moment ("), "{format}");
    let category = usage(ImportArgs { category: "a/b".to_owned(), ..missing }).await;
    assert!(category.starts_with("error: category \"a/b\" holds a slash"), "{category}");
}

#[tokio::test]
async fn a_file_and_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("desk.csv");
    std::fs::write(&path, LOG).expect("it is written");
    let text = printed(async |out| args(&path).run("memory:", out).await).await;
    assert!(text.starts_with("rows           3\n"), "{text}");

    let store = MemoryStore::new();
    let log = EventLog::read(&path, &layout()).expect("a log");
    printed(async |out| import(&store, out, &log, false, &Progress::none()).await).await;
    let page = store.read_log(ReadLog::new()).await.expect("memory can be read");
    let metadata: Vec<&str> = page.iter().map(|event| event.commit().metadata).collect();
    assert!(
        metadata.contains(&r#"{"command":{"name":"import"},"extra":{"file":"desk.csv","lines":"2,4"}}"#),
        "{metadata:?}"
    );
    let figures = printed(async |out| stats(&store, out, true).await).await;
    assert!(figures.contains(r#""events":3,"streams":2,"commits":2"#), "{figures}");
}
