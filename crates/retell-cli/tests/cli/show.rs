//! `show`.

use retell::MemoryStore;
use retell::store::{EventType, Metadata, NewEvent, PageLimit, Payload};
use retell_cli::{Exit, Failure, ShowArgs, show};

use crate::desk::{Gone, append, commit, desk, event, printed, told, tried};

fn of(stream: &str) -> ShowArgs {
    ShowArgs { stream: stream.to_owned(), ..ShowArgs::default() }
}

async fn shows(args: ShowArgs) -> String {
    let store = desk().await;
    printed(async |out| show(&*store, out, &args).await).await
}

#[tokio::test]
async fn people_get_a_table() {
    assert_eq!(
        shows(of("ticket/42")).await,
        r#"version  type       recorded              effective
      1  opened     2026-01-02T03:04:05Z
         {"priority":"high","subject":"no light"}
         by customer/7, command open, tags customer:7 floor:3
      2  taken      2026-01-02T03:05:05Z
         {"agent":"31"}
         by agent/31, command escalate, because: no answer\u{1b}[2J\nfor a day
      3  escalated  2026-01-02T03:05:05Z  2026-01-01T00:00:00Z
"#
    );
}

#[tokio::test]
async fn programs_get_a_line_each() {
    let (first, second) = (commit("1"), commit("2"));
    let text = shows(ShowArgs { json: true, ..of("ticket/42") }).await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            format!(
                concat!(
                    r#"{{"position":1,"version":1,"stream":"ticket/42","type":"opened","schema":1,"#,
                    r#""recorded_at":"2026-01-02T03:04:05Z","tags":["customer:7","floor:3"],"commit":"{}","#,
                    r#""data":{{"priority":"high","subject":"no light"}},"#,
                    r#""metadata":{{"actor":"customer/7","command":{{"name":"open"}}}}}}"#
                ),
                first
            ),
            format!(
                concat!(
                    r#"{{"position":2,"version":2,"stream":"ticket/42","type":"taken","schema":1,"#,
                    r#""recorded_at":"2026-01-02T03:05:05Z","tags":[],"commit":"{}","data":{{"agent":"31"}},"#,
                    r#""metadata":{{"actor":"agent/31","command":{{"name":"escalate"}},"#,
                    r#""reason":"no answer\u001b[2J\nfor a day"}}}}"#
                ),
                second
            ),
            format!(
                concat!(
                    r#"{{"position":3,"version":3,"stream":"ticket/42","type":"escalated","schema":2,"#,
                    r#""recorded_at":"2026-01-02T03:05:05Z","effective_at":"2026-01-01T00:00:00Z","tags":[],"#,
                    r#""commit":"{}","data":{{}},"metadata":{{"actor":"agent/31","#,
                    r#""command":{{"name":"escalate"}},"reason":"no answer\u001b[2J\nfor a day"}}}}"#
                ),
                second
            ),
        ]
    );
}

#[tokio::test]
async fn what_a_terminal_would_act_on_is_escaped() {
    let payload = r#"{   "subject": "\u202ethgil on\u007f\u009b31m" }"#;
    assert_eq!(
        shows(of("ticket/43")).await,
        format!(
            "version  type    recorded              effective\n      1  opened  2026-01-02T03:06:05Z\n         {payload}\n"
        )
    );
    let json = shows(ShowArgs { json: true, ..of("ticket/43") }).await;
    assert!(json.contains(&format!(r#""data":{payload},"metadata""#)), "{json}");
    assert_eq!(json.lines().count(), 1);
}

/// A store may hold what its writer wrongly called JSON: it is shown, as text.
#[tokio::test]
async fn a_payload_that_is_no_json() {
    let store = MemoryStore::new();
    let broken = Payload::from_trusted_json("{\"a\":\u{1b}[2J\n".to_owned());
    let broken = NewEvent::new(EventType::new("broken").expect("a type"), broken);
    append(&store, "1", "ticket/1", vec![broken], Metadata::default()).await;
    let text = printed(async |out| show(&store, out, &of("ticket/1")).await).await;
    assert!(text.ends_with("\n         no JSON: {\"a\":\\u{1b}[2J\\n\n"), "{text}");
    let args = ShowArgs { json: true, ..of("ticket/1") };
    let json = printed(async |out| show(&store, out, &args).await).await;
    assert!(json.contains(r#""data":null,"invalid_data":"{\"a\":\u001b[2J\n","metadata":{}}"#), "{json}");
}

/// Numbers keep the form in which they were stored.
#[tokio::test]
async fn a_payload_is_not_written_anew() {
    let json = shows(ShowArgs { json: true, ..of("customer/7") }).await;
    assert!(json.contains(r#""data":{"n":1.0}"#), "{json}");
}

#[tokio::test]
async fn a_part_of_the_stream() {
    let versions = async |args: ShowArgs| -> Vec<String> {
        let text = shows(ShowArgs { json: true, ..args }).await;
        let version = |line: &str| line.split("\"version\":").nth(1).map(|rest| rest[..1].to_owned());
        text.lines().filter_map(version).collect()
    };
    assert_eq!(versions(ShowArgs { after: 1, ..of("ticket/42") }).await, ["2", "3"]);
    assert_eq!(versions(ShowArgs { limit: Some(2), ..of("ticket/42") }).await, ["1", "2"]);
    assert_eq!(versions(ShowArgs { backward: true, ..of("ticket/42") }).await, ["3", "2", "1"]);
    let last = ShowArgs { backward: true, after: 1, limit: Some(1), ..of("ticket/42") };
    assert_eq!(versions(last).await, ["3"]);
    assert_eq!(versions(ShowArgs { limit: Some(0), ..of("ticket/42") }).await, [] as [&str; 0]);
    assert_eq!(
        shows(ShowArgs { after: 3, ..of("ticket/42") }).await,
        "ticket/42 has no events after version 3: it is at version 3\n"
    );
    assert_eq!(shows(ShowArgs { after: 3, json: true, ..of("ticket/42") }).await, "");
}

#[tokio::test]
async fn a_long_stream_is_read_page_by_page() {
    let store = MemoryStore::new();
    let count = PageLimit::default().events * 2 + 7;
    let events = (0..count).map(|number| event("counted", &number.to_string())).collect();
    append(&store, "1", "count/1", events, Metadata::default()).await;
    let data = async |args: ShowArgs| -> Vec<usize> {
        let text = printed(async |out| show(&store, out, &ShowArgs { json: true, ..args }).await).await;
        let data = |line: &str| line.split("\"data\":").nth(1)?.split(',').next()?.parse().ok();
        text.lines().filter_map(data).collect()
    };
    assert_eq!(data(of("count/1")).await, (0..count).collect::<Vec<_>>());
    let newest = ShowArgs { backward: true, limit: Some(3_000), ..of("count/1") };
    assert_eq!(data(newest).await, (count - 3_000..count).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_that_is_not_there() {
    let store = desk().await;
    let (text, outcome) = tried(async |out| show(&*store, out, &of("ticket/44")).await).await;
    let failure = outcome.expect_err("there is none");
    assert_eq!((text.as_str(), failure.exit()), ("", Exit::NotFound));
    assert_eq!(
        told(&failure),
        "error: there is no stream ticket/44\nhint: `retell streams` lists the streams there are\n"
    );
}

#[tokio::test]
async fn names_that_are_none() {
    let store = desk().await;
    let long = format!("ticket/{}", "x".repeat(10_000));
    for name in
        ["", "ticket", "ticket/", "/42", " ticket/42", "ticket/\u{1b}[31m", "ticket/\u{202e}42", &long]
    {
        let (_, outcome) = tried(async |out| show(&*store, out, &of(name)).await).await;
        let failure = outcome.expect_err("it is no name");
        assert!(matches!(failure, Failure::Name(_)), "{failure}");
        let told = told(&failure);
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(told.len() < 300 && !told.trim_end().contains(retell_cli::is_hidden), "{told}");
    }
}

#[tokio::test]
async fn an_output_that_has_gone_ends_it() {
    let store = desk().await;
    let failure = show(&*store, &mut Gone, &of("ticket/42")).await.expect_err("nobody reads");
    assert!(failure.is_closed_pipe());
    assert_eq!(failure.exit(), Exit::Done);
}
