//! What the checks share.

mod build;
mod dropping;
mod model;
mod outcome;
mod race;
mod random_log;
mod read;
mod rng;
mod seen;

pub(crate) use build::*;
pub(crate) use dropping::*;
pub(crate) use model::*;
pub(crate) use outcome::*;
pub(crate) use race::*;
pub(crate) use random_log::*;
pub(crate) use read::*;
pub(crate) use rng::Rng;
pub(crate) use seen::*;
