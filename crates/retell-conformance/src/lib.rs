//! The promises of an event store, as tests that every engine runs.
//!
//! Whoever writes an engine says how a store of it is opened ([`Engine`],
//! [`Site`]) and runs the whole suite with one line; each check becomes a
//! test of its own, so an engine that fails names the promise that it breaks:
//!
//! ```
//! // tests/conformance.rs of the engine's crate, with its own engine
//! mod conformance {
//!     retell_conformance::suite!(retell_conformance::MemoryEngine);
//! }
//! ```
//!
//! ```text
//! FAIL p05_exactly_one_winner
//!      P5 is broken: in round 3 two of 64 writers won (seed 41)
//! ```
//!
//! The promises P1 to P13 are written down in `docs/promises.md`. What an
//! engine's [`Capabilities`](retell_store::Capabilities) exclude is left out,
//! in print, never in silence. [`run_all`] runs everything and gives a
//! [`Report`]; [`table`] prints reports of several engines side by side.
//!
//! | to learn about | read |
//! |---|---|
//! | what an engine has to provide | [`Engine`], [`Site`]; [`MemoryEngine`] is the worked example |
//! | which checks there are | [`checks`], [`Check`], [`Promise`] |
//! | how they are run | [`suite!`], [`run_all`], [`run_check`], [`Options`] |
//! | what came out | [`Report`], [`Outcome`], [`table`] |
//!
//! What is deliberately absent: no engine (they are dev-dependencies of this
//! crate's own tests), no fault injection (it works from outside the process,
//! in `tests/faults`), and no clock: a check never waits for time to pass. A
//! time limit only turns a store that hangs into a failure.
//!
//! The suite tests itself: `tests/controls` runs it on engines that are wrong
//! on purpose, and asserts which checks see it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod check;
mod engine;
mod kit;
mod memory;
mod promise;
mod promises;
mod registry;
mod report;
mod run;
mod trial;

pub use check::{Check, Need};
pub use engine::{Attempt, Engine, EngineError, Opening, Site};
pub use memory::MemoryEngine;
pub use promise::Promise;
pub use registry::checks;
pub use report::{Outcome, Report, Row, table};
pub use run::{Effort, Options, run_all, run_check, run_test};
