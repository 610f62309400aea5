//! What a server must be like, so that the promises can be kept.

use tokio_postgres::types::Type;

use crate::OpenError;
use crate::failure::Fault;
use crate::link::Link;

/// The oldest server that is good enough.
const OLDEST: u32 = 130_000;

const SETTINGS: &str = "SELECT current_setting('server_version_num'), current_setting('server_version'), \
    current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'), \
    current_setting('full_page_writes'), pg_is_in_recovery()";

const PRIVILEGES: &str = "SELECT has_schema_privilege($1, 'USAGE') \
    AND has_table_privilege($1 || '.events', 'SELECT') AND has_table_privilege($1 || '.records', 'SELECT'), \
    has_table_privilege($1 || '.events', 'INSERT') AND has_table_privilege($1 || '.tags', 'INSERT') \
    AND has_table_privilege($1 || '.head', 'UPDATE') AND has_table_privilege($1 || '.revision', 'UPDATE')";

/// What is known of a server that is good enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    pub(crate) version: u32,
    /// Whether it is a standby, which takes no writes.
    pub(crate) standby: bool,
}

/// Refuses a server under which a promise cannot be kept.
pub(crate) async fn check(link: &Link, location: &str, read_only: bool) -> Result<Server, Refused> {
    let rows = link.client().query_typed(SETTINGS, &[]).await.map_err(Fault::from)?;
    let row = rows.first().ok_or_else(|| Fault::Program("the server told no settings".to_owned()))?;
    let text = |index: usize| -> Result<&str, Fault> { Ok(row.try_get(index)?) };
    let version: u32 = text(0)?.parse().unwrap_or(0);
    let location = || location.to_owned();
    if version < OLDEST {
        return Err(OpenError::TooOldServer { location: location(), found: text(1)?.to_owned() }.into());
    }
    let refuse = |setting, found: &str, reason| {
        let found = found.to_owned();
        Refused::Open(OpenError::Setting { location: location(), setting, found, reason })
    };
    if text(2)? != "UTF8" {
        return Err(refuse(
            "server_encoding",
            text(2)?,
            "names and payloads are Unicode: create the database as UTF8",
        ));
    }
    let standby: bool = row.try_get(6).map_err(Fault::from)?;
    if !read_only {
        if text(3)? != "on" {
            let reason = "a loss of power would lose or corrupt acknowledged commits: set fsync = on";
            return Err(refuse("fsync", text(3)?, reason));
        }
        if text(4)? == "off" {
            let reason =
                "acknowledged commits would be lost when the server dies: set it to on, for this role too";
            return Err(refuse("synchronous_commit", text(4)?, reason));
        }
        if standby {
            let reason = "a standby takes no writes: connect to the primary, or open the store read-only";
            return Err(refuse("in_recovery", "true", reason));
        }
    }
    if text(5)? != "on" {
        tracing::warn!("the server has full_page_writes = off: a loss of power may corrupt it");
    }
    Ok(Server { version, standby })
}

/// Refuses a role that may not do what is needed.
pub(crate) async fn check_privileges(
    link: &Link,
    location: &str,
    schema: &str,
    read_only: bool,
) -> Result<(), Refused> {
    let rows = link.client().query_typed(PRIVILEGES, &[(&schema, Type::TEXT)]).await.map_err(Fault::from)?;
    let row = rows.first().ok_or_else(|| Fault::Program("the server told no privileges".to_owned()))?;
    let (reads, writes): (bool, bool) =
        (row.try_get(0).map_err(Fault::from)?, row.try_get(1).map_err(Fault::from)?);
    let lacking = match (reads, writes || read_only) {
        (false, _) => "it may not read the tables",
        (true, false) => "it may not append (open the store read-only to read it)",
        (true, true) => return Ok(()),
    };
    Err(OpenError::Privileges { location: location.to_owned(), reason: lacking.to_owned() }.into())
}

/// A refusal, or something that went wrong on the way to it.
#[derive(Debug)]
pub(crate) enum Refused {
    Open(OpenError),
    Fault(Fault),
}

impl From<OpenError> for Refused {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
