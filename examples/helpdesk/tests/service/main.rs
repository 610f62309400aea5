//! The ticket service, as those who call it see it.
//!
//! Most tests call its router as a function; `sockets.rs` uses real connections,
//! `program.rs` and `killed.rs` the real program.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what a test has measured is printed to be looked at")]

mod commands;
mod contention;
mod documented;
mod hooks;
mod http;
mod idempotency;
mod killed;
mod kit;
mod malformed;
mod program;
mod queries;
mod sockets;
mod stores;
mod time_travel;
