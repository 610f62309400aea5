//! Tests of the contract's own types.

mod commit;
mod name;
mod queue;
