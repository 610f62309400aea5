//! From options to an open store.

use std::sync::Arc;

use retell_store::Position;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::batch::Terms;
use crate::failure::Fault;
use crate::link::{Connector, Link, Purpose};
use crate::options::PostgresOptions;
use crate::schema::{FORMAT, Found};
use crate::server::{Refused, Server};
use crate::sql::Sql;
use crate::store::Parts;
use crate::{OpenError, PostgresStore, reader, schema, server, tls, url};

/// Opens a store.
pub(crate) async fn open(options: PostgresOptions) -> Result<PostgresStore, OpenError> {
    let location = url::location(&options.config, &options.schema);
    let runtime = Handle::try_current().map_err(|_| OpenError::NoRuntime)?;
    let maker =
        tls::maker(&options.tls).map_err(|reason| OpenError::Tls { location: location.clone(), reason })?;
    let connector = Connector {
        config: options.config.clone(),
        maker,
        named: options.named,
        sql: Arc::new(Sql::new(&options.schema)),
        runtime,
    };
    let link = connector.raw(None).await.map_err(|error| cannot_connect(error, &options, &location))?;
    match prepare(&link, &options, &location).await {
        Ok((server, id, head)) => start(options, connector, server, id, head, location).await,
        Err(Refused::Open(error)) => Err(error),
        Err(Refused::Fault(fault)) => Err(refused(&fault, location)),
    }
}

/// Looks at the server and the schema, and creates what is missing.
async fn prepare(
    link: &Link,
    options: &PostgresOptions,
    location: &str,
) -> Result<(Server, Uuid, Position), Refused> {
    let name = &options.schema;
    let server = server::check(link, location, options.read_only).await?;
    let create = options.create && !options.read_only;
    let mut found = schema::look(link, name).await?;
    let behind = match found {
        Found::Nothing => true,
        Found::Store(format) => format < FORMAT,
        Found::Foreign => false,
    };
    if create && behind {
        schema::migrate(link, name, options.clock.now().as_micros()).await?;
        found = schema::look(link, name).await?;
    }
    let (location, schema) = (location.to_owned(), name.clone());
    match found {
        Found::Nothing => return Err(OpenError::NotFound { location, schema }.into()),
        Found::Foreign => return Err(OpenError::ForeignSchema { location, schema }.into()),
        Found::Store(found) if found > FORMAT => {
            return Err(OpenError::NewerFormat { location, found, supported: FORMAT }.into());
        }
        Found::Store(found) if found < FORMAT => {
            let reason =
                format!("the store has format {found}, older than {FORMAT}: open it once with create(true)");
            return Err(OpenError::Refused { location, reason }.into());
        }
        Found::Store(_) => {}
    }
    server::check_privileges(link, &location, name, options.read_only).await?;
    let rows =
        link.client().query_typed(&format!("SELECT id FROM {name}.store"), &[]).await.map_err(Fault::from)?;
    let damaged =
        || OpenError::Damaged { location: location.clone(), detail: "it has no identity".to_owned() };
    let id: Uuid = rows.first().ok_or_else(damaged)?.try_get(0).map_err(Fault::from)?;
    Ok((server, id, reader::head(link).await?))
}

async fn start(
    options: PostgresOptions,
    connector: Connector,
    server: Server,
    id: Uuid,
    head: Position,
    location: String,
) -> Result<PostgresStore, OpenError> {
    let terms = Arc::new(Terms::new(&options, server.version));
    let link = if options.read_only {
        None
    } else {
        let link = connector.connect(Purpose::Write).await;
        Some(link.map_err(|fault| refused(&fault, location.clone()))?)
    };
    tracing::debug!(%location, version = server.version, standby = server.standby, "opened");
    Ok(PostgresStore::start(Parts { options, connector, terms, link, id, head, location }))
}

fn cannot_connect(error: tokio_postgres::Error, options: &PostgresOptions, location: &str) -> OpenError {
    let location = location.to_owned();
    let state = error.code().cloned();
    let fault = Fault::from(error);
    let reason = fault.to_string();
    match state {
        Some(state) if state == SqlState::INVALID_CATALOG_NAME => {
            let database =
                options.config.get_dbname().or(options.config.get_user()).unwrap_or_default().to_owned();
            OpenError::NoDatabase { location, database }
        }
        Some(state) if state.code().starts_with("28") => OpenError::Authentication { location, reason },
        Some(_) => OpenError::Refused { location, reason },
        None if reason.contains("password missing") || reason.contains("authentication") => {
            OpenError::Authentication { location, reason }
        }
        None if reason.contains("TLS") => OpenError::Tls { location, reason },
        None => OpenError::CannotConnect { location, reason },
    }
}

fn refused(fault: &Fault, location: String) -> OpenError {
    let reason = fault.to_string();
    match fault {
        Fault::Damaged(detail) => OpenError::Damaged { location, detail: detail.clone() },
        Fault::Connect(_) | Fault::Silent => OpenError::CannotConnect { location, reason },
        _ if fault.is_state(&SqlState::INSUFFICIENT_PRIVILEGE) => OpenError::Privileges { location, reason },
        _ => OpenError::Refused { location, reason },
    }
}
