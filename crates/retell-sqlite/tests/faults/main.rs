//! Faults from outside: power loss, syncs that fail, a full disk, a lock that
//! is held, a clock that steps back.
//!
//! A test runs this binary again with a shim preloaded (`shim.c`) that records
//! what is written and synced, and that fails on demand. From the record the
//! test rebuilds what a disk could hold, opens that, and looks for what was
//! acknowledged. Each has a control that must lose something, so that nobody
//! has to trust that the tests could see it.
//!
//! `RETELL_POWER_CUTS` sets the number of power cuts (300, if it is not set),
//! `RETELL_FAULT_SEED` the seed of all that is random, and
//! `RETELL_FAULT_RECORD` a record of an earlier run to cut again.
#![expect(clippy::print_stderr, reason = "the figures and the reasons for skipping are printed")]
#![expect(clippy::print_stdout, reason = "a child tells its parent that it holds the lock")]

mod audit;
mod child;
mod clock;
mod content;
mod disk;
mod lock;
mod marks;
mod power;
mod raw;
mod recording;
mod rig;
mod room;
mod seed;
mod sync;
