//! What a check has found, and where.

use std::fmt;

/// One thing that a check objects to. The message says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// A file with its line, or a crate.
    pub(crate) place: String,
    /// What is wrong, and the cure.
    pub(crate) message: String,
    /// Whether the check may pass all the same.
    pub(crate) warning: bool,
}

impl Finding {
    /// Something that must be put right.
    pub(crate) fn fault(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), warning: false }
    }

    /// Something that should be looked at.
    pub(crate) fn warning(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::fault(place, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.warning { "warning: " } else { "" };
        write!(f, "{mark}{}: {}", self.place, self.message)
    }
}

/// Prints the findings of a check, and fails when one of them is a fault.
pub(crate) fn report(check: &str, mut findings: Vec<Finding>) -> Result<(), String> {
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| !finding.warning).count() {
        0 => {
            println!("{check}: nothing to object to");
            Ok(())
        }
        1 => Err(format!("{check}: 1 thing to put right")),
        faults => Err(format!("{check}: {faults} things to put right")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_fails_the_check_and_a_warning_does_not() {
        let fault = Finding::fault("a.rs:1", "is wrong");
        let warning = Finding::warning("a.rs:2", "looks odd");
        assert_eq!(report("tidy", vec![warning.clone()]), Ok(()));
        assert_eq!(
            report("tidy", vec![warning, fault.clone(), fault]),
            Err("tidy: 1 thing to put right".into())
        );
    }

    #[test]
    fn a_finding_reads_as_place_and_message() {
        assert_eq!(Finding::fault("a.rs:1", "is wrong").to_string(), "a.rs:1: is wrong");
        assert_eq!(Finding::warning("a.rs:2", "looks odd").to_string(), "warning: a.rs:2: looks odd");
    }
}
