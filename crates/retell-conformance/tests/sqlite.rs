//! The promises on SQLite.

#[path = "support/sqlite.rs"]
mod engine;

retell_conformance::suite!(crate::engine::SqliteEngine);
