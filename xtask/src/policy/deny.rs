//! `deny.toml` names the same lists as this policy.
//!
//! Cargo-deny checks more (duplicate versions, licence texts), but few people have it. Whoever
//! runs it must not get a different answer to the questions that both ask.

use std::collections::BTreeSet;
use std::path::Path;

use super::banned::{BANNED, SINGLE};
use super::licences::ALLOWED;
use crate::finding::Finding;

const FILE: &str = "deny.toml";

pub(super) fn check(root: &Path) -> Vec<Finding> {
    match std::fs::read_to_string(root.join(FILE)) {
        Ok(text) => differences(&text),
        Err(error) => vec![Finding::fault(FILE, format!("it cannot be read: {error}"))],
    }
}

fn differences(text: &str) -> Vec<Finding> {
    let crates = BANNED.iter().chain(&SINGLE).map(|(name, _)| *name);
    let mut findings = compare(&entries(text, "licenses", "allow"), ALLOWED, "allow-list");
    findings.extend(compare(&entries(text, "bans", "deny"), crates, "list of bans"));
    findings
}

fn compare<'a>(
    there: &BTreeSet<&'a str>,
    here: impl IntoIterator<Item = &'a str>,
    list: &str,
) -> Vec<Finding> {
    let here: BTreeSet<_> = here.into_iter().collect();
    let missing = here.difference(there).map(|name| (name, "add it"));
    let extra = there.difference(&here).map(|name| (name, "remove it"));
    missing
        .chain(extra)
        .map(|(name, cure)| {
            let message = format!(
                "its {list} and the one of xtask/src/policy differ in `{name}`; {cure} here, or \
                 change the policy"
            );
            Finding::fault(FILE, message)
        })
        .collect()
}

/// The first quoted word on each line of a list that is written one entry a line.
fn entries<'a>(text: &'a str, table: &str, key: &str) -> BTreeSet<&'a str> {
    let start = format!("{key} = [");
    text.lines()
        .skip_while(|line| line.trim() != format!("[{table}]"))
        .skip_while(|line| line.trim() != start)
        .skip(1)
        .take_while(|line| line.trim() != "]")
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split('"').nth(1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that agrees with the policy.
    fn agreeing() -> String {
        let mut text = String::from("[bans]\nmultiple-versions = \"warn\"\ndeny = [\n");
        for (name, reason) in BANNED.iter().chain(&SINGLE) {
            text += &format!("    {{ crate = \"{name}\", reason = \"{reason}\" }},\n");
        }
        text += "]\n[licenses]\nallow = [\n    # \"GPL-3.0-only\",\n";
        for licence in ALLOWED {
            text += &format!("    \"{licence}\",\n");
        }
        text + "]\n"
    }

    #[test]
    fn files_that_agree_have_no_differences() {
        assert_eq!(differences(&agreeing()), []);
    }

    #[test]
    fn a_difference_in_either_direction_is_found() {
        let more = agreeing().replace("\"ISC\",", "\"ISC\",\n    \"MPL-2.0\",");
        let findings = differences(&more);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("`MPL-2.0`; remove it"));

        let fewer = agreeing().replace("crate = \"chrono\"", "crate = \"time\"");
        let findings = differences(&fewer);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].message.contains("`chrono`; add it"));
        assert!(findings[1].message.contains("`time`; remove it"));
    }
}
