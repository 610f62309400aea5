//! Tests of the engine through its public surface, and past it with plain SQL.

mod common;
mod round_trip;
