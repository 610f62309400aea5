//! Keyed values beside the log.
//!
//! A change is one call of a function of the schema, in a transaction of its
//! own. It runs on a task: a caller who goes away leaves it whole or absent.

use std::sync::Arc;

use futures_util::future::join3;
use retell_store::{BoxFuture, Expect, Fence, Record, RecordError, RecordKey, Records, Revision};
use tokio_postgres::Row;

use crate::batch::Terms;
use crate::columns::to_sql;
use crate::failure::{Class, Fault, RUNTIME_GONE};
use crate::link::{Link, Value};
use crate::readers::{Pool, reading};
use crate::row::{integer, text};
use crate::sql::Q;
use crate::store::PostgresStore;

/// A change of a record.
struct Change {
    key: RecordKey,
    /// The new value; nothing deletes the record.
    value: Option<Vec<u8>>,
    expect: Expect,
    fence: Option<Fence>,
}

type Changed = Result<Option<Revision>, RecordError>;

impl Change {
    /// Makes the change; once more where an idle connection had been closed
    /// before it began.
    async fn make(&self, pool: &Pool, terms: &Terms) -> Changed {
        let mut again = true;
        loop {
            let mut link = pool.link().await.map_err(|fault| fault.unchanged())?;
            let sent = self.send(&link, terms).await;
            // An open transaction would not do for the next one.
            if matches!(&sent, Err((_, Begun::No))) {
                let _ended = link.run("ROLLBACK").await;
            }
            link.answered();
            match sent {
                Ok(row) => return self.answer(&row).map_err(|fault| fault.unchanged())?,
                Err((fault, Begun::No)) if again && link.used && fault.class() == Class::Lost => {
                    again = false;
                    pool.forget();
                }
                Err((fault, Begun::No)) => return Err(fault.unchanged()),
                Err((fault, Begun::Maybe)) => {
                    let reason =
                        format!("it is unknown whether the record was changed: {fault}; read it again");
                    return Err(RecordError::Unavailable { reason });
                }
            }
        }
    }

    async fn send(&self, link: &Link, terms: &Terms) -> Result<Row, (Fault, Begun)> {
        let no = |fault| (fault, Begun::No);
        link.prepare(&[Q::ChangeRecord]).await.map_err(no)?;
        let (expects, expected) = match self.expect {
            Expect::Any => ("any", None),
            Expect::Absent => ("absent", None),
            Expect::Revision(revision) => ("revision", Some(to_sql(revision.get()))),
        };
        let lease = self.fence.as_ref().map(|fence| fence.lease.as_str());
        let lease_revision = self.fence.as_ref().map(|fence| to_sql(fence.revision.get()));
        let key = self.key.as_str();
        let values: [Value<'_>; 6] = [&key, &self.value, &expects, &expected, &lease, &lease_revision];
        let changed = link.rows(Q::ChangeRecord, &values);
        // In one round trip, so that the lock is held for no longer than the server takes.
        let (begun, changed, ended) = join3(link.run(&terms.begin), changed, link.run("COMMIT")).await;
        let maybe = |fault: Fault| match fault.is_an_answer() {
            true => (fault, Begun::No),
            false => (fault, Begun::Maybe),
        };
        begun.map_err(maybe)?;
        let mut changed = changed.map_err(maybe)?;
        ended.map_err(|fault| (fault, Begun::Maybe))?;
        changed.pop().ok_or_else(|| no(Fault::Damaged("change_record gave no row".to_owned())))
    }

    fn answer(&self, row: &Row) -> Result<Changed, Fault> {
        let current: Option<i64> = row.try_get(1)?;
        let current = current.map(|revision| Revision::new(revision.unsigned_abs()));
        Ok(match (text(row, 0)?, &self.fence) {
            ("done", _) => Ok(current.filter(|_| self.value.is_some())),
            ("fenced", Some(fence)) => Err(RecordError::Fenced { lease: fence.lease.clone() }),
            _ => Err(RecordError::Changed { key: self.key.clone(), current }),
        })
    }
}

/// Whether the change had been sent when it failed.
enum Begun {
    No,
    Maybe,
}

async fn get(link: &Link, key: &RecordKey) -> Result<Option<Record>, Fault> {
    let rows = link.rows(Q::GetRecord, &[&key.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let revision = Revision::new(integer(row, 1)?.unsigned_abs());
    Ok(Some(Record { key: key.clone(), value: row.try_get(0)?, revision }))
}

async fn list(
    link: &Link,
    prefix: &str,
    after: Option<&RecordKey>,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let not = after.map_or("", RecordKey::as_str);
    let rows = link.rows(Q::ListRecords, &[&not.max(prefix), &not, &prefix, &to_sql(limit as u64)]).await?;
    let mut records = Vec::new();
    for row in &rows {
        // The keys with the prefix stand together; the first without it ends them.
        let Some(value) = row.try_get::<_, Option<Vec<u8>>>(2)? else { break };
        let key = RecordKey::new(text(row, 0)?).map_err(|error| Fault::Damaged(error.to_string()))?;
        records.push(Record { key, value, revision: Revision::new(integer(row, 1)?.unsigned_abs()) });
    }
    Ok(records)
}

impl PostgresStore {
    async fn change(&self, change: Change) -> Changed {
        let (pool, terms) = self.changing()?;
        let (pool, terms) = (Arc::clone(pool), Arc::clone(terms));
        let task = self.runtime().spawn(async move { change.make(&pool, &terms).await });
        task.await.unwrap_or_else(|_| Err(RecordError::Stopped { reason: RUNTIME_GONE.to_owned() }))
    }
}

/// What PostgreSQL's text cannot hold cannot be the beginning of a key either.
fn is_possible(prefix: &str) -> bool {
    !prefix.contains('\0')
}

impl Records for PostgresStore {
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>> {
        Box::pin(
            async move { reading!(self.readers(), |link| get(link, key)).map_err(|fault| fault.unchanged()) },
        )
    }

    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>> {
        Box::pin(async move {
            <dyn Records>::check_size(&value)?;
            let changed = self.change(Change { key: key.clone(), value: Some(value), expect, fence }).await?;
            changed.ok_or_else(|| RecordError::Unavailable { reason: "the change was not made".to_owned() })
        })
    }

    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move {
            self.change(Change { key: key.clone(), value: None, expect, fence }).await.map(drop)
        })
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>> {
        Box::pin(async move {
            if !is_possible(prefix) {
                return Ok(Vec::new());
            }
            reading!(self.readers(), |link| list(link, prefix, after, limit))
                .map_err(|fault| fault.unchanged())
        })
    }
}
