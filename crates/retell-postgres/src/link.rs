//! A connection, and how one is made.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OnceCell};
use tokio_postgres::error::Severity;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, Row, Statement};

use crate::failure::{Fault, RUNTIME_GONE};
use crate::sql::{Q, Sql};
use crate::tls::Maker;

/// A value of a statement.
pub(crate) type Value<'a> = &'a (dyn ToSql + Sync);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
}

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) config: Config,
    pub(crate) maker: Maker,
    pub(crate) named: bool,
    pub(crate) sql: Arc<Sql>,
    pub(crate) runtime: Handle,
}

/// A connection.
pub(crate) struct Link {
    client: Client,
    sql: Arc<Sql>,
    named: bool,
    prepared: Vec<OnceCell<Statement>>,
    warnings: Arc<AtomicU64>,
}

/// A generic plan is made once and not anew for every execution. No plan may
/// be made for an empty table and kept for a full one, so scans of a whole
/// table are ruled out; compiling takes longer than any of the statements.
const SETTINGS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; \
                        SET client_min_messages = warning";
const READ_ONLY: &str = "SET default_transaction_read_only = on; \
                         SET default_transaction_isolation = 'read committed'";

/// How long it may take to get a connection ready, once it is made.
const READY: Duration = Duration::from_secs(10);

impl Connector {
    /// A connection of which nothing was asked yet.
    pub(crate) async fn raw(&self, bell: Option<Arc<Notify>>) -> Result<Link, tokio_postgres::Error> {
        #[cfg_attr(
            not(feature = "tls"),
            expect(clippy::clone_on_copy, reason = "with encryption it is no copy")
        )]
        let maker = self.maker.clone();
        let (client, mut connection) = self.config.connect(maker).await?;
        let warnings = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&warnings);
        self.runtime.spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    Ok(AsyncMessage::Notice(notice))
                        if notice.parsed_severity() == Some(Severity::Warning) =>
                    {
                        tracing::warn!(message = notice.message(), "PostgreSQL warns");
                        counter.fetch_add(1, Ordering::AcqRel);
                    }
                    Ok(AsyncMessage::Notification(_)) => {
                        if let Some(bell) = &bell {
                            bell.notify_one();
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "a connection to PostgreSQL ended");
                        break;
                    }
                }
            }
            if let Some(bell) = &bell {
                bell.notify_one();
            }
        });
        let prepared = Q::ALL.iter().map(|_| OnceCell::new()).collect();
        Ok(Link { client, sql: Arc::clone(&self.sql), named: self.named, prepared, warnings })
    }

    /// A connection that is ready for its purpose. It is made on the runtime
    /// of the store, so whoever waits for it may run anywhere.
    pub(crate) async fn connect(&self, purpose: Purpose) -> Result<Link, Fault> {
        let connector = self.clone();
        let task = self.runtime.spawn(async move { connector.connect_here(purpose).await });
        task.await.unwrap_or_else(|_| Err(Fault::Connect(RUNTIME_GONE.to_owned())))
    }

    pub(crate) async fn connect_here(&self, purpose: Purpose) -> Result<Link, Fault> {
        let link = self.raw(None).await.map_err(|error| {
            let fault = Fault::from(error);
            if fault.is_an_answer() { fault } else { Fault::Connect(fault.to_string()) }
        })?;
        let ready = async {
            // A pooler may give the next transaction another session, so
            // nothing can be set there that is to last.
            if self.named {
                match purpose {
                    Purpose::Write => link.client.batch_execute(SETTINGS).await?,
                    Purpose::Read => link.client.batch_execute(&format!("{SETTINGS}; {READ_ONLY}")).await?,
                }
            }
            match purpose {
                Purpose::Write => link.prepare(&Q::APPEND).await,
                Purpose::Read => Ok(()),
            }
        };
        tokio::time::timeout(READY, ready).await.map_err(|_| Fault::Silent)??;
        Ok(link)
    }
}

impl Link {
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// How many warnings the server has given.
    pub(crate) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Acquire)
    }

    /// Makes sure that statements which are sent together later are sent at
    /// once and in order, and do not wait for being prepared.
    pub(crate) async fn prepare(&self, statements: &[Q]) -> Result<(), Fault> {
        if self.named {
            try_join_all(statements.iter().map(|q| self.statement(*q))).await?;
        }
        Ok(())
    }

    async fn statement(&self, q: Q) -> Result<&Statement, tokio_postgres::Error> {
        self.prepared[q as usize]
            .get_or_try_init(|| self.client.prepare_typed(self.sql.text(q), q.types()))
            .await
    }

    /// Runs a statement. Once prepared, it is sent when this is first polled.
    pub(crate) async fn rows(&self, q: Q, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        if self.named {
            let statement = self.statement(q).await?;
            return Ok(self.client.query(statement, values).await?);
        }
        let typed: Vec<_> = values.iter().zip(q.types()).map(|(value, of)| (*value, of.clone())).collect();
        Ok(self.client.query_typed(self.sql.text(q), &typed).await?)
    }

    /// Runs statements without parameters. Sent when this is first polled.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Fault> {
        Ok(self.client.batch_execute(sql).await?)
    }
}
