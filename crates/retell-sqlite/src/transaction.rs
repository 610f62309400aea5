//! One transaction: judges the commits in the order of arrival, each on what
//! was stored before it, and changes records.

use std::sync::Arc;

use retell_store::queue::Pending;
use retell_store::{AppendError, Clock, Committed, Position, StreamName, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::changes::{Change, Changed};
use crate::failure::{Class, Fault};
use crate::streams::{Known, Streams};
use crate::turns::Others;

/// How many streams the writer knows, in each half.
const KNOWN: usize = 32_768;

/// What the writer keeps between transactions.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) others: Others,
    streams: Streams,
    /// Nothing before the first transaction.
    tail: Option<Tail>,
    clock: Arc<dyn Clock>,
}

/// The end of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) position: u64,
    pub(crate) recorded_at: Timestamp,
}

/// The answers, in the order of the questions, and the head of the log.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) commits: Vec<Result<Committed, AppendError>>,
    pub(crate) changes: Vec<Changed>,
    pub(crate) head: Position,
}

/// Why a transaction did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nothing was stored.
    NotStored(Fault),
    /// It may be stored or not.
    Unknown(Fault),
}

/// A transaction that has begun.
pub(crate) struct Transaction<'s> {
    pub(crate) connection: &'s Connection,
    pub(crate) streams: &'s mut Streams,
    pub(crate) clock: &'s dyn Clock,
    pub(crate) tail: Tail,
    pub(crate) find: CachedStatement<'s>,
    pub(crate) insert: CachedStatement<'s>,
    stream: CachedStatement<'s>,
}

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const TAIL: &str = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1";
const STREAM: &str = "SELECT id, (SELECT max(version) FROM events WHERE stream = streams.id) FROM streams \
                      WHERE name = ?1";

impl Session {
    pub(crate) fn new(connection: Connection, clock: Arc<dyn Clock>) -> Self {
        Self { connection, others: Others::default(), streams: Streams::new(KNOWN), tail: None, clock }
    }

    /// Stores what can be stored, all of it or nothing.
    pub(crate) fn store(&mut self, commits: &[Pending], changes: &[Change]) -> Result<Answers, Failed> {
        run(&self.connection, BEGIN).map_err(Failed::NotStored)?;
        match self.fill(commits, changes) {
            Ok((answers, tail)) => match run(&self.connection, COMMIT) {
                Ok(()) => {
                    self.tail = Some(tail);
                    Ok(answers)
                }
                Err(fault) => Err(self.not_committed(fault)),
            },
            Err(fault) => {
                self.undo();
                Err(Failed::NotStored(fault))
            }
        }
    }

    fn fill(&mut self, commits: &[Pending], changes: &[Change]) -> Result<(Answers, Tail), Fault> {
        self.others.look(data_version(&self.connection)?);
        let tail = tail(&self.connection)?;
        if self.tail != Some(tail) {
            // Another process has appended: what is known of streams may be wrong.
            self.streams.clear();
        }
        let mut transaction = Transaction::begin(self, tail)?;
        let mut answers = Vec::with_capacity(commits.len());
        for pending in commits {
            answers.push(transaction.append(&pending.commit)?);
        }
        let tail = transaction.tail;
        drop(transaction);
        let changes: Result<_, Fault> = changes.iter().map(|change| change.apply(&self.connection)).collect();
        Ok((Answers { commits: answers, changes: changes?, head: Position::new(tail.position) }, tail))
    }

    fn not_committed(&mut self, fault: Fault) -> Failed {
        self.undo();
        match fault.class() {
            // SQLite writes the mark that makes a transaction valid last, and
            // these mean that it did not come to that.
            Class::Busy | Class::Full | Class::ReadOnly => Failed::NotStored(fault),
            Class::Broken | Class::Refused => Failed::Unknown(fault),
        }
    }

    /// Rolls back, and forgets what it took for true.
    fn undo(&mut self) {
        self.streams.clear();
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
    }

    /// Closing the connection must not touch the log any more.
    pub(crate) fn abandon(&mut self) {
        let config = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(error) = self.connection.set_db_config(config, true) {
            tracing::warn!(%error, "the connection may still touch the log when it is closed");
        }
    }

    /// Whether a transaction is still open that should have ended.
    pub(crate) fn is_stuck(&self) -> bool {
        !self.connection.is_autocommit()
    }
}

impl<'s> Transaction<'s> {
    fn begin(session: &'s mut Session, tail: Tail) -> Result<Self, Fault> {
        let Session { connection, streams, clock, .. } = session;
        let connection: &'s Connection = connection;
        Ok(Self {
            connection,
            streams,
            clock: &**clock,
            tail,
            find: connection.prepare_cached(crate::reader::FIND)?,
            insert: connection.prepare_cached(crate::insert::EVENT)?,
            stream: connection.prepare_cached(STREAM)?,
        })
    }

    /// What is known of a stream; nothing where it has no events.
    pub(crate) fn stream(&mut self, name: &StreamName) -> Result<Option<Known>, Fault> {
        if let Some(known) = self.streams.get(name) {
            return Ok(Some(known));
        }
        let known =
            self.stream.query_row([name.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((id, version)) = known else { return Ok(None) };
        let Some(version) = version else {
            return Err(Fault::Damaged(format!("the stream {name} has no events")));
        };
        let known = Known { id, version: i64::unsigned_abs(version) };
        self.streams.put(name.clone(), known);
        Ok(Some(known))
    }
}

fn tail(connection: &Connection) -> Result<Tail, Fault> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Tail {
            position: row.get::<_, i64>(0)?.unsigned_abs(),
            recorded_at: Timestamp::from_micros(row.get(1)?),
        })
    };
    Ok(connection.prepare_cached(TAIL)?.query_row([], row).optional()?.unwrap_or_default())
}

/// A number that is another one after every commit of another connection.
fn data_version(connection: &Connection) -> Result<i64, Fault> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

fn run(connection: &Connection, sql: &str) -> Result<(), Fault> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
