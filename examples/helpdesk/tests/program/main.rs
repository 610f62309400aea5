//! The program as a user runs it.

mod demo;
mod import;
mod kit;
mod postgres;
mod real_log;
mod refusals;
