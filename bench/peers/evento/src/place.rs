//! The pools, with evento's own migrations.

use bench_common::{Action, Errand, Failure};
use evento::migrator::{Migrate, Plan};
use evento::{Postgres, Sqlite};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// sqlx's pool of ten.
pub async fn sqlite(errand: &Errand) -> Result<Sqlite, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(errand.database())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().connect_with(options).await?;
    if errand.action == Action::Prepare {
        let mut connection = pool.acquire().await?;
        evento::sql_migrator::new::<sqlx::Sqlite>()?.run(&mut *connection, &Plan::apply_all()).await?;
    }
    Ok(pool.into())
}

/// sqlx's pool of ten.
pub async fn postgres(errand: &Errand) -> Result<Postgres, Failure> {
    let pool = PgPoolOptions::new().connect(&errand.url).await?;
    if errand.action == Action::Prepare {
        let mut connection = pool.acquire().await?;
        evento::sql_migrator::new::<sqlx::Postgres>()?.run(&mut *connection, &Plan::apply_all()).await?;
    }
    Ok(pool.into())
}
