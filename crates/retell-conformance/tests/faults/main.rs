//! Killed processes, and several processes on one file, on SQLite.
//!
//! The child that is killed, or works beside, is this program, run again. What
//! a cut of power, a failed sync and a full disk do is tested where the engine
//! is, in `crates/retell-sqlite/tests/faults`.
//!
//! | to raise | set |
//! |---|---|
//! | the rounds of killing | `RETELL_KILL_ROUNDS=1000` |
//! | to repeat a failure | `RETELL_SEED=…` |
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "these tests print what they found")]

mod child;
mod kill;
mod processes;
mod work;
