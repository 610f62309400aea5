//! A place for a test: a schema of its own on the server that the environment
//! names.
#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod cluster;

use std::sync::Arc;
use std::thread;

use retell_postgres::{PostgresOptions, PostgresStore};
use retell_store::{Commit, EventType, Expected, NewEvent, Payload, StreamName};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// The variable that names the server, as `cargo xtask test` sets it.
const VARIABLE: &str = "RETELL_TEST_POSTGRES";

/// The URL of the server; nothing where there is none, which is printed.
#[expect(clippy::print_stdout, reason = "a test tells that it was left out, and why")]
pub(crate) fn server() -> Option<String> {
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        println!("left out: {VARIABLE} is not set; `cargo xtask test` starts a server and sets it");
    }
    url
}

/// A schema, which is dropped with this.
pub(crate) struct Place {
    server: String,
    pub(crate) schema: String,
}

impl Place {
    /// A new place, where there is a server.
    pub(crate) fn new() -> Option<Arc<Self>> {
        server().map(Self::at)
    }

    pub(crate) fn at(server: String) -> Arc<Self> {
        let schema = format!("t_{}", Uuid::now_v7().simple());
        Arc::new(Self { server, schema })
    }

    /// The URL of the store, with more parameters: `&name=value`.
    pub(crate) fn url(&self, more: &str) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}schema={}&pool=4{more}", self.server, self.schema)
    }

    pub(crate) fn options(&self, more: &str) -> PostgresOptions {
        PostgresOptions::new(&self.url(more)).expect("the URL of the test server is good")
    }

    pub(crate) async fn open(&self, more: &str) -> PostgresStore {
        self.options(more).open().await.expect("the store opens")
    }

    /// A connection past the store.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.server).await
    }
}

pub(crate) async fn connect(server: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    client
}

impl Drop for Place {
    fn drop(&mut self) {
        let (server, schema) = (self.server.clone(), self.schema.clone());
        // Not on the runtime of the test, which may be ending.
        let dropping = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let Ok((client, connection)) = tokio_postgres::connect(&server, NoTls).await else { return };
                tokio::spawn(connection);
                let sql = format!("SET lock_timeout = 2000; SET client_min_messages = error; DROP SCHEMA IF EXISTS {schema} CASCADE");
                // A test that failed may still hold something: then it stays.
                let _ = client.batch_execute(&sql).await;
            });
        });
        let _ = dropping.join();
    }
}

pub(crate) fn stream(id: impl std::fmt::Display) -> StreamName {
    StreamName::new("ticket", &id.to_string()).expect("a good name")
}

pub(crate) fn event(of: &str) -> NewEvent {
    NewEvent::new(EventType::new(of).expect("a good type"), Payload::parse(r#"{"a":1}"#).expect("JSON"))
}

/// A commit of one event, to whatever version.
pub(crate) fn one(id: impl std::fmt::Display) -> Commit {
    Commit::new().write(stream(id), Expected::Any, vec![event("opened")])
}
