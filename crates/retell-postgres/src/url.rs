//! From a URL to options, and to a name that holds no secret.

use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::OpenError;
use crate::options::PostgresOptions;
use crate::tls::TlsMode;

/// Takes the parameters that are ours out of the URL; the rest is libpq's.
pub(crate) fn parse(url: &str) -> Result<PostgresOptions, OpenError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(refuse("it does not begin with postgres://"));
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(refuse(format!("\"{pair}\" is no name=value")));
        };
        if OURS.contains(&name) {
            ours.push((name, decode(value)?));
        } else {
            theirs.push(pair);
        }
    }
    let rest = if theirs.is_empty() { base.to_owned() } else { format!("{base}?{}", theirs.join("&")) };
    let config = Config::from_str(&rest).map_err(|error| {
        refuse(match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
    })?;
    let mut options = PostgresOptions::of(config);
    let (mut notify, mut root) = (None, None);
    for (name, value) in &ours {
        match *name {
            "schema" => options.schema = schema(value)?,
            "statements" => {
                options.named = one_of(name, value, [("named", true), ("unnamed", false)])?;
            }
            "notify" => notify = Some(one_of(name, value, [("on", true), ("off", false)])?),
            "pool" => options.pool = number(name, value)?.clamp(1, 1_000) as usize,
            "poll_ms" => options = options.poll_interval(millis(name, value)?),
            "stall_timeout_ms" => options = options.stall_timeout(millis(name, value)?),
            "lock_timeout_ms" => options = options.lock_timeout(millis(name, value)?),
            "statement_timeout_ms" => options = options.statement_timeout(millis(name, value)?),
            "patience_ms" => options = options.patience(millis(name, value)?),
            "sslmode" => options.tls = TlsMode::from_str(value).map_err(refuse)?,
            _ => root = Some(value.clone()),
        }
    }
    options.notify = notify.unwrap_or(options.named);
    options.tls = options.tls.with_root(root).map_err(refuse)?;
    options.config.ssl_mode(match &options.tls {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyFull { .. } => SslMode::Require,
    });
    if options.config.get_application_name().is_none() {
        options.config.application_name("retell");
    }
    if options.config.get_connect_timeout().is_none() {
        options.config.connect_timeout(Duration::from_secs(5));
    }
    Ok(options)
}

const OURS: [&str; 11] = [
    "schema",
    "statements",
    "notify",
    "pool",
    "poll_ms",
    "stall_timeout_ms",
    "lock_timeout_ms",
    "statement_timeout_ms",
    "patience_ms",
    "sslmode",
    "sslrootcert",
];

/// Where the store is, without a password.
pub(crate) fn location(config: &Config, schema: &str) -> String {
    let host = config.get_hosts().first().map_or_else(|| "localhost".to_owned(), show);
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().map_or_else(String::new, |user| format!("{user}@"));
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{user}{host}:{port}/{database}?schema={schema}")
}

fn show(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

fn schema(name: &str) -> Result<String, OpenError> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let rest = |byte: u8| letter(byte) || byte.is_ascii_digit();
    let fits = (1..=63).contains(&name.len()) && name.bytes().all(rest) && letter(name.as_bytes()[0]);
    // The server keeps names that begin so for itself.
    if fits && !name.starts_with("pg_") {
        Ok(name.to_owned())
    } else {
        Err(OpenError::SchemaName { name: name.chars().take(80).collect() })
    }
}

fn one_of(name: &str, value: &str, choices: [(&str, bool); 2]) -> Result<bool, OpenError> {
    let [(yes, _), (no, _)] = choices;
    let found = choices.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| refuse(format!("{name}={value} is neither {yes} nor {no}")))
}

fn number(name: &str, value: &str) -> Result<u32, OpenError> {
    value.parse().map_err(|_| refuse(format!("{name}={value} is no whole number")))
}

fn millis(name: &str, value: &str) -> Result<Duration, OpenError> {
    // The server keeps its timeouts in 31 bits of milliseconds.
    Ok(Duration::from_millis(u64::from(number(name, value)?.min(i32::MAX as u32))))
}

fn decode(value: &str) -> Result<String, OpenError> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return Err(refuse(format!("\"{value}\" has a % without two hexadecimal digits"))),
        }
    }
    String::from_utf8(bytes).map_err(|_| refuse(format!("\"{value}\" is no UTF-8")))
}

fn refuse(reason: impl Into<String>) -> OpenError {
    OpenError::Url { reason: reason.into() }
}

#[cfg(test)]
mod tests;
