//! Keyed values: compare-and-set, fences, revisions, lists.

use std::sync::Arc;

use retell_store::{Expect, Fence, Record, RecordError, RecordKey, Records, Revision};

use crate::kit::{WRITERS, any, is_sound, put, race, stream};
use crate::trial::{Checked, Failure, Trial, ensure, ensure_eq};

fn key(name: &str) -> RecordKey {
    RecordKey::new(name).expect("a good record key")
}

/// Fails unless the change was refused because the record has this revision.
fn changed<T: std::fmt::Debug>(answer: Result<T, RecordError>, has: Option<Revision>, what: &str) -> Checked {
    match answer {
        Err(RecordError::Changed { current, .. }) => {
            ensure_eq!(current, has, "{what}: the revision that was told")
        }
        other => return Err(Failure(format!("{what}: {other:?}"))),
    }
    Ok(())
}

pub(crate) async fn records_change_by_compare_and_set(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let (records, k) = (store.records(), key("checkpoint/open tickets"));
    ensure_eq!(records.get(&k).await?, None, "a record that is not there");
    let one = records.put(&k, vec![1], Expect::Absent, None).await?;
    changed(records.put(&k, vec![9], Expect::Absent, None).await, Some(one), "absent, and it is there")?;
    let two = records.put(&k, vec![2], Expect::Revision(one), None).await?;
    ensure!(two > one, "revision {two:?} comes after {one:?}");
    changed(records.put(&k, vec![9], Expect::Revision(one), None).await, Some(two), "an old revision")?;
    changed(records.delete(&k, Expect::Revision(one), None).await, Some(two), "deleting an old revision")?;
    changed(records.delete(&k, Expect::Absent, None).await, Some(two), "deleting what should be absent")?;
    let wanted = Record { key: k.clone(), value: vec![2], revision: two };
    ensure_eq!(records.get(&k).await?, Some(wanted), "the record after refused changes");
    let three = records.put(&k, Vec::new(), Expect::Any, None).await?;
    records.delete(&k, Expect::Revision(three), None).await?;
    ensure_eq!(records.get(&k).await?, None, "a deleted record");
    changed(
        records.put(&k, vec![9], Expect::Revision(three), None).await,
        None,
        "a revision that was deleted",
    )?;
    changed(records.delete(&k, Expect::Revision(three), None).await, None, "deleting what was deleted")?;
    records.delete(&k, Expect::Any, None).await?;
    records.delete(&k, Expect::Absent, None).await?;
    ensure_eq!(records.get(&k).await?, None, "a record that was deleted again and again");
    Ok(())
}

pub(crate) async fn records_never_use_a_revision_twice(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let records = store.records();
    let mut rng = t.rng();
    let mut last: Option<Revision> = None;
    for n in 0..t.times(200) {
        let k = key(&format!("k{}", rng.among(0..3)));
        if rng.one_in(3) {
            records.delete(&k, Expect::Any, None).await?;
            continue;
        }
        let revision = records.put(&k, vec![n as u8], Expect::Any, None).await?;
        ensure!(last < Some(revision), "revision {revision:?} comes after {last:?}");
        last = Some(revision);
    }
    Ok(())
}

pub(crate) async fn records_are_fenced_by_a_lease(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let (records, lease, k) = (store.records(), key("lease/projector"), key("checkpoint/projector"));
    let fence = |revision| Some(Fence { lease: key("lease/projector"), revision });
    let fenced = |answer: Result<(), RecordError>, what: &str| match answer {
        Err(RecordError::Fenced { lease }) if lease == key("lease/projector") => Ok(()),
        other => Err(Failure(format!("{what}: {other:?}"))),
    };
    let none = Revision::new(1);
    fenced(records.put(&k, vec![0], Expect::Any, fence(none)).await.map(drop), "a lease that is not there")?;
    let first = records.put(&lease, b"one".to_vec(), Expect::Absent, None).await?;
    records.put(&k, vec![1], Expect::Absent, fence(first)).await?;
    let second = records.put(&lease, b"two".to_vec(), Expect::Revision(first), None).await?;
    fenced(
        records.put(&k, vec![9], Expect::Any, fence(first)).await.map(drop),
        "a write under an old lease",
    )?;
    fenced(records.delete(&k, Expect::Any, fence(first)).await, "a delete under an old lease")?;
    ensure_eq!(records.get(&k).await?.map(|r| r.value), Some(vec![1]), "the record after fenced changes");
    let revision = records.put(&k, vec![2], Expect::Any, fence(second)).await?;
    changed(
        records.put(&k, vec![9], Expect::Absent, fence(second)).await,
        Some(revision),
        "under a good lease",
    )?;
    // A lease may fence itself: its holder renews it.
    let third = records.put(&lease, b"two".to_vec(), Expect::Any, fence(second)).await?;
    fenced(
        records.put(&lease, b"no".to_vec(), Expect::Any, fence(second)).await.map(drop),
        "an old renewal",
    )?;
    records.delete(&k, Expect::Any, fence(third)).await?;
    records.delete(&lease, Expect::Any, None).await?;
    fenced(records.put(&k, vec![9], Expect::Any, fence(third)).await.map(drop), "a lease that was given up")?;
    let fourth = records.put(&lease, b"two".to_vec(), Expect::Absent, None).await?;
    ensure!(fourth > third, "a lease that was given up and taken again got {fourth:?} after {third:?}");
    fenced(records.put(&k, vec![9], Expect::Any, fence(third)).await.map(drop), "the lease of before")?;
    ensure_eq!(records.get(&k).await?, None, "the record in the end");
    Ok(())
}

pub(crate) async fn records_have_one_winner(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let k = key("lease/only one");
    let mut current: Option<Revision> = None;
    for round in 0..t.times(20) {
        let expect = current.map_or(Expect::Absent, Expect::Revision);
        let answers = race(WRITERS, |writer| {
            let (store, k) = (Arc::clone(&store), k.clone());
            async move { Ok(store.records().put(&k, vec![writer as u8], expect, None).await) }
        })
        .await?;
        let winners: Vec<_> =
            answers.iter().enumerate().filter_map(|(n, a)| Some((n, *a.as_ref().ok()?))).collect();
        ensure_eq!(winners.len(), 1, "winners of {WRITERS} in round {round}");
        let (winner, revision) = winners[0];
        for answer in answers.into_iter().filter(Result::is_err) {
            changed(answer, Some(revision), "a loser")?;
        }
        let wanted = Record { key: k.clone(), value: vec![winner as u8], revision };
        ensure_eq!(store.records().get(&k).await?, Some(wanted), "the record after round {round}");
        current = Some(revision);
    }
    Ok(())
}

async fn increment(records: &dyn Records, k: &RecordKey) -> Checked {
    loop {
        let now = records.get(k).await?;
        let (count, expect) = match &now {
            Some(record) => {
                (u64::from_le_bytes(record.value[..].try_into()?), Expect::Revision(record.revision))
            }
            None => (0, Expect::Absent),
        };
        // Others come in between, also where nothing ever waits.
        tokio::task::yield_now().await;
        match records.put(k, (count + 1).to_le_bytes().to_vec(), expect, None).await {
            Ok(_) => return Ok(()),
            Err(RecordError::Changed { .. }) => tokio::task::yield_now().await,
            Err(other) => return Err(other.into()),
        }
    }
}

pub(crate) async fn records_lose_no_update_beside_appends(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let k = key("counter");
    let rounds = t.times(5);
    race(WRITERS, |writer| {
        let (store, k) = (Arc::clone(&store), k.clone());
        async move {
            for n in 0..rounds {
                increment(store.records(), &k).await?;
                put(&*store, &any(&stream(writer % 5), n)).await?;
            }
            Ok(())
        }
    })
    .await?;
    let count = store.records().get(&k).await?.map(|record| record.value);
    ensure_eq!(count, Some(((WRITERS * rounds) as u64).to_le_bytes().to_vec()), "the counter");
    ensure_eq!(is_sound(&*store).await?.len(), WRITERS * rounds, "events in the log");
    Ok(())
}

pub(crate) async fn records_are_listed_by_prefix_in_pages(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let records = store.records();
    let names = [
        "a",
        "a/",
        "a/1",
        "a/10",
        "a/2",
        "a/é",
        "a%",
        "a_b",
        "aXb",
        "A/1",
        "b",
        "b'--",
        "snapshot/ticket/1",
        "snapshot/ticket/2",
        "snapshot/ticke",
        "snapshot/ticket0",
        "ü",
        "🎫",
        "z",
    ];
    let mut all = Vec::new();
    for name in names {
        let (k, value) = (key(name), name.as_bytes().to_vec());
        let revision = records.put(&k, value.clone(), Expect::Absent, None).await?;
        all.push(Record { key: k, value, revision });
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let prefixes =
        ["", "a", "a/", "a/1", "a%", "a_", "A", "%", "_", "'", "snapshot/ticket/", "ü", "🎫", "none", "z"];
    for prefix in prefixes {
        let wanted: Vec<_> =
            all.iter().filter(|record| record.key.as_str().starts_with(prefix)).cloned().collect();
        for limit in [1, 2, 5, 1_000] {
            let mut found: Vec<Record> = Vec::new();
            loop {
                let after = found.last().map(|record| record.key.clone());
                let page = records.list(prefix, after.as_ref(), limit).await?;
                ensure!(page.len() <= limit, "a list of at most {limit} records has {}", page.len());
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            ensure_eq!(found, wanted, "the records that begin with {prefix:?}, in pages of {limit}");
        }
    }
    ensure!(records.list("", None, 0).await?.is_empty(), "a list of no records has some");
    // It goes on after a key that is not there, and before the first of the prefix.
    let before = records.list("b", Some(&key("a/11")), 10).await?;
    ensure_eq!(before.len(), 2, "records that begin with b, after a/11");
    ensure!(
        records.list("a", Some(&key("c")), 10).await?.is_empty(),
        "records that begin with a come after c"
    );
    Ok(())
}

pub(crate) async fn records_hold_bytes_up_to_the_limit(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    let (records, k) = (store.records(), key("bytes"));
    let most = <dyn Records>::MAX_VALUE;
    for value in [Vec::new(), vec![0], (0..=255).collect(), vec![0xFF; 100_000], vec![7; most]] {
        let revision = records.put(&k, value.clone(), Expect::Any, None).await?;
        let found = records.get(&k).await?;
        let same = found.is_some_and(|record| record.value == value && record.revision == revision);
        ensure!(same, "a value of {} bytes does not come back", value.len());
    }
    let before = records.get(&k).await?;
    match records.put(&k, vec![8; most + 1], Expect::Any, None).await {
        Err(RecordError::TooLarge { bytes, limit }) => {
            ensure_eq!((bytes, limit), (most + 1, most), "what was told")
        }
        other => return Err(Failure(format!("a value over the limit: {other:?}"))),
    }
    ensure!(records.get(&k).await? == before, "a value over the limit left something behind");
    records.put(&k, vec![1], Expect::Any, None).await?;
    Ok(())
}

pub(crate) async fn records_are_no_events(t: Arc<Trial>) -> Checked {
    let store = t.store().await?;
    put(&*store, &any(&stream(1), "before")).await?;
    let before = crate::kit::sight(&*store).await?;
    let mut watch = store.watch();
    let told = watch.latest();
    for n in 0..10 {
        store.records().put(&key(&format!("snapshot/{n}")), vec![1], Expect::Any, None).await?;
    }
    store.records().delete(&key("snapshot/3"), Expect::Any, None).await?;
    before.is_unchanged(&*store, "changes to records").await?;
    ensure!(watch.latest() == told || watch.latest() == store.head().await?, "the watch tells of records");
    let next = put(&*store, &any(&stream(1), "after")).await?;
    watch.beyond(told.min(before_of(next.first))).await.map(drop).map_err(Into::into)
}

fn before_of(position: retell_store::Position) -> retell_store::Position {
    retell_store::Position::new(position.get() - 1)
}
