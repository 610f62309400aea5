//! A real incident log, told as what happened.
//!
//! The log is a table of states: each row is a whole incident after somebody
//! saved it. [`read`] reads the file into typed rows, [`changes()`] finds out
//! what happened between a ticket and its next row, [`check`] compares a
//! folded ticket with a row, [`report`] counts. Nothing here knows a store.
//!
//! | to learn about | read |
//! |---|---|
//! | the file: encodings, columns, broken rows | `read.rs` |
//! | a row, and how its words map to the desk's | `row.rs` |
//! | what happened between two rows | `changes.rs` |
//! | whether a ticket equals a row | `check.rs` |
//! | the report of an import | `report.rs` |
//!
//! # Imported facts are facts
//!
//! The rules of the desk are for commands: they decide what *may happen now*.
//! A row of a log says what *did happen*, somewhere else and under other rules,
//! and the past asks nobody for permission. So an import asks no rule, and
//! records the events directly. Where the log breaks a rule of the desk, or
//! does what the desk cannot, the history says exactly what the log says:
//!
//! - **A ticket that begins resolved** is opened and resolved, without work in
//!   between that nobody saw.
//! - **Edits after resolving and closing** are recorded like all others.
//! - **Status by leaps.** From new to resolved, from one hold to another, from
//!   closed to new: the ticket goes where the log says. A word that the desk
//!   does not know is kept, in `status-named`.
//! - **Counters.** The desk counts each hand-over from agent to agent or from
//!   group to group. The log counts differently: its counter rises when the
//!   group changes, and not when only the agent does. So the events
//!   that hand a ticket over say themselves whether they are `counted`, and an
//!   import lets them say what the log's counter did. What the counter rose
//!   beyond that, the log counted without showing it: `reassignments-counted`
//!   and `reopenings-counted` say how much. No hand-over is made up for it. A
//!   counter that falls is a correction.
//! - **Times that run backwards.** Rows are taken in the order of the file,
//!   each with its own time as the effective time, and nothing is sorted.
//!   Rows of one minute stay separate. A ticket that was opened, as the log
//!   says, after its first row keeps that too.
//! - **A row in which nothing changed** but the log's own bookkeeping still
//!   says that somebody saved the ticket at that time: it becomes `touched`.
//!   So every row, an exact repetition too, has at least one event, and every
//!   row has a version of its ticket that equals it.
//!
//! # What is not recorded
//!
//! - `sys_updated_at` and `sys_updated_by` are the effective time and the
//!   actor of the events, and stand in their metadata.
//! - `sys_mod_count`, `sys_created_at` and `sys_created_by` are bookkeeping of
//!   the system that wrote the log.
//! - `active` says whether the ticket is closed, which `incident_state` says too.
//! - `resolved_by`, `resolved_at`, `closed_code` and `closed_at` were filled in
//!   at the end, in all rows of an incident: its first row already tells who
//!   will resolve it. A history must not know its future, so the code and the
//!   resolver are taken from closed rows only, and the two times are the times
//!   of the rows that resolve and close. (Where the log names another minute
//!   there, as it does once in some thirty tickets, that minute is left out.)
//! - `notify` where it says that the customer is not told about changes: that
//!   is what a ticket says that says nothing.
//! - Columns that [`row`] does not list are ignored.
//!
//! # What the log does not tell
//!
//! It has no subject, and no messages: nobody can say from it when the desk
//! answered, so the response clock of an imported ticket runs until it is
//! resolved, on hold excepted. Times have no zone; UTC is assumed.

pub mod changes;
pub mod check;
pub mod read;
pub mod report;
pub mod row;

#[cfg(test)]
mod changes_tests;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod real_log_tests;

pub use changes::changes;
pub use check::{Difference, differences};
pub use read::{IncidentLog, LogError, RefusedRow};
pub use report::Report;
pub use row::Row;
