//! The commands, by what they print and how they end.

mod desk;
mod import;
mod import_again;
#[cfg(feature = "sqlite")]
mod program;
mod show;
mod stats;
mod streams;
mod tail;
