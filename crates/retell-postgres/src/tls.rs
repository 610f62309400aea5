//! Whether and how connections are encrypted.

use std::path::PathBuf;
use std::str::FromStr;

/// What `sslmode` and `sslrootcert` ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TlsMode {
    Disable,
    Prefer,
    Require,
    VerifyFull {
        /// The authorities to trust; nothing means the system's.
        root: Option<PathBuf>,
    },
}

impl Default for TlsMode {
    fn default() -> Self {
        if cfg!(feature = "tls") { Self::Prefer } else { Self::Disable }
    }
}

impl FromStr for TlsMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "disable" => Self::Disable,
            // Without the feature there is nothing to prefer.
            "prefer" | "allow" => Self::default(),
            "require" => Self::Require,
            "verify-full" => Self::VerifyFull { root: None },
            "verify-ca" => {
                return Err(
                    "sslmode=verify-ca would trust any host of the authority: use verify-full".to_owned()
                );
            }
            _ => return Err(format!("sslmode={text}: use disable, prefer, require or verify-full")),
        })
    }
}

impl TlsMode {
    pub(crate) fn with_root(self, path: Option<String>) -> Result<Self, String> {
        match (self, path) {
            (mode, None) => Ok(mode),
            (Self::VerifyFull { .. }, Some(path)) => Ok(Self::VerifyFull { root: Some(path.into()) }),
            (_, Some(_)) => {
                Err("sslrootcert is looked at under sslmode=verify-full alone: ask for that".to_owned())
            }
        }
    }
}

#[cfg(not(feature = "tls"))]
mod plain {
    use tokio_postgres::NoTls;

    use super::TlsMode;

    /// What makes the connections.
    pub(crate) type Maker = NoTls;

    pub(crate) fn maker(mode: &TlsMode) -> Result<Maker, String> {
        match mode {
            TlsMode::Disable | TlsMode::Prefer => Ok(NoTls),
            TlsMode::Require | TlsMode::VerifyFull { .. } => {
                Err("this program was built without it: build retell-postgres with the feature tls"
                    .to_owned())
            }
        }
    }
}

#[cfg(not(feature = "tls"))]
pub(crate) use plain::{Maker, maker};

#[cfg(feature = "tls")]
mod encrypted;

#[cfg(feature = "tls")]
pub(crate) use encrypted::{Maker, maker};
