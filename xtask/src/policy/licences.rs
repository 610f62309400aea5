//! Every crate can be used under a licence that asks for no more than a notice.

use super::metadata::Graph;
use super::spdx::Licence;
use crate::finding::Finding;

/// The licences that this project accepts, as SPDX names them. `deny.toml` has the same list.
pub(super) const ALLOWED: [&str; 10] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
];

pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    graph
        .packages
        .iter()
        .filter_map(|package| {
            let problem = problem(package.licence.as_deref())?;
            Some(Finding::fault(package.place(), problem))
        })
        .collect()
}

fn problem(licence: Option<&str>) -> Option<String> {
    let Some(expression) = licence else {
        return Some(
            "its manifest names no licence; use another crate, or add `license = \"...\"` if it \
             is one of ours"
                .into(),
        );
    };
    match Licence::parse(expression) {
        Err(problem) => Some(format!(
            "its licence `{expression}` cannot be read ({problem}); read its licence file and \
             use another crate if in doubt"
        )),
        Ok(licence) if licence.is_met_by(&|name| ALLOWED.contains(&name)) => None,
        Ok(_) => Some(format!(
            "its licence `{expression}` is not on the allow-list; use another crate, or add a \
             licence that asks for a notice only to both xtask/src/policy/licences.rs and deny.toml"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_an_accepted_licence_is_found() {
        let mut graph = Graph::sketch(&[("crates/retell-store", "serde copyleft nameless odd")]);
        assert_eq!(check(&graph), []);
        for (name, licence) in
            [("copyleft", Some("GPL-3.0-only AND MIT")), ("nameless", None), ("odd", Some("see LICENSE"))]
        {
            let package = graph.packages.iter_mut().find(|one| one.name == name);
            package.expect("the sketch has it").licence = licence.map(str::to_owned);
        }
        let findings = check(&graph);
        assert_eq!(findings.len(), 3);
        assert!(findings[0].message.contains("not on the allow-list"));
        assert!(findings[1].message.contains("names no licence"));
        assert!(findings[2].message.contains("cannot be read"));
    }
}
