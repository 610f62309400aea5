//! Crates that this project has decided against, and what it uses instead.

use super::metadata::Graph;
use crate::finding::Finding;

/// The banned crates, each with the cure. `deny.toml` has the same list.
pub(super) const BANNED: [(&str, &str); 6] = [
    ("chrono", "use jiff"),
    ("diesel", "an engine speaks to its database through rusqlite or tokio-postgres"),
    ("native-tls", "use rustls"),
    ("openssl-sys", "use rustls"),
    ("sqlx", "an engine speaks to its database through rusqlite or tokio-postgres"),
    ("tokio-rusqlite", "retell-sqlite runs rusqlite on threads of its own"),
];

/// Crates of which there must be one version. `deny.toml` has the same list.
pub(super) const SINGLE: [(&str, &str); 1] =
    [("libsqlite3-sys", "two copies of SQLite in one process break its file locks")];

pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, cure) in BANNED {
        for package in graph.packages.iter().filter(|one| one.name == name) {
            findings.push(Finding::fault(
                package.place(),
                format!(
                    "this crate is banned: {cure}; `cargo tree --all-features --target all \
                     --invert {name}` shows who brings it in"
                ),
            ));
        }
    }
    for (name, reason) in SINGLE {
        let versions: Vec<_> =
            graph.packages.iter().filter(|one| one.name == name).map(|one| one.version.as_str()).collect();
        if versions.len() > 1 {
            findings.push(Finding::fault(
                name,
                format!(
                    "there are {} versions ({}): {reason}; bring all its users to one version",
                    versions.len(),
                    versions.join(", ")
                ),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banned_crate_is_found_however_it_comes_in() {
        let graph = Graph::sketch(&[("crates/retell-sqlite", "rusqlite"), ("rusqlite:", "chrono")]);
        let findings = check(&graph);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "chrono 1.0.0");
        assert!(findings[0].message.contains("banned: use jiff"));
    }

    #[test]
    fn a_second_sqlite_is_found() {
        let mut graph = Graph::sketch(&[("crates/retell-sqlite", "libsqlite3-sys other")]);
        assert_eq!(check(&graph), []);
        let other = graph.packages.iter_mut().find(|one| one.name == "other");
        let other = other.expect("the sketch has it");
        other.name = "libsqlite3-sys".into();
        other.version = "0.1.0".into();
        let findings = check(&graph);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("2 versions (1.0.0, 0.1.0)"));
    }
}
