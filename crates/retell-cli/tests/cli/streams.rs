//! `streams`.

use retell::{MemoryStore, Metadata};
use retell_cli::{Exit, StreamsArgs, streams};

use crate::desk::{append, desk, event, printed, told, tried};

async fn lists(args: StreamsArgs) -> String {
    let store = desk().await;
    printed(async |out| streams(&*store, out, &args).await).await
}

#[tokio::test]
async fn people_get_a_table() {
    assert_eq!(
        lists(StreamsArgs::default()).await,
        "\
version  stream
      1  customer/7
      3  ticket/42
      1  ticket/43
"
    );
}

#[tokio::test]
async fn programs_get_a_line_each() {
    assert_eq!(
        lists(StreamsArgs { json: true, ..StreamsArgs::default() }).await,
        "\
{\"stream\":\"customer/7\",\"version\":1}
{\"stream\":\"ticket/42\",\"version\":3}
{\"stream\":\"ticket/43\",\"version\":1}
"
    );
}

#[tokio::test]
async fn a_part_of_the_list() {
    let category = Some("ticket".to_owned());
    let first = StreamsArgs { category: category.clone(), limit: Some(1), ..StreamsArgs::default() };
    assert_eq!(lists(first).await, "version  stream\n      3  ticket/42\n");
    let next = StreamsArgs { category, after: Some("ticket/42".to_owned()), ..StreamsArgs::default() };
    assert_eq!(lists(next).await, "version  stream\n      1  ticket/43\n");
    let none = StreamsArgs { category: Some("order".to_owned()), ..StreamsArgs::default() };
    assert_eq!(lists(none.clone()).await, "no streams\n");
    assert_eq!(lists(StreamsArgs { json: true, ..none }).await, "");
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let store = MemoryStore::new();
    for number in 0..2_500 {
        let id = number.to_string();
        append(&store, &id, &format!("ticket/{id}"), vec![event("opened", "{}")], Metadata::default()).await;
    }
    let all = StreamsArgs { json: true, ..StreamsArgs::default() };
    let text = printed(async |out| streams(&store, out, &all).await).await;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.dedup();
    assert_eq!(lines.len(), 2_500);
    let some = StreamsArgs { limit: Some(1_500), ..all };
    let text = printed(async |out| streams(&store, out, &some).await).await;
    assert_eq!(text.lines().collect::<Vec<_>>(), lines[..1_500]);
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    for (args, message) in [
        (
            StreamsArgs { category: Some("tick\u{1b}et".to_owned()), ..StreamsArgs::default() },
            "error: category \"tick\\u{1b}et\" holds the character U+001B at byte 4: remove control and invisible characters\n",
        ),
        (
            StreamsArgs { after: Some("ticket".to_owned()), ..StreamsArgs::default() },
            "error: stream name \"ticket\" has no slash: write category/id, for example ticket/42\n",
        ),
    ] {
        let store = desk().await;
        let (text, outcome) = tried(async |out| streams(&*store, out, &args).await).await;
        let failure = outcome.expect_err("it is refused");
        assert_eq!((text.as_str(), told(&failure).as_str(), failure.exit()), ("", message, Exit::Usage));
    }
}
