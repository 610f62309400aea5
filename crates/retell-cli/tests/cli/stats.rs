//! `stats`.

use retell::{EventStore, MemoryStore};
use retell_cli::stats;

use crate::desk::{desk, printed};

#[tokio::test]
async fn people_get_a_table() {
    let store = desk().await;
    let text = printed(async |out| stats(&*store, out, false).await).await;
    let expected = format!(
        "\
store     memory:
engine    memory, format 1
id        {}
events    5
streams   3
commits   4
payloads  101 bytes
head      5
recorded  2026-01-02T03:04:05Z to 2026-01-02T03:06:05Z

count  type
    2  opened
    1  escalated
    1  named
    1  taken
",
        store.info().id
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn programs_get_one_object() {
    let store = desk().await;
    let text = printed(async |out| stats(&*store, out, true).await).await;
    let expected = format!(
        concat!(
            r#"{{"location":"memory:","engine":"memory","format":1,"id":"{}","events":5,"streams":3,"commits":4,"#,
            r#""payload_bytes":101,"head":5,"first_recorded":"2026-01-02T03:04:05Z","#,
            r#""last_recorded":"2026-01-02T03:06:05Z","types":[{{"type":"opened","count":2}},"#,
            r#"{{"type":"escalated","count":1}},{{"type":"named","count":1}},{{"type":"taken","count":1}}]}}"#,
            "\n"
        ),
        store.info().id
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn an_empty_store_has_no_types() {
    let store = MemoryStore::new();
    let text = printed(async |out| stats(&store, out, false).await).await;
    assert!(text.ends_with(
        "events    0\nstreams   0\ncommits   0\npayloads  0 bytes\nhead      0\nrecorded  nothing yet\n"
    ));
    let json = printed(async |out| stats(&store, out, true).await).await;
    assert!(json.ends_with("\"first_recorded\":null,\"last_recorded\":null,\"types\":[]}\n"));
}
