//! Tests of the engine through its public surface, and past it with plain SQL.

mod batches;
mod closing;
mod commit_ids;
mod common;
mod conflicts;
mod failing;
mod following;
mod guards;
mod handles;
mod opening;
mod queries;
mod reading_only;
mod records;
mod round_trip;
