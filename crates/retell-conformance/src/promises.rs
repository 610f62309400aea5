//! The checks, one promise a file. `registry.rs` is their table of contents.

pub(crate) mod p01_durable;
pub(crate) mod p02_atomic;
pub(crate) mod p03_versions;
pub(crate) mod p04_order;
pub(crate) mod p05_conflict;
pub(crate) mod p06_idempotence;
pub(crate) mod p07_history;
pub(crate) mod p08_dropped;
pub(crate) mod p09_condition;
pub(crate) mod p10_subscription;
pub(crate) mod p11_input;
pub(crate) mod p11_range;
pub(crate) mod p12_closing;
pub(crate) mod p13_group;
mod p13_random;
pub(crate) mod reads;
pub(crate) mod records;
pub(crate) mod time;
