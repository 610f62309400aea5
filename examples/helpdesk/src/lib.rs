//! The ticket desk: the running example of retell, whole.
//!
//! | to learn about | read |
//! |---|---|
//! | events, state, rules | [`domain`] |
//! | a real incident log, told as what happened | [`import`] |
//! | the desk over HTTP | [`service`] |
//! | the program `helpdesk` | [`program`] |
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod domain;
pub mod import;
pub mod program;
pub mod service;
