//! PostgreSQL through tokio-postgres.

mod catch_up;
mod commands;
mod import;
mod replay;

use bench_common::{Errand, Failure, Row, Workload};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

pub async fn run(errand: &Errand) -> Result<Row, Failure> {
    let row = match errand.workload {
        Workload::Command | Workload::Growth => commands::commands(errand).await?,
        Workload::Replay => replay::replay(errand).await?,
        Workload::CatchUp => catch_up::catch_up(errand).await?,
        Workload::Import => import::import(errand).await?,
        Workload::Hot | Workload::Memory => return Err(errand.unknown()),
    };
    Ok(row.setting("store", "one writing connection, prepared statements, force_generic_plan"))
}

async fn connect(errand: &Errand) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(&errand.url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET search_path = retell; SET plan_cache_mode = force_generic_plan").await?;
    Ok(client)
}

/// Runs one statement after the other, and prints what is selected.
pub async fn sql(url: &str, statements: &[String]) -> Result<(), Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    for statement in statements {
        for message in client.simple_query(statement).await? {
            if let SimpleQueryMessage::Row(row) = message {
                let columns: Vec<&str> =
                    (0..row.len()).map(|index| row.get(index).unwrap_or_default()).collect();
                println!("{}", columns.join("\t"));
            }
        }
    }
    Ok(())
}

/// The head of the log moves and the events go behind it, in one statement:
/// one round trip, one commit. `$1` is how many, `$2` when.
const HEAD: &str = "WITH h AS (UPDATE head SET position = position + $1, recorded_at = $2 RETURNING position) \
    INSERT INTO events (position, stream, version, type, schema, recorded_at, commit_index, commit_size, \
    commit_id, metadata, payload)";
