//! The event-sourced domain model: aggregates, commands, and what carries
//! them out on any store.
//!
//! Use it through the crate `retell`, which re-exports all of it as one guided
//! tour. In reading order:
//!
//! | to learn about | read |
//! |---|---|
//! | what can happen | [`Event`], [`EventKind`] |
//! | how it is stored and read | [`encode`], [`decode`] |
//! | a state folded from events | [`Aggregate`], [`Id`], [`Draft`] |
//! | a rule, and what it may know | [`Command`], [`Context`], [`named`] |
//! | load, rebuild, decide, store | [`Repository`], [`Execute`], [`ExecuteAll`], [`Done`], [`ExecuteError`] |
//! | facts without a rule | [`Facts`] |
//! | two writers that collide | [`Conflict`], [`Verdict`] |
//! | the past | [`At`], [`Recorded`] |
//! | tests of rules | [`testing`] |
//!
//! What is deliberately absent: this crate knows no engine, no SQL, no HTTP;
//! nothing here reads a clock while deciding or applying; and stored bytes
//! become a typed event in one function, [`decode`].
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod aggregate;
mod codec;
mod command;
mod conflict;
mod context;
mod draft;
mod event;
mod execute;
mod execute_all;
mod facts;
mod history;
mod id;
mod lanes;
mod model;
mod outcome;
mod repository;
mod request;
mod state_cache;
pub mod testing;

pub use aggregate::Aggregate;
pub use codec::{DecodeError, EncodeError, decode, encode};
pub use command::{Command, Named, named};
pub use conflict::{Conflict, Verdict};
pub use context::{Context, IntoActor};
pub use draft::Draft;
pub use event::{Event, EventKind, TagValue};
pub use execute::Execute;
pub use execute_all::ExecuteAll;
pub use facts::{Facts, FactsError};
pub use history::{At, Recorded};
pub use id::Id;
pub use model::{Either, Model};
pub use outcome::{Done, ExecuteError, LoadError, Loaded};
pub use repository::Repository;
