//! Every crate comes from crates.io or from this repository.

use super::metadata::{Graph, Package};
use crate::finding::Finding;

/// How cargo names crates.io, whichever protocol and mirror it was fetched through.
pub(super) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    graph
        .packages
        .iter()
        .filter_map(|package| {
            let problem = problem(graph, package)?;
            Some(Finding::fault(package.place(), problem))
        })
        .collect()
}

fn problem(graph: &Graph, package: &Package) -> Option<String> {
    match &package.source {
        Some(source) if source == CRATES_IO => None,
        Some(source) => {
            Some(format!("it comes from `{source}`; depend on a version that is published on crates.io"))
        }
        None if package.folder.starts_with(&graph.root) => None,
        None => Some(
            "its path leaves this repository, so a clone cannot be built; move it in, or depend \
             on a version that is published on crates.io"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_from_elsewhere_is_found() {
        let mut graph = Graph::sketch(&[("crates/retell-store", "serde forked beside")]);
        assert_eq!(check(&graph), []);
        for (name, source) in [("forked", Some("git+https://example.org/forked#0123456")), ("beside", None)] {
            let package = graph.packages.iter_mut().find(|one| one.name == name);
            package.expect("the sketch has it").source = source.map(str::to_owned);
        }
        let findings = check(&graph);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].message.contains("it comes from `git+"));
        assert!(findings[1].message.contains("its path leaves this repository"));
    }
}
