//! A commit together with the caller's own SQL.

mod support;

use std::sync::Arc;
use std::time::Duration;

use retell_store::{AppendError, Commit, EventStore, Expected, Version};
use support::{Place, event, one, stream};
use tokio::time::timeout;

async fn with_table(place: &Place) -> tokio_postgres::Client {
    let client = place.client().await;
    let schema = &place.schema;
    client
        .batch_execute(&format!(
            "CREATE TABLE {schema}.legacy (id bigint PRIMARY KEY, state text NOT NULL); \
             INSERT INTO {schema}.legacy VALUES (1, 'open'), (2, 'open')"
        ))
        .await
        .expect("a table of the caller's own");
    client
}

async fn state(client: &tokio_postgres::Client, place: &Place, id: i64) -> String {
    let sql = format!("SELECT state FROM {}.legacy WHERE id = $1", place.schema);
    client.query_one(&sql, &[&id]).await.expect("the row").get(0)
}

fn close(place: &Place, id: i64) -> String {
    format!("UPDATE {}.legacy SET state = 'closed' WHERE id = {id}", place.schema)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_stored_or_neither() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let client = with_table(&place).await;

    let transaction = store.transaction().await.expect("begun");
    transaction.execute(&close(&place, 1), &[]).await.expect("updated");
    assert_eq!(state(&client, &place, 1).await, "open");
    let stored = transaction.commit_with(one(1)).await.expect("stored");
    assert_eq!(state(&client, &place, 1).await, "closed");
    assert_eq!(store.head().await.expect("read"), stored.last);

    let transaction = store.transaction().await.expect("begun");
    transaction.execute(&close(&place, 2), &[]).await.expect("updated");
    let late = Commit::new().write(stream(1), Expected::Absent, vec![event("again")]);
    let refused = transaction.commit_with(late).await.expect_err("a conflict");
    let AppendError::Conflict(conflict) = refused else { panic!("{refused}") };
    assert_eq!(conflict.competing.len(), 1);
    assert_eq!(state(&client, &place, 2).await, "open", "rolled back with the events");

    let transaction = store.transaction().await.expect("begun");
    transaction.execute(&close(&place, 2), &[]).await.expect("updated");
    drop(transaction);
    let transaction = store.transaction().await.expect("begun");
    let lock = format!("SELECT state FROM {}.legacy WHERE id = 2 FOR UPDATE", place.schema);
    let row = transaction.query(&lock, &[]);
    let rows = timeout(Duration::from_secs(10), row).await.expect("let go").expect("read");
    assert_eq!(rows[0].get::<_, String>(0), "open", "dropping rolls back");
    transaction.roll_back().await.expect("rolled back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_stored_already_does_not_run_its_sql_again() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let client = with_table(&place).await;
    let commit = one(1);
    for again in [false, true] {
        let transaction = store.transaction().await.expect("begun");
        let count = format!("UPDATE {}.legacy SET state = state || '!' WHERE id = 1", place.schema);
        transaction.execute(&count, &[]).await.expect("updated");
        let stored = transaction.commit_with(commit.clone()).await.expect("stored");
        assert_eq!(stored.already_stored, again);
    }
    assert_eq!(state(&client, &place, 1).await, "open!");
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_of_the_same_store_inside_a_transaction_are_in_no_deadlock() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let client = with_table(&place).await;
    let rounds = async {
        for round in 0..20 {
            let transaction = store.transaction().await.expect("begun");
            transaction.execute(&close(&place, 1), &[]).await.expect("updated");
            let inside = store.append(one(round)).await.expect("it is stored on its own");
            let stored = transaction.commit_with(one(round)).await.expect("stored");
            assert!(stored.first > inside.last);
            assert_eq!(stored.version_of(&stream(round)), Some(Version::new(2)));
        }
    };
    timeout(Duration::from_secs(60), rounds).await.expect("nobody waits for ever");
    assert_eq!(state(&client, &place, 1).await, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_lock_their_own_rows_crosswise_one_goes_on() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    let _client = with_table(&place).await;
    let (one_of, other) =
        (store.transaction().await.expect("begun"), store.transaction().await.expect("begun"));
    one_of.execute(&close(&place, 1), &[]).await.expect("locked");
    other.execute(&close(&place, 2), &[]).await.expect("locked");
    let place = Arc::clone(&place);
    let crossing = {
        let sql = close(&place, 2);
        tokio::spawn(async move {
            let crossed = one_of.execute(&sql, &[]).await;
            (one_of, crossed)
        })
    };
    let crossed = other.execute(&close(&place, 1), &[]).await;
    let results = [(other, crossed), crossing.await.expect("no panic")];
    let (mut stored, mut refused) = (0, 0);
    for (index, (transaction, crossed)) in results.into_iter().enumerate() {
        let ended = transaction.commit_with(one(index)).await;
        assert_eq!(crossed.is_ok(), ended.is_ok(), "{ended:?}");
        *(if ended.is_ok() { &mut stored } else { &mut refused }) += 1;
    }
    assert_eq!((stored, refused), (1, 1), "the server ends one of them");
    store.append(one(9)).await.expect("the writer was never in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_ended_with_sql_stores_no_events() {
    let Some(place) = Place::new() else { return };
    let store = place.open("").await;
    for ended in ["COMMIT", "ROLLBACK", "COMMIT; BEGIN", "COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE"] {
        let transaction = store.transaction().await.expect("begun");
        transaction.batch_execute(ended).await.expect("the server does it");
        let refused = transaction.commit_with(one(1)).await.expect_err(ended);
        assert!(matches!(refused, AppendError::Unavailable { .. }), "{ended}: {refused}");
    }
    let transaction = store.transaction().await.expect("begun");
    transaction.execute("SELECT no_such_function()", &[]).await.expect_err("it fails");
    let refused = transaction.commit_with(one(1)).await.expect_err("spoiled");
    assert!(refused.to_string().contains("own statements had failed"), "{refused}");
    assert_eq!(store.head().await.expect("read").get(), 0);
}
