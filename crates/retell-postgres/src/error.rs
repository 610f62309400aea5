//! Why a store was not opened.

use thiserror::Error;

/// Why a store was not opened. Nothing in the database was changed.
///
/// Each variant says what to do next; match on it. `location` names the
/// server and the database, never a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL makes no sense. **Change it.**
    #[error("the URL cannot be used: {reason}")]
    Url {
        /// What is wrong, and what to write.
        reason: String,
    },
    /// The name of the schema is none that this engine takes. **Choose
    /// another.**
    #[error(
        "\"{name}\" cannot be the schema: use lower-case letters, digits and underscores, \
         at most 63, and no digit at the beginning"
    )]
    SchemaName {
        /// The name.
        name: String,
    },
    /// It was opened outside of a tokio runtime. **Open it inside**: the
    /// store's tasks live on the runtime that opened it.
    #[error("a PostgreSQL store is opened inside a tokio runtime, and there is none here")]
    NoRuntime,
    /// No server answers. **Check the address, and that the server runs.**
    #[error(
        "no PostgreSQL server answers at {location}: {reason}; check the address, and that the server runs"
    )]
    CannotConnect {
        /// Where.
        location: String,
        /// What was tried.
        reason: String,
    },
    /// The server did not let the role in. **Check user, password and
    /// pg_hba.conf.**
    #[error("{location} refuses the login: {reason}; check user, password and the server's pg_hba.conf")]
    Authentication {
        /// Where.
        location: String,
        /// What the server said.
        reason: String,
    },
    /// There is no such database. **Create it** (`createdb`), or correct the
    /// URL.
    #[error("there is no database \"{database}\" at {location}: create it, or correct the URL")]
    NoDatabase {
        /// Where.
        location: String,
        /// The name.
        database: String,
    },
    /// The connection could not be encrypted as `sslmode` asks. **Change the
    /// server's certificate, `sslrootcert` or `sslmode`.**
    #[error("the connection to {location} cannot be encrypted: {reason}")]
    Tls {
        /// Where.
        location: String,
        /// What happened, and what to do.
        reason: String,
    },
    /// The server is older than 13. **Update it.**
    #[error("{location} runs PostgreSQL {found}: at least 13 is needed")]
    TooOldServer {
        /// Where.
        location: String,
        /// The version.
        found: String,
    },
    /// A setting of the server under which a promise cannot be kept. **Change
    /// it.**
    #[error("{location} has {setting} = {found}: {reason}")]
    Setting {
        /// Where.
        location: String,
        /// The name of the setting.
        setting: &'static str,
        /// What it is.
        found: String,
        /// Why that is refused, and what to set.
        reason: &'static str,
    },
    /// There is no store in the schema, and none was to be created. **Check
    /// URL and schema**, or let it be created.
    #[error(
        "there is no store in the schema \"{schema}\" of {location}: check the name, or let it be created"
    )]
    NotFound {
        /// Where.
        location: String,
        /// The schema.
        schema: String,
    },
    /// The schema holds something else than a store. **Choose another
    /// schema.**
    #[error("the schema \"{schema}\" of {location} holds tables, but no store: choose another schema")]
    ForeignSchema {
        /// Where.
        location: String,
        /// The schema.
        schema: String,
    },
    /// A newer version of retell wrote the store. **Update the program.**
    #[error(
        "the store in {location} has format {found}, this program knows {supported}: use a newer version of retell"
    )]
    NewerFormat {
        /// Where.
        location: String,
        /// The format of the store.
        found: u32,
        /// The newest format that this program knows.
        supported: u32,
    },
    /// The role may not do what is needed. **Grant it**, as docs/roles.md of
    /// this crate shows, or let the owner open the store once to create or
    /// migrate it.
    #[error(
        "the role lacks a privilege in {location}: {reason}; docs/roles.md of retell-postgres has the grants"
    )]
    Privileges {
        /// Where.
        location: String,
        /// What was refused.
        reason: String,
    },
    /// The store is there, but parts of it are missing or broken. **Restore a
    /// copy that verifies**, and keep this one for inspection.
    #[error("the store in {location} is damaged: {detail}; restore a copy, and keep this one for inspection")]
    Damaged {
        /// Where.
        location: String,
        /// What was found.
        detail: String,
    },
    /// The server refused something else. **Mend the cause.**
    #[error("the store in {location} cannot be opened: {reason}")]
    Refused {
        /// Where.
        location: String,
        /// What it said.
        reason: String,
    },
}
