//! Several handles on one file, as several processes have them.

use std::collections::HashMap;

use futures_util::future::join_all;
use retell_store::{AppendError, EventStore, Expected, PageLimit, Position, ReadLog, Version};

use crate::common::{Place, append, commit, event};

#[tokio::test]
async fn each_handle_sees_what_the_other_has_stored() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    for turn in 0..5_u64 {
        let first = commit("a/1", Expected::Exact(Version::new(turn * 2)), vec![event("x")]);
        one.append(first).await.unwrap();
        let second = commit("a/1", Expected::Exact(Version::new(turn * 2 + 1)), vec![event("x")]);
        assert_eq!(two.append(second).await.unwrap().last, Position::new(turn * 2 + 2));
        // What the first handle remembers of the stream is out of date now.
        let late =
            one.append(commit("a/1", Expected::Exact(Version::new(turn * 2 + 1)), vec![event("x")])).await;
        assert!(matches!(late, Err(AppendError::Conflict(found)) if found.competing.len() == 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writers_in_several_handles_one_wins_and_nothing_is_lost() {
    let place = Place::new();
    let handles: Vec<_> = (0..3).map(|_| place.open()).collect();
    let reader = {
        let store = place.open();
        tokio::spawn(async move {
            let mut read = ReadLog::new().limit(PageLimit { events: 7, bytes: 1 << 20 });
            let mut seen = Vec::new();
            while seen.len() < 300 {
                let page = store.read_log(read.clone()).await.unwrap();
                seen.extend(page.iter().map(|event| event.position().get()));
                read.after = page.covered;
                tokio::task::yield_now().await;
            }
            seen
        })
    };
    let tasks = handles.iter().cloned().flat_map(|store| (0..10).map(move |task| (store.clone(), task))).map(
        |(store, task)| {
            tokio::spawn(async move {
                let name = format!("a/{}", task % 3);
                let (mut version, mut stored) = (Version::NONE, Vec::new());
                while stored.len() < 10 {
                    match store.append(commit(&name, Expected::Exact(version), vec![event("x")])).await {
                        Ok(done) => {
                            stored.push((name.clone(), version, done.last));
                            version = version.plus(1);
                        }
                        Err(AppendError::Conflict(conflict)) => {
                            assert!(!conflict.competing.is_empty());
                            version = conflict.streams[0].actual;
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
                stored
            })
        },
    );
    let stored: Vec<_> = join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(stored.len(), 300);
    let mut winners: HashMap<_, u32> = HashMap::new();
    for (name, version, _) in &stored {
        *winners.entry((name.clone(), *version)).or_default() += 1;
    }
    assert!(winners.values().all(|count| *count == 1));
    assert_eq!(reader.await.unwrap(), (1..=300).collect::<Vec<u64>>());
    let page = handles[0].read_log(ReadLog::new()).await.unwrap();
    for (name, version, position) in stored {
        let event = page.get(position.get() as usize - 1).unwrap();
        assert_eq!((event.stream(), event.version()), (name.as_str(), version.plus(1)));
    }
}

#[tokio::test]
async fn a_lock_that_is_held_makes_an_append_too_busy_and_the_handle_goes_on() {
    let place = Place::new();
    let store = place.options().busy_timeout(std::time::Duration::from_millis(30)).open().unwrap();
    let other = place.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.append(commit("a/1", Expected::Any, vec![event("x")])).await;
    assert!(matches!(refused, Err(AppendError::TooBusy { .. })), "{refused:?}");
    assert_eq!(store.head().await.unwrap(), Position::START);
    other.execute_batch("ROLLBACK").unwrap();
    append(&store, "a/1", 1).await;
}
