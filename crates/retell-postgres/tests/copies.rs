//! A copy by pg_dump, restored into a new server, is the same store.

mod support;

use std::process::Stdio;

use retell_store::{AppendError, EventStore, Expect, Page, ReadLog, RecordKey};
use support::cluster::{Cluster, run};
use support::{Place, one};

fn shown(page: &Page) -> Vec<String> {
    page.iter().map(|event| format!("{event:?} {:?} {}", event.commit(), event.tags_text())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_versions_and_revisions_hold_in_a_restored_copy() {
    let Some((from, to)) = tokio::task::block_in_place(|| Some((Cluster::start()?, Cluster::start()?)))
    else {
        return;
    };
    let place = Place::at(from.url());
    let store = place.open("").await;
    for id in 0..50 {
        store.append(one(id % 7)).await.expect("stored");
    }
    let commit = one("again");
    let stored = store.append(commit.clone()).await.expect("stored");
    let key = RecordKey::new("checkpoint/a").expect("a key");
    let revision = store.records().put(&key, vec![7], Expect::Any, None).await.expect("kept");
    let before = store.read_log(ReadLog::new()).await.expect("read");
    let info = store.info();
    store.close().await;

    let dump = run(from.program("pg_dump").arg(from.url()).args(["--schema", &place.schema]));
    let mut restore = to.program("psql");
    restore
        .arg(to.url())
        .args(["--quiet", "--set=ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut restoring = restore.spawn().expect("psql starts");
    std::io::Write::write_all(&mut restoring.stdin.take().expect("piped"), &dump).expect("sent");
    assert!(restoring.wait().expect("psql ends").success());

    let url = format!("{}?schema={}", to.url(), place.schema);
    let copy = retell_postgres::PostgresStore::open(&url).await.expect("the copy opens");
    assert_eq!(copy.info().id, info.id);
    assert_eq!(shown(&copy.read_log(ReadLog::new()).await.expect("read")), shown(&before));
    let again = copy.append(commit).await.expect("found");
    assert!(again.already_stored && again.first == stored.first);
    let next = copy.append(one("new")).await.expect("stored");
    assert_eq!(next.first.get(), stored.last.get() + 1, "it goes on where it was");
    let record = copy.records().get(&key).await.expect("read").expect("kept");
    assert_eq!((record.value, record.revision), (vec![7], revision));
    assert!(
        copy.records().put(&key, vec![8], Expect::Revision(revision), None).await.expect("kept") > revision
    );
    let client = support::connect(&to.url()).await;
    let forbidden = format!("DELETE FROM {}.events", place.schema);
    client.batch_execute(&forbidden).await.expect_err("the guards came with it");
    let late = retell_store::Commit::new().write(
        support::stream(1),
        retell_store::Expected::Absent,
        vec![support::event("late")],
    );
    assert!(matches!(copy.append(late).await, Err(AppendError::Conflict(_))));
}
