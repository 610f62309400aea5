//! The servers that tests need, each started for one run and stopped after it.
//!
//! They are never the machine's own: each has its data in a temporary folder, listens on this
//! machine alone, and is stopped by its process id, whatever becomes of the tests.

mod postgres;

use crate::cmd;

/// The servers of a run; they stop when this is dropped.
pub(crate) struct Servers {
    variables: Vec<(&'static str, String)>,
    _postgres: Option<postgres::Server>,
}

/// The variable by which tests find PostgreSQL. Whoever sets it brings a server of their own.
const POSTGRES: &str = "RETELL_TEST_POSTGRES";

impl Servers {
    /// Starts what the tests need. Without PostgreSQL its tests are left out, in print; an
    /// unattended run fails instead.
    pub(crate) fn start() -> Result<Self, String> {
        if std::env::var(POSTGRES).is_ok_and(|url| !url.is_empty()) {
            println!("PostgreSQL: the one of {POSTGRES}");
            return Ok(Self { variables: Vec::new(), _postgres: None });
        }
        match postgres::Server::start() {
            Ok(server) => {
                println!("PostgreSQL: {}, started for this run", server.version());
                Ok(Self { variables: vec![(POSTGRES, server.url())], _postgres: Some(server) })
            }
            Err(reason) if cmd::unattended() => Err(format!("PostgreSQL for the tests: {reason}")),
            Err(reason) => {
                println!("PostgreSQL: its tests are left out: {reason}");
                Ok(Self { variables: Vec::new(), _postgres: None })
            }
        }
    }

    /// What the tests find in their environment.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }
}
