//! A commit together with the caller's own SQL. The one place where types of
//! `tokio_postgres` are part of what this crate offers.

use std::fmt;
use std::sync::Arc;

use retell_store::{AppendError, CheckedCommit, Commit, Committed, HeadSignal, Position};
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, ToStatement};
use uuid::Uuid;

use crate::answer;
use crate::batch::{Failed, Terms};
use crate::failure::{Class, Fault, RUNTIME_GONE};
use crate::judge::{Judged, Verdict, judge};
use crate::link::Link;
use crate::readers::Pool;
use crate::store::check;

/// A transaction of the caller's own, which ends with a commit of events: both
/// are stored, or neither.
///
/// So a team can move a table and events at once: write the row of the legacy
/// table here, then append the event that says the same.
///
/// ```no_run
/// # async fn run(store: retell_postgres::PostgresStore, commit: retell_store::Commit)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let transaction = store.transaction().await?;
/// transaction.execute("UPDATE legacy.tickets SET state = 'closed' WHERE id = $1", &[&42_i64]).await?;
/// let stored = transaction.commit_with(commit).await?; // both, or neither
/// # Ok(())
/// # }
/// ```
///
/// Rules:
/// - **Keep it short.** It is READ COMMITTED, on a connection of its own, and
///   bounded like every append: the server ends it when it is idle for longer
///   than the stall timeout.
/// - The end of the log is locked last, in [`commit_with`](Self::commit_with).
///   Until then it holds nobody up, and appends to the same store, from
///   inside too, go on: they are stored on their own, whatever becomes of
///   this transaction. After that no lock is asked for any more, so it is in
///   no deadlock with an append. With another transaction of this kind, or with
///   other programs, it can be, over the caller's own rows: then the server
///   ends one of them, and the answer is
///   [`TooBusy`](retell_store::AppendError::TooBusy).
/// - Do not touch the store's own tables, and do not end the transaction with
///   SQL: what was committed so is committed, and `commit_with` refuses.
/// - Dropping it, or an error of `commit_with`, rolls everything back.
pub struct PostgresTransaction {
    link: Link,
    mark: String,
    terms: Arc<Terms>,
    readers: Arc<Pool>,
    signal: Arc<HeadSignal>,
    runtime: Handle,
}

impl PostgresTransaction {
    pub(crate) async fn begin(
        link: Link,
        terms: Arc<Terms>,
        readers: Arc<Pool>,
        signal: Arc<HeadSignal>,
        runtime: Handle,
    ) -> Result<Self, AppendError> {
        // Gone when the transaction ends, and so tells whether it has.
        let mark = Uuid::now_v7().to_string();
        // A caller's statement may use its tables as it likes.
        let begin = format!(
            "{}; SET LOCAL \"retell.transaction\" = '{mark}'; SET LOCAL enable_seqscan = on",
            terms.begin
        );
        link.run(&begin).await.map_err(|fault| fault.not_stored())?;
        Ok(Self { link, mark, terms, readers, signal, runtime })
    }

    /// Runs a statement, and tells how many rows it changed.
    ///
    /// # Errors
    /// The server's. The transaction is spoiled then: drop it.
    pub async fn execute<T>(&self, statement: &T, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, Error>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        self.link.client().execute(statement, parameters).await
    }

    /// Runs a statement, and gives its rows.
    ///
    /// # Errors
    /// The server's. The transaction is spoiled then: drop it.
    pub async fn query<T>(&self, statement: &T, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        self.link.client().query(statement, parameters).await
    }

    /// Runs statements that have no parameters, separated by semicolons.
    ///
    /// # Errors
    /// The server's. The transaction is spoiled then: drop it.
    pub async fn batch_execute(&self, statements: &str) -> Result<(), Error> {
        self.link.client().batch_execute(statements).await
    }

    /// Locks the end of the log, judges the commit, stores its events, and
    /// commits them together with what was done before.
    ///
    /// When a commit of the same id and content is stored already, the first
    /// time stored its SQL too: so what was done here is rolled back, and the
    /// stored commit is the answer.
    ///
    /// It runs on a task: dropping the future leaves both stored, or neither.
    ///
    /// # Errors
    /// [`AppendError`], as [`append`](retell_store::EventStore::append) has
    /// it; each variant says what to do next. Everything was rolled back,
    /// except where the outcome is unknown.
    pub async fn commit_with(self, commit: Commit) -> Result<Committed, AppendError> {
        let commit = check(commit)?;
        let id = commit.id();
        let task = self.runtime.clone().spawn(self.finish(commit));
        task.await.unwrap_or_else(|_| {
            let reason = RUNTIME_GONE.to_owned();
            Err(AppendError::OutcomeUnknown { commit: id, reason })
        })
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// [`AppendError::Unavailable`] when the server did not say that it did;
    /// it does so all the same.
    pub async fn roll_back(self) -> Result<(), AppendError> {
        self.link.run("ROLLBACK").await.map_err(|fault| fault.not_stored())
    }

    async fn finish(self, commit: CheckedCommit) -> Result<Committed, AppendError> {
        let commits = [&commit];
        // "SET LOCAL" of outside a transaction would be a mere warning.
        let begin = "SET LOCAL enable_seqscan = off";
        let locked = match self.terms.ground(&self.link, begin, &commits).await {
            Ok(locked) => locked,
            Err(fault) => return Err(self.spoiled(&fault)),
        };
        if locked.mark.as_deref() != Some(&self.mark) {
            let reason = "the transaction had ended before its commit: do not end it with SQL".to_owned();
            return Err(AppendError::Unavailable { reason });
        }
        if locked.isolation != "read committed" {
            let reason = format!("the transaction is {}, and must be read committed", locked.isolation);
            return Err(AppendError::Unavailable { reason });
        }
        let Judged { mut verdicts, columns, tail } = judge(&commits, locked.ground, self.terms.clock.now());
        match verdicts.pop() {
            Some(Verdict::Accepted(committed)) => {
                let stored = self.terms.store(&self.link, &columns, tail).await;
                self.stored(stored, committed)
            }
            Some(Verdict::Repeated(place)) => {
                self.let_go().await;
                answer::repeated(&self.readers, &commit, place).await
            }
            Some(Verdict::Refused(standing)) => {
                self.let_go().await;
                Err(answer::refused(&self.readers, &commit, standing).await)
            }
            None => Err(AppendError::Unavailable { reason: "the commit was not judged".to_owned() }),
        }
    }

    fn stored(&self, stored: Result<(), Failed>, committed: Committed) -> Result<Committed, AppendError> {
        let unknown = |reason: String| AppendError::OutcomeUnknown { commit: committed.id, reason };
        match stored {
            Ok(()) => {
                self.signal.raise(Position::new(committed.last.get()));
                Ok(committed)
            }
            Err(Failed::NotStored(fault)) => Err(fault.not_stored()),
            Err(Failed::Unknown(fault)) => Err(unknown(fault.to_string())),
            Err(Failed::Unreplicated) => Err(unknown(
                "the server stored it, and warned while it did: a standby may not have it".to_owned(),
            )),
        }
    }

    /// Lets the lock go before something else is read.
    async fn let_go(&self) {
        if let Err(fault) = self.link.run("ROLLBACK").await {
            tracing::debug!(error = %fault, "a transaction was not rolled back; the end of its connection does it");
        }
    }

    fn spoiled(&self, fault: &Fault) -> AppendError {
        let in_failed_transaction = matches!(fault, Fault::Postgres(error) if error.code().is_some_and(|state| state.code() == "25P02"));
        if in_failed_transaction {
            let reason = "one of the transaction's own statements had failed before".to_owned();
            return AppendError::Unavailable { reason };
        }
        match fault.class() {
            Class::Lost => AppendError::Unavailable { reason: format!("the transaction was lost: {fault}") },
            _ => fault.not_stored(),
        }
    }
}

impl fmt::Debug for PostgresTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresTransaction").finish_non_exhaustive()
    }
}
