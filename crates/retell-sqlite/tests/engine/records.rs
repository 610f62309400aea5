//! Keyed values beside the log.

use futures_util::future::join_all;
use retell_store::{Expect, Fence, RecordError, RecordKey, Records};

use crate::common::{Place, append};

fn key(name: &str) -> RecordKey {
    RecordKey::new(name).unwrap()
}

#[tokio::test]
async fn a_record_is_written_as_expected_and_read_back() {
    let place = Place::new();
    let store = place.open();
    let k = key("checkpoint/open tickets");
    assert_eq!(store.get(&k).await.unwrap(), None);
    let one = store.put(&k, b"one".to_vec(), Expect::Absent, None).await.unwrap();
    let again = store.put(&k, b"x".to_vec(), Expect::Absent, None).await;
    assert!(matches!(again, Err(RecordError::Changed { current, .. }) if current == Some(one)));
    let two = store.put(&k, vec![0xff; 200_000], Expect::Revision(one), None).await.unwrap();
    assert!(two > one);
    let late = store.put(&k, vec![], Expect::Revision(one), None).await;
    assert!(matches!(late, Err(RecordError::Changed { current, .. }) if current == Some(two)));
    let found = place.open().get(&k).await.unwrap().unwrap();
    assert_eq!((found.value, found.revision), (vec![0xff; 200_000], two));
    assert!(matches!(store.delete(&k, Expect::Revision(one), None).await, Err(RecordError::Changed { .. })));
    store.delete(&k, Expect::Revision(two), None).await.unwrap();
    store.delete(&k, Expect::Any, None).await.unwrap();
    store.delete(&k, Expect::Absent, None).await.unwrap();
    assert_eq!(store.get(&k).await.unwrap(), None);
    let three = store.put(&k, vec![], Expect::Any, None).await.unwrap();
    assert!(three > two);
    assert_eq!(store.get(&k).await.unwrap().map(|record| record.value), Some(vec![]));
    let large = store.put(&k, vec![0; <dyn Records>::MAX_VALUE + 1], Expect::Any, None).await;
    assert!(matches!(large, Err(RecordError::TooLarge { .. })));
    store.put(&k, vec![1; <dyn Records>::MAX_VALUE], Expect::Any, None).await.unwrap();
    assert_eq!(store.get(&k).await.unwrap().unwrap().value.len(), <dyn Records>::MAX_VALUE);
}

#[tokio::test]
async fn a_lease_that_has_moved_on_fences() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let (lease, k) = (key("lease/projections"), key("checkpoint/a"));
    let mine = one.put(&lease, b"one".to_vec(), Expect::Absent, None).await.unwrap();
    let fence = |revision| Some(Fence { lease: key("lease/projections"), revision });
    one.put(&k, b"1".to_vec(), Expect::Any, fence(mine)).await.unwrap();
    let theirs = two.put(&lease, b"two".to_vec(), Expect::Revision(mine), None).await.unwrap();
    for refused in [
        one.put(&k, b"2".to_vec(), Expect::Any, fence(mine)).await.map(drop),
        one.delete(&k, Expect::Any, fence(mine)).await,
    ] {
        assert!(matches!(refused, Err(RecordError::Fenced { .. })));
    }
    two.put(&k, b"2".to_vec(), Expect::Any, fence(theirs)).await.unwrap();
    assert_eq!(one.get(&k).await.unwrap().unwrap().value, b"2");
}

#[tokio::test]
async fn records_are_listed_by_prefix_in_the_order_of_bytes() {
    let place = Place::new();
    let store = place.open();
    for name in ["b", "a/2", "a/1", "a", "a/ü", "ab", "a%", "a_"] {
        store.put(&key(name), name.into(), Expect::Any, None).await.unwrap();
    }
    let list = async |prefix: &str, after: Option<&str>, limit| {
        let after = after.map(key);
        let records = Records::list(&store, prefix, after.as_ref(), limit).await.unwrap();
        records.into_iter().map(|record| record.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list("", None, 99).await, ["a", "a%", "a/1", "a/2", "a/ü", "a_", "ab", "b"]);
    assert_eq!(list("a/", None, 99).await, ["a/1", "a/2", "a/ü"]);
    assert_eq!(list("a/", Some("a/1"), 1).await, ["a/2"]);
    assert_eq!(list("a/", Some("a"), 1).await, ["a/1"]);
    assert_eq!(list("a/", Some("b"), 99).await, [""; 0]);
    assert_eq!(list("a", None, 0).await, [""; 0]);
    assert_eq!(list("", Some("ab"), 99).await, ["b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_change_a_record_one_wins() {
    let place = Place::new();
    let handles = [place.open(), place.open()];
    append(&handles[0], "a/1", 1).await;
    let tasks = (0..20).map(|n| {
        let store = handles[n % 2].clone();
        tokio::spawn(async move { store.put(&key("k"), vec![n as u8], Expect::Absent, None).await })
    });
    let results: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}
