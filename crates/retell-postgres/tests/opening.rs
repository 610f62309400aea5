//! Opening: what is created, what is refused, and many at once.

mod support;

use futures_util::future::join_all;
use retell_postgres::{OpenError, PostgresOptions};
use retell_store::{AppendError, EventStore};
use support::{Place, one, server};

#[tokio::test(flavor = "multi_thread")]
async fn many_that_open_at_once_make_one_store() {
    let Some(place) = Place::new() else { return };
    let stores = join_all((0..16).map(|_| place.open(""))).await;
    let ids: std::collections::BTreeSet<_> = stores.iter().map(|store| store.info().id).collect();
    assert_eq!(ids.len(), 1);
    for (id, store) in stores.iter().enumerate() {
        store.append(one(id)).await.expect("stored");
    }
    assert_eq!(stores[0].head().await.expect("read").get(), 16);
    let client = place.client().await;
    let sql = format!("SELECT count(*) FROM {}.retell_migrations", place.schema);
    assert_eq!(client.query_one(&sql, &[]).await.expect("counted").get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_says_what_it_is() {
    let Some(place) = Place::new() else { return };
    let missing = place.options("").create(false).open().await.expect_err("there is none");
    assert!(matches!(missing, OpenError::NotFound { .. }), "{missing}");

    let client = place.client().await;
    let schema = &place.schema;
    client
        .batch_execute(&format!("CREATE SCHEMA {schema}; CREATE TABLE {schema}.other ()"))
        .await
        .expect("made");
    let foreign = place.options("").open().await.expect_err("it is another's");
    assert!(matches!(foreign, OpenError::ForeignSchema { .. }), "{foreign}");
    client.batch_execute(&format!("DROP TABLE {schema}.other")).await.expect("dropped");

    place.open("").await;
    client
        .batch_execute(&format!(
            "INSERT INTO {schema}.retell_migrations (version, name) VALUES (99, 'of tomorrow')"
        ))
        .await
        .expect("written");
    let newer = place.options("").open().await.expect_err("it is newer");
    assert!(matches!(newer, OpenError::NewerFormat { found: 99, .. }), "{newer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_told_apart_from_one_that_refuses() {
    let Some(server) = server() else { return };
    let nobody = PostgresOptions::new("postgres://nobody@127.0.0.1:1/none").expect("a URL");
    let refused = nobody.open().await.expect_err("nobody is there");
    assert!(matches!(refused, OpenError::CannotConnect { .. }), "{refused}");

    let (before, _) = server.rsplit_once('/').expect("a URL with a database");
    let none = PostgresOptions::new(&format!("{before}/no_such_database")).expect("a URL");
    let refused = none.open().await.expect_err("there is no such database");
    assert!(matches!(refused, OpenError::NoDatabase { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_does_not_wait_for_the_disk_is_refused() {
    let Some(place) = Place::new() else { return };
    let risky = place
        .options("&options=-c%20synchronous_commit%3Doff")
        .open()
        .await
        .expect_err("it would lose commits");
    let OpenError::Setting { setting: "synchronous_commit", .. } = risky else { panic!("{risky}") };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_only_read_takes_nothing() {
    let Some(place) = Place::new() else { return };
    let writer = place.open("").await;
    writer.append(one(1)).await.expect("stored");
    let reader = place.options("").read_only(true).open().await.expect("opened");
    assert_eq!(reader.head().await.expect("read").get(), 1);
    let refused = reader.append(one(2)).await.expect_err("it is read-only");
    assert!(matches!(refused, AppendError::Unavailable { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_roles_can_do_what_is_said_and_nothing_more() {
    let Some(place) = Place::new() else { return };
    place.open("").await.close().await;
    let client = place.client().await;
    let schema = &place.schema;
    let (writer, reader) = (format!("{schema}_writer"), format!("{schema}_reader"));
    let grants = include_str!("../docs/roles.md");
    let grants: String =
        grants.split("```sql").nth(1).and_then(|part| part.split("```").next()).expect("SQL").into();
    let grants = grants.replace("retell_writer", &writer).replace("retell_reader", &reader);
    let grants = grants
        .replace("SCHEMA retell", &format!("SCHEMA {schema}"))
        .replace(" retell.", &format!(" {schema}."));
    client.batch_execute(&grants).await.expect("the grants of the documentation");

    let role = |name: &str| format!("&options=-c%20role%3D{name}");
    let store = place.options(&role(&writer)).create(false).open().await.expect("the writer opens");
    store.append(one(1)).await.expect("the writer appends");
    let key = retell_store::RecordKey::new("a").expect("a key");
    store
        .records()
        .put(&key, vec![1], retell_store::Expect::Any, None)
        .await
        .expect("the writer keeps records");
    let reading = place.options(&role(&reader)).read_only(true).open().await.expect("the reader opens");
    assert_eq!(reading.head().await.expect("read").get(), 1);
    let refused =
        place.options(&role(&reader)).create(false).open().await.expect_err("the reader does not write");
    assert!(matches!(refused, OpenError::Privileges { .. }), "{refused}");
    client.batch_execute(&format!("SET ROLE {writer}")).await.expect("as the writer");
    for forbidden in [
        format!("UPDATE {schema}.events SET payload = '{{}}'"),
        format!("DELETE FROM {schema}.events"),
        format!("TRUNCATE {schema}.events"),
        format!("ALTER TABLE {schema}.events DISABLE TRIGGER ALL"),
        format!("DROP TABLE {schema}.events"),
        format!("DELETE FROM {schema}.head"),
    ] {
        client.batch_execute(&forbidden).await.expect_err(&forbidden);
    }
    client.batch_execute("RESET ROLE").await.expect("as before");
    store.close().await;
    reading.close().await;
    client
        .batch_execute(&format!("DROP OWNED BY {writer}, {reader}; DROP ROLE {writer}, {reader}"))
        .await
        .expect("the roles are dropped");
}
