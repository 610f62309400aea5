//! One check: a side of a promise that a test can break.

use std::fmt;
use std::sync::Arc;

use retell_store::{BoxFuture, Capabilities, SystemClock};

use crate::trial::{Checked, Trial};
use crate::{Promise, Site};

/// One test of one side of a promise.
pub struct Check {
    pub(crate) promise: Promise,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) needs: &'static [Need],
    pub(crate) run: fn(Arc<Trial>) -> BoxFuture<'static, Checked>,
}

impl Check {
    /// The promise that it belongs to.
    #[must_use]
    pub fn promise(&self) -> Promise {
        self.promise
    }

    /// Its name, which is the name of the test, for example `p05_exactly_one_winner`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it shows, in a sentence.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text.trim_ascii()
    }

    /// What an engine must be able to do for the check to apply.
    #[must_use]
    pub fn needs(&self) -> &'static [Need] {
        self.needs
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What an engine must be able to do for a check to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The capability `durable`.
    Durable,
    /// The capability `several_streams`.
    SeveralStreams,
    /// The capability `conditions`.
    Conditions,
    /// The capability `several_processes`.
    SeveralProcesses,
    /// The capability `guards_history`, and a way past the contract to try it.
    Tampering,
    /// A clock that the check sets.
    Clock,
}

impl Need {
    /// Why an engine cannot be asked, or nothing where it can.
    pub(crate) fn lacking(self, can: &Capabilities, site: &dyn Site) -> Option<&'static str> {
        let (there, otherwise) = match self {
            Self::Durable => (can.durable, "it is not durable"),
            Self::SeveralStreams => (can.several_streams, "a commit writes one stream"),
            Self::Conditions => (can.conditions, "it judges no conditions"),
            Self::SeveralProcesses => (can.several_processes, "one process at a time"),
            Self::Tampering if !can.guards_history => (false, "it does not guard its history"),
            Self::Tampering => (site.tamper().is_some(), "nothing reaches the events past the contract"),
            Self::Clock => (site.open_with_clock(Arc::new(SystemClock)).is_some(), "its clock cannot be set"),
        };
        (!there).then_some(otherwise)
    }
}
