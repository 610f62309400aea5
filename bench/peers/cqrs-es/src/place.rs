//! The pools, and the table that the library expects.

use bench_common::{Action, Errand, Failure};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

pub async fn sqlite(errand: &Errand) -> Result<SqlitePool, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(errand.database())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options).await?;
    if errand.action == Action::Prepare {
        let sql = table("integer", "text") + " STRICT";
        sqlx::query(&sql).execute(&pool).await?;
    }
    Ok(pool)
}

pub async fn postgres(errand: &Errand) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new().max_connections(10).connect(&errand.url).await?;
    if errand.action == Action::Prepare {
        sqlx::query(&table("bigint", "json")).execute(&pool).await?;
    }
    Ok(pool)
}

fn table(number: &str, json: &str) -> String {
    format!(
        "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
         sequence {number} NOT NULL CHECK (sequence >= 0), event_type text NOT NULL, \
         event_version text NOT NULL, payload {json} NOT NULL, metadata {json} NOT NULL, \
         PRIMARY KEY (aggregate_type, aggregate_id, sequence))"
    )
}
