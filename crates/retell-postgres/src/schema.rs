//! The tables of a store, and how an older format is brought up to date.

use uuid::Uuid;

use crate::failure::Fault;
use crate::link::Link;

/// The newest format that this program knows, which it writes.
pub(crate) const FORMAT: u32 = 1;

/// A step from one format to the next.
struct Migration {
    version: u32,
    name: &'static str,
    objects: &'static [&'static str],
}

const MIGRATIONS: [Migration; 1] = [Migration {
    version: 1,
    name: "the log, its guards, and records",
    objects: &[
        include_str!("schema/store.sql"),
        include_str!("schema/head.sql"),
        include_str!("schema/events.sql"),
        include_str!("schema/events_by_stream.sql"),
        include_str!("schema/events_by_commit.sql"),
        include_str!("schema/tags.sql"),
        include_str!("schema/records.sql"),
        include_str!("schema/revision.sql"),
        include_str!("schema/change_record.sql"),
        include_str!("schema/refuse_change.sql"),
        include_str!("schema/guard_events.sql"),
        include_str!("schema/guard_tags.sql"),
        include_str!("schema/guard_head.sql"),
        include_str!("schema/guard_store.sql"),
        include_str!("schema/as_jsonb.sql"),
        include_str!("schema/history.sql"),
    ],
}];

/// What is in a schema.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or no schema at all.
    Nothing,
    /// Tables that are none of ours.
    Foreign,
    /// A store of this format.
    Store(u32),
}

/// Looks what is in the schema.
pub(crate) async fn look(link: &Link, schema: &str) -> Result<Found, Fault> {
    let client = link.client();
    // Asked of the catalogue, which everybody may read; so a role without a
    // privilege is told that, and not that there is nothing.
    let row = client
        .query_typed(
            "SELECT count(*), count(*) FILTER (WHERE c.relname = 'retell_migrations') \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            &[(&schema, tokio_postgres::types::Type::TEXT)],
        )
        .await?;
    let (tables, ours): (i64, i64) = match row.first() {
        Some(row) => (row.try_get(0)?, row.try_get(1)?),
        None => (0, 0),
    };
    if ours == 0 {
        return Ok(if tables == 0 { Found::Nothing } else { Found::Foreign });
    }
    let sql = format!("SELECT coalesce(max(version), 0) FROM {schema}.retell_migrations");
    let rows = client.query_typed(&sql, &[]).await?;
    let version: i32 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    Ok(Found::Store(version.unsigned_abs()))
}

/// Creates the store, or brings it up to date. Safe when several processes do
/// it at once: one does, the others wait and find it done.
pub(crate) async fn migrate(link: &Link, schema: &str, created_at: i64) -> Result<(), Fault> {
    // The lock is released with the transaction, whatever becomes of it.
    link.run(&format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = 60000; \
         SET LOCAL client_min_messages = warning; \
         SELECT pg_advisory_xact_lock(hashtextextended('retell.migrate.{schema}', 0))"
    ))
    .await?;
    let result = migrate_locked(link, schema, created_at).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = link.run(end).await;
    result.and(ended)
}

async fn migrate_locked(link: &Link, schema: &str, created_at: i64) -> Result<(), Fault> {
    let found = match look(link, schema).await? {
        Found::Foreign => return Err(Fault::Program(format!("the schema {schema} holds other tables"))),
        Found::Nothing => {
            // Asking first lets a role create a store in a schema that is
            // there, without the privilege to create schemas.
            let there = link
                .client()
                .query_typed(
                    "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
                    &[(&schema, tokio_postgres::types::Type::TEXT)],
                )
                .await?;
            if there.is_empty() {
                link.run(&format!("CREATE SCHEMA {schema}")).await?;
            }
            link.run(&named(include_str!("schema/migrations.sql"), schema)).await?;
            0
        }
        Found::Store(found) => found,
    };
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        tracing::info!(schema, version = migration.version, name = migration.name, "migrating");
        for object in migration.objects {
            link.run(&named(object, schema)).await?;
        }
        let Migration { version, name, .. } = migration;
        link.run(&format!(
            "INSERT INTO {schema}.retell_migrations (version, name) VALUES ({version}, '{name}')"
        ))
        .await?;
    }
    if found == 0 {
        let id = Uuid::now_v7();
        link.run(&format!(
            "INSERT INTO {schema}.store (id, created_at) VALUES ('{id}', {created_at}); \
             INSERT INTO {schema}.head (position, recorded_at) VALUES (0, 0); \
             INSERT INTO {schema}.revision (last) VALUES (0)"
        ))
        .await?;
    }
    Ok(())
}

fn named(object: &str, schema: &str) -> String {
    object.replace("{schema}", schema)
}
