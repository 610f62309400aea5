//! Engines that are wrong on purpose, and the checks that see it.
//!
//! A test that never failed proves nothing. Each control is a memory store
//! with one fault; the whole suite runs on it, and exactly the checks that
//! `table.rs` names must fail. The last test asserts that every check of the
//! suite fails on at least one control.

mod flawed;
mod identity;
mod judging;
mod keeping;
mod reading;
mod sharing;
mod storing;
mod table;
