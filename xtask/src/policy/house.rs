//! Which crate of this repository may depend on which: the layers that ARCHITECTURE.md draws.

use std::path::Path;

use super::metadata::{Graph, Kind, Package};
use crate::finding::Finding;

/// The crates that every engine and every user meets in. They know no engine, no SQL, no HTTP.
const CORE: [&str; 2] = ["retell-store", "retell-model"];

/// One crate for each database. They never meet one another.
const ENGINES: [&str; 3] = ["retell-sqlite", "retell-postgres", "retell-jetstream"];

/// The crates through which a program speaks to a database.
const DRIVERS: [&str; 5] = ["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres", "async-nats"];

/// The crates through which a program speaks HTTP.
const WEB: [&str; 3] = ["axum", "hyper", "reqwest"];

/// The only crate of the library that knows which engines exist.
const FACADE: &str = "retell";

/// The crates that read only through the contract and the model.
const READERS: [&str; 2] = ["retell-cli", "retell-explorer"];

pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, package) in graph.members() {
        let name = package.name.as_str();
        let mut problems = Vec::new();
        if CORE.contains(&name) {
            problems.extend(core(graph, index));
        }
        if ENGINES.contains(&name) {
            problems.extend(engine(graph, index));
        } else if READERS.contains(&name) {
            problems.extend(reader(graph, index));
        } else if !may_know_engines(graph, package) {
            problems.extend(other(graph, index));
        }
        if is_library(graph, package) && !ENGINES.contains(&name) {
            problems.extend(driver(graph, index));
        }
        findings.extend(problems.into_iter().map(|text| Finding::fault(name, text)));
    }
    findings
}

/// The contract and the model reach nothing that belongs to one database or to the web.
fn core(graph: &Graph, index: usize) -> Vec<String> {
    ENGINES
        .iter()
        .chain(&DRIVERS)
        .chain(&WEB)
        .filter_map(|target| graph.way(index, target))
        .map(|way| {
            format!(
                "it reaches a crate of one engine or of the web ({way}); the contract and the \
                 model know neither: move the code that needs it into the engine, or above"
            )
        })
        .collect()
}

/// An engine knows the contract, but no other engine and not the model.
fn engine(graph: &Graph, index: usize) -> Vec<String> {
    let own = graph.packages[index].name.as_str();
    let mut problems = Vec::new();
    for stranger in ENGINES.iter().chain(&["retell-model"]) {
        if *stranger == own {
            continue;
        }
        let direct = graph.direct(index).any(|(used, _)| used.name == *stranger);
        if let Some(way) = graph
            .way(index, stranger)
            .or_else(|| direct.then(|| format!("{own} -> {stranger}, for tests or the build")))
        {
            problems.push(format!(
                "it depends on `{stranger}` ({way}); an engine knows retell-store alone: put \
                 what engines share there, and tests of the model on an engine into `{FACADE}`"
            ));
        }
    }
    problems
}

/// The command line and the explorer open a store by its address, and never name an engine.
fn reader(graph: &Graph, index: usize) -> Vec<String> {
    graph
        .direct(index)
        .filter(|(used, _)| ENGINES.contains(&used.name.as_str()))
        .map(|(used, _)| {
            format!(
                "it depends on the engine `{}`; it reads only through the contract and the \
                 model: open the store with `retell::open`, in tests too",
                used.name
            )
        })
        .collect()
}

/// What is neither the facade nor a program does not name an engine outside its tests.
fn other(graph: &Graph, index: usize) -> Vec<String> {
    graph
        .direct(index)
        .filter(|(used, kinds)| ENGINES.contains(&used.name.as_str()) && ships(kinds))
        .map(|(used, _)| {
            format!(
                "it depends on the engine `{}`; only `{FACADE}`, examples and benchmarks may: \
                 take any `EventStore`, or make it a dev-dependency if only tests need it",
                used.name
            )
        })
        .collect()
}

/// Only an engine speaks to a database itself.
fn driver(graph: &Graph, index: usize) -> Vec<String> {
    graph
        .direct(index)
        .filter(|(used, kinds)| DRIVERS.contains(&used.name.as_str()) && ships(kinds))
        .map(|(used, _)| {
            format!(
                "it depends on the driver `{}`; only an engine speaks to a database: move the \
                 code there, or add a new engine to ENGINES in xtask/src/policy/house.rs",
                used.name
            )
        })
        .collect()
}

/// Whether a dependency is part of what users get, and not only of tests.
fn ships(kinds: &[Kind]) -> bool {
    kinds.iter().any(|kind| *kind != Kind::Dev)
}

fn may_know_engines(graph: &Graph, package: &Package) -> bool {
    let place = place(graph, package);
    package.name == FACADE || place.starts_with("examples") || place.starts_with("bench")
}

fn is_library(graph: &Graph, package: &Package) -> bool {
    place(graph, package).starts_with("crates")
}

/// The folder of a crate inside the repository.
fn place<'a>(graph: &Graph, package: &'a Package) -> &'a Path {
    package.folder.strip_prefix(&graph.root).unwrap_or(&package.folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(lines: &[(&str, &str)]) -> Vec<String> {
        check(&Graph::sketch(lines)).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn objects(lines: &[(&str, &str)], words: &str) {
        let problems = problems(lines);
        assert!(
            matches!(problems.as_slice(), [one] if one.contains(words)),
            "expected one problem with {words:?}, found {problems:#?}"
        );
    }

    #[test]
    fn the_house_as_it_is_drawn_stands() {
        let house = [
            ("crates/retell-store", "serde tokio"),
            ("crates/retell-model", "retell-store dev:retell-sqlite"),
            ("crates/retell-sqlite", "retell-store rusqlite dev:retell-conformance"),
            ("crates/retell-postgres", "retell-store tokio-postgres"),
            ("crates/retell", "retell-model retell-sqlite retell-postgres"),
            ("crates/retell-cli", "retell clap"),
            ("crates/retell-explorer", "retell axum"),
            ("crates/retell-conformance", "retell-store dev:retell-sqlite"),
            ("examples/helpdesk", "retell retell-cli retell-sqlite rusqlite"),
        ];
        assert_eq!(problems(&house), [] as [&str; 0]);
    }

    #[test]
    fn the_model_must_not_reach_a_driver_through_anything() {
        objects(
            &[("crates/retell-model", "helper"), ("helper:", "rusqlite")],
            "(retell-model -> helper -> rusqlite)",
        );
    }

    #[test]
    fn the_contract_must_not_reach_the_web() {
        objects(
            &[("crates/retell-store", "client"), ("client:", "hyper")],
            "(retell-store -> client -> hyper)",
        );
    }

    #[test]
    fn one_engine_must_not_know_another_even_in_tests() {
        let other = ("crates/retell-sqlite", "");
        objects(
            &[("crates/retell-postgres", "retell-sqlite"), other],
            "it depends on `retell-sqlite` (retell-postgres -> retell-sqlite)",
        );
        objects(&[("crates/retell-postgres", "dev:retell-sqlite"), other], "for tests or the build");
    }

    #[test]
    fn an_engine_must_not_know_the_model() {
        objects(
            &[
                ("crates/retell-jetstream", "retell-helper"),
                ("crates/retell-helper", "retell-model"),
                ("crates/retell-model", ""),
            ],
            "retell-jetstream -> retell-helper -> retell-model",
        );
    }

    #[test]
    fn the_command_line_and_the_explorer_must_not_name_an_engine() {
        for reader in ["crates/retell-cli", "crates/retell-explorer"] {
            for used in ["retell-sqlite", "dev:retell-sqlite"] {
                objects(
                    &[(reader, used), ("crates/retell-sqlite", "")],
                    "open the store with `retell::open`",
                );
            }
        }
    }

    #[test]
    fn only_the_facade_and_programs_may_ship_an_engine() {
        let engine = ("crates/retell-sqlite", "");
        objects(&[("crates/retell-conformance", "retell-sqlite"), engine], "make it a dev-dependency");
        objects(&[("crates/retell-ledger", "build:retell-sqlite"), engine], "make it a dev-dependency");
    }

    #[test]
    fn only_an_engine_may_use_a_driver() {
        objects(&[("crates/retell-cli", "rusqlite")], "it depends on the driver `rusqlite`");
        assert_eq!(problems(&[("crates/retell-cli", "dev:rusqlite")]), [] as [&str; 0]);
    }
}
