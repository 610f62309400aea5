//! One transaction that appends, in two round trips: the first takes the lock
//! and reads what the commits are judged on, the second stores and commits.
//!
//! The statements of a round trip are sent at once and run in order; READ
//! COMMITTED gives each of them what was committed before it began, so those
//! after the lock see all that the holders before stored.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{OptionFuture, join_all, join4, join5};
use retell_store::{CheckedCommit, Clock, CommitId, Timestamp};
use tokio::time::timeout;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::columns::{Columns, to_sql};
use crate::failure::Fault;
use crate::judge::{Ground, Place, Tail};
use crate::link::{Link, Value};
use crate::options::{PostgresOptions, Timeouts};
use crate::query::Search;
use crate::row::{integer, place};
use crate::sql::Q;

/// How a transaction that appends begins, and what bounds it.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) begin: String,
    /// Where to tell of new events, if that is wanted.
    channel: Option<String>,
    /// After this long without an answer the connection counts as lost.
    patience: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why a transaction did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nothing was stored.
    NotStored(Fault),
    /// It may be stored or not; the commit ids tell.
    Unknown(Fault),
    /// It is stored here, but the server says that it may be lost with it.
    Unreplicated,
}

impl Terms {
    pub(crate) fn new(options: &PostgresOptions, server: u32) -> Self {
        let Timeouts { stall, lock, statement } = options.timeouts;
        let mut begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
             SET LOCAL idle_in_transaction_session_timeout = {}; \
             SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}",
            stall.as_millis(),
            lock.as_millis(),
            (statement + lock).as_millis(),
        );
        if server >= 170_000 {
            begin.push_str(&format!(
                "; SET LOCAL transaction_timeout = {}",
                (stall + statement + lock).as_millis()
            ));
        }
        Self {
            begin,
            channel: options.notify.then(|| options.schema.clone()),
            patience: lock + statement * 2 + stall,
            clock: Arc::clone(&options.clock),
        }
    }

    /// Begins the transaction (or goes on in one, with an empty `begin`),
    /// takes the lock, and reads what the commits are judged on.
    pub(crate) async fn ground(
        &self,
        link: &Link,
        begin: &str,
        commits: &[&CheckedCommit],
    ) -> Result<Locked, Fault> {
        let names: BTreeSet<&str> =
            commits.iter().flat_map(|commit| commit.writes()).map(|write| write.stream.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let ids: Vec<Uuid> = commits.iter().map(|commit| uuid(commit.id())).collect();
        let conditions = join_all(commits.iter().map(|commit| broken(link, commit)));
        let (name_values, id_values): ([Value<'_>; 1], [Value<'_>; 1]) = ([&names], [&ids]);
        let all = join5(
            link.run(begin),
            link.rows(Q::Lock, &[]),
            link.rows(Q::Versions, &name_values),
            link.rows(Q::Ids, &id_values),
            conditions,
        );
        // The first that failed is the cause; those after it only say so.
        let (begun, lock, versions, stored, broken) =
            timeout(self.patience, all).await.map_err(|_| Fault::Silent)?;
        begun?;
        let lock = lock?;
        let (versions, stored) = (versions?, stored?);
        let mut locked = Locked::new(&lock)?;
        for row in &versions {
            locked.ground.versions.insert(row.try_get(0)?, place(row, 1)?);
        }
        for row in &stored {
            let (id, place) = stored_place(row)?;
            locked.ground.stored.insert(id, place);
        }
        locked.ground.broken = broken.into_iter().collect::<Result<_, Fault>>()?;
        Ok(locked)
    }

    /// Looks under the lock which of the commits are stored, and ends the
    /// transaction. Whoever held the lock before has come to an end, so what
    /// is not found now was not stored.
    pub(crate) async fn look_up(&self, link: &Link, ids: &[Uuid]) -> Result<Vec<(CommitId, Place)>, Fault> {
        let values: [Value<'_>; 1] = [&ids];
        let lock = link.rows(Q::Lock, &[]);
        let all = join4(link.run(&self.begin), lock, link.rows(Q::Ids, &values), link.run("ROLLBACK"));
        let (begun, lock, found, ended) = timeout(self.patience, all).await.map_err(|_| Fault::Silent)?;
        begun?;
        lock?;
        let found = found?.iter().map(stored_place).collect();
        ended?;
        found
    }

    /// Stores the rows, moves the head, tells of it, and commits.
    pub(crate) async fn store(&self, link: &Link, columns: &Columns<'_>, tail: Tail) -> Result<(), Failed> {
        let warned = link.warnings();
        let (position, recorded_at) = (to_sql(tail.position), tail.recorded_at.as_micros());
        let channel = self.channel.as_deref().unwrap_or_default();
        let (events, tags) = (columns.events(), columns.tags());
        let moved: [Value<'_>; 3] = [&position, &recorded_at, &channel];
        let moving = match self.channel {
            Some(_) => link.rows(Q::MoveHeadAndNotify, &moved),
            None => link.rows(Q::MoveHead, &moved[..2]),
        };
        let all = join4(
            link.rows(Q::InsertEvents, &events),
            OptionFuture::from(tags.as_ref().map(|tags| link.rows(Q::InsertTags, tags))),
            moving,
            link.run("COMMIT"),
        );
        let Ok((events, tags, moved, committed)) = timeout(self.patience, all).await else {
            return Err(Failed::Unknown(Fault::Silent));
        };
        events.map_err(before_the_commit)?;
        tags.transpose().map_err(before_the_commit)?;
        let moved = moved.map_err(before_the_commit)?;
        committed.map_err(|fault| match fault.is_an_answer() && !fault.ends_the_session() {
            true => Failed::NotStored(fault),
            false => Failed::Unknown(fault),
        })?;
        if moved.is_empty() {
            return Err(Failed::NotStored(Fault::Damaged(
                "the head of the log could not be moved".to_owned(),
            )));
        }
        // A standby that was to confirm it did not, for example.
        if link.warnings() == warned { Ok(()) } else { Err(Failed::Unreplicated) }
    }
}

/// A statement before the COMMIT failed. Where the server said so, it rolls
/// back at the COMMIT, which was sent already; where it said nothing, it may
/// have done all of it.
fn before_the_commit(fault: Fault) -> Failed {
    match fault {
        Fault::Postgres(ref error) if error.as_db_error().is_none() => Failed::Unknown(fault),
        fault => Failed::NotStored(fault),
    }
}

/// Whether what is stored breaks the condition of a commit.
async fn broken(link: &Link, commit: &CheckedCommit) -> Result<bool, Fault> {
    let Some(condition) = commit.condition() else { return Ok(false) };
    let search = Search::new(&condition.query);
    let Some(items) = search.as_json() else { return Ok(false) };
    let q = if search.is_tagged() { Q::BrokenTagged } else { Q::Broken };
    let rows = link.rows(q, &[&to_sql(condition.after.get()), &i64::MAX, &items]).await?;
    let row = rows.first().ok_or_else(|| Fault::Damaged("a condition was not answered".to_owned()))?;
    Ok(row.try_get(0)?)
}

/// The lock is taken.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) ground: Ground,
    pub(crate) isolation: String,
    /// What the transaction was marked with, where it was.
    pub(crate) mark: Option<String>,
}

impl Locked {
    fn new(rows: &[Row]) -> Result<Self, Fault> {
        let row = rows.first().ok_or_else(|| Fault::Damaged("the head of the log is missing".to_owned()))?;
        let tail = Tail { position: place(row, 0)?, recorded_at: Timestamp::from_micros(integer(row, 1)?) };
        let ground = Ground { tail, ..Ground::default() };
        Ok(Self { ground, isolation: row.try_get(2)?, mark: row.try_get(3)? })
    }
}

fn stored_place(row: &Row) -> Result<(CommitId, Place), Fault> {
    let id: Uuid = row.try_get(0)?;
    let size: i32 = row.try_get(2)?;
    let recorded_at = Timestamp::from_micros(integer(row, 3)?);
    let place = Place { first: place(row, 1)?, size: u64::from(size.unsigned_abs()), recorded_at };
    Ok((CommitId::from_bytes(id.into_bytes()), place))
}

pub(crate) fn uuid(id: CommitId) -> Uuid {
    Uuid::from_bytes(*id.as_bytes())
}
