//! History is never changed, and people can read it with SQL.

use retell_store::{EventStore, Expected, ReadLog, Timestamp};

use crate::common::{Place, append, commit, event, log, tagged};

#[tokio::test]
async fn no_program_changes_history() {
    let place = Place::new();
    let store = place.open();
    store.append(commit("a/1", Expected::Any, vec![tagged("x", &["k:v"]), event("y")])).await.unwrap();
    let before = log(&store, ReadLog::new()).await;
    let raw = place.raw();
    for sql in [
        "UPDATE events SET payload = '{}'",
        "UPDATE events SET version = 7 WHERE position = 2",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 2",
        "UPDATE streams SET name = 'b/1'",
        "DELETE FROM streams",
        "UPDATE tags SET tag = 'k:w'",
        "DELETE FROM tags",
        "INSERT OR REPLACE INTO streams (id, name, category) VALUES (1, 'b/1', 'b')",
        "INSERT OR REPLACE INTO streams (id, name, category) VALUES (9, 'a/1', 'a')",
        "INSERT OR IGNORE INTO streams (id, name, category) VALUES (9, 'a/1', 'a')",
        "INSERT OR REPLACE INTO events SELECT 2, 1, 3, type, schema, effective_at, recorded_at, 0, 1,
            x'00', tags, metadata, payload FROM events WHERE position = 1",
        "INSERT OR REPLACE INTO events SELECT 3, 1, 2, type, schema, effective_at, recorded_at, 0, 1,
            x'00', tags, metadata, payload FROM events WHERE position = 1",
        "INSERT OR REPLACE INTO events SELECT 3, 1, 3, type, schema, effective_at, recorded_at, 0, 1,
            commit_id, tags, metadata, payload FROM events WHERE position = 1",
        "INSERT OR REPLACE INTO events SELECT 4, 1, 3, type, schema, effective_at, recorded_at, 0, 1,
            x'00', tags, metadata, payload FROM events WHERE position = 1",
    ] {
        let error = raw.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("history is never changed"), "{sql}: {error}");
    }
    assert_eq!(log(&store, ReadLog::new()).await, before);
}

#[tokio::test]
async fn nothing_of_the_wrong_kind_is_stored() {
    let place = Place::new();
    let store = place.open();
    append(&store, "a/1", 1).await;
    let columns = "(position, stream, version, type, schema, recorded_at, commit_index, payload)";
    for values in [
        "(2, 1, 'two', 'x', 1, 0, 0, '{}')",
        "(2, 1, 2, 'x', 'one', 0, 0, '{}')",
        "(2, 1, 2, 'x', 1, 0, 0, NULL)",
    ] {
        assert!(place.raw().execute_batch(&format!("INSERT INTO events {columns} VALUES {values}")).is_err());
    }
}

#[tokio::test]
async fn the_view_history_is_for_people() {
    let place = Place::new();
    let clock =
        std::sync::Arc::new(retell_store::ManualClock::at(Timestamp::from_micros(1_456_708_560_000_001)));
    let store = place.options().clock(clock).open().unwrap();
    let given = commit(
        "ticket/1",
        Expected::Any,
        vec![event("opened"), event("closed").effective(Timestamp::from_micros(-1))],
    )
    .metadata(retell_store::Metadata {
        reason: Some("why not".to_owned()),
        ..retell_store::Metadata::by(retell_store::Actor::new("agent/31").unwrap())
    });
    let id = given.id;
    store.append(given).await.unwrap();
    let raw = place.raw();
    let shown: String = raw
        .query_row(
            "SELECT concat_ws('|', position, stream, category, version, type, schema, payload, recorded_at,
                effective_at, commit_id, actor, command, reason) FROM history WHERE type = 'closed'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        shown,
        format!(
            "2|ticket/1|ticket|2|closed|1|{{\"is\":\"closed\"}}|2016-02-29T01:16:00.000001Z|\
             1969-12-31T23:59:59.999999Z|{id}|agent/31|why not"
        )
    );
}
