//! The dependency graph, as `cargo metadata` tells it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cmd;

/// All packages of the workspace and everything that they depend on.
#[derive(Debug)]
pub(super) struct Graph {
    /// The root of the workspace.
    pub(super) root: PathBuf,
    pub(super) packages: Vec<Package>,
}

/// One version of one crate.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// The licence expression of its manifest.
    pub(super) licence: Option<String>,
    /// Where cargo fetched it from; absent for a path.
    pub(super) source: Option<String>,
    /// The folder that holds its manifest.
    pub(super) folder: PathBuf,
    /// Whether it is a crate of this workspace.
    pub(super) member: bool,
    pub(super) uses: Vec<Use>,
}

/// One edge of the graph.
#[derive(Debug)]
pub(super) struct Use {
    /// An index into [`Graph::packages`].
    pub(super) package: usize,
    pub(super) kinds: Vec<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Dev,
}

impl Package {
    /// The crate with its version, as a finding names it.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

impl Graph {
    /// Asks cargo, with all features and without touching `Cargo.lock`.
    pub(super) fn load() -> Result<Self, String> {
        let mut command = cmd::cargo(&["metadata", "--format-version", "1", "--locked", "--all-features"]);
        let output =
            command.output().map_err(|error| format!("{} did not start: {error}", cmd::show(&command)))?;
        if !output.status.success() {
            return Err(format!(
                "{} failed; if a manifest has changed, run `cargo check` and commit Cargo.lock \
                 with it:\n{}",
                cmd::show(&command),
                String::from_utf8_lossy(&output.stderr).trim_end()
            ));
        }
        Self::parse(&output.stdout).map_err(|problem| format!("`cargo metadata` cannot be read: {problem}"))
    }

    fn parse(json: &[u8]) -> Result<Self, String> {
        let json: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let members: HashSet<&str> =
            list(&json, "workspace_members")?.iter().filter_map(Value::as_str).collect();

        let mut packages = Vec::new();
        let mut by_id = HashMap::new();
        for package in list(&json, "packages")? {
            let id = text(package, "id")?;
            let manifest = Path::new(text(package, "manifest_path")?);
            by_id.insert(id, packages.len());
            packages.push(Package {
                name: text(package, "name")?.to_owned(),
                version: text(package, "version")?.to_owned(),
                licence: package["license"].as_str().map(str::to_owned),
                source: package["source"].as_str().map(str::to_owned),
                folder: manifest.parent().unwrap_or(manifest).to_owned(),
                member: members.contains(id),
                uses: Vec::new(),
            });
        }
        let index =
            |id: &str| by_id.get(id).copied().ok_or_else(|| format!("the package `{id}` is not listed"));
        for node in list(&json["resolve"], "nodes")? {
            let user = index(text(node, "id")?)?;
            for dependency in list(node, "deps")? {
                let package = index(text(dependency, "pkg")?)?;
                let kinds = list(dependency, "dep_kinds")?
                    .iter()
                    .map(|kind| match kind["kind"].as_str() {
                        Some("dev") => Kind::Dev,
                        Some("build") => Kind::Build,
                        _ => Kind::Normal,
                    })
                    .collect();
                packages[user].uses.push(Use { package, kinds });
            }
        }
        Ok(Self { root: PathBuf::from(text(&json, "workspace_root")?), packages })
    }

    /// The crates of this workspace, each with its index.
    pub(super) fn members(&self) -> impl Iterator<Item = (usize, &Package)> {
        self.packages.iter().enumerate().filter(|(_, package)| package.member)
    }

    /// What one package depends on directly: every other package, with the kinds of the edge.
    pub(super) fn direct(&self, user: usize) -> impl Iterator<Item = (&Package, &[Kind])> {
        self.packages[user].uses.iter().map(|used| (&self.packages[used.package], used.kinds.as_slice()))
    }

    /// The shortest way from a package to a crate of that name along normal dependencies.
    pub(super) fn way(&self, from: usize, to: &str) -> Option<String> {
        let mut came_from: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            if here != from && self.packages[here].name == to {
                let mut names = vec![to];
                let mut step = here;
                while let Some(&user) = came_from.get(&step) {
                    names.push(&self.packages[user].name);
                    step = user;
                }
                names.reverse();
                return Some(names.join(" -> "));
            }
            for used in &self.packages[here].uses {
                let next = used.package;
                let is_new = next != from && !came_from.contains_key(&next);
                if is_new && used.kinds.contains(&Kind::Normal) {
                    came_from.insert(next, here);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value[key].as_str().ok_or_else(|| format!("there is no text `{key}`"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value], String> {
    value[key].as_array().map(Vec::as_slice).ok_or_else(|| format!("there is no list `{key}`"))
}

/// Small graphs for the tests of the rules.
#[cfg(test)]
impl Graph {
    /// Builds a graph in which every crate keeps to every rule that is not about edges.
    ///
    /// A member is given with its folder and what it uses: `("crates/retell-store", "serde")`.
    /// A used crate is normal, `dev:name` or `build:name`. What is no member comes from
    /// crates.io, and may be given a line of its own with an empty folder: `("serde:", "libc")`.
    pub(super) fn sketch(lines: &[(&str, &str)]) -> Self {
        let mut graph = Self { root: PathBuf::from("/repository"), packages: Vec::new() };
        for (head, _) in lines {
            match head.strip_suffix(':') {
                Some(foreign) => graph.place_of(foreign),
                None => graph.add_member(head),
            };
        }
        for (head, uses) in lines {
            let name = head.trim_end_matches(':').rsplit('/').next();
            let user = graph.place_of(name.unwrap_or(head));
            for used in uses.split_whitespace() {
                let (kind, name) = match used.split_once(':') {
                    Some(("dev", name)) => (Kind::Dev, name),
                    Some(("build", name)) => (Kind::Build, name),
                    _ => (Kind::Normal, used),
                };
                let package = graph.place_of(name);
                let kinds = vec![kind];
                graph.packages[user].uses.push(Use { package, kinds });
            }
        }
        graph
    }

    fn add_member(&mut self, folder: &str) -> usize {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        self.packages.push(Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            licence: Some("MIT OR Apache-2.0".to_owned()),
            source: None,
            folder: self.root.join(folder),
            member: true,
            uses: Vec::new(),
        });
        self.packages.len() - 1
    }

    /// The index of a crate, which is taken from crates.io if it is not there yet.
    fn place_of(&mut self, name: &str) -> usize {
        if let Some(place) = self.packages.iter().position(|package| package.name == name) {
            return place;
        }
        self.packages.push(Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: Some("MIT".to_owned()),
            source: Some(super::sources::CRATES_IO.to_owned()),
            folder: PathBuf::from("/registry").join(name),
            member: false,
            uses: Vec::new(),
        });
        self.packages.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_CRATES: &str = r#"{
        "workspace_root": "/repository",
        "workspace_members": ["a"],
        "packages": [
            {"id": "a", "name": "retell", "version": "0.1.0", "license": null, "source": null,
             "manifest_path": "/repository/crates/retell/Cargo.toml"},
            {"id": "b", "name": "serde", "version": "1.0.0", "license": "MIT OR Apache-2.0",
             "source": "registry+somewhere", "manifest_path": "/registry/serde/Cargo.toml"}
        ],
        "resolve": {"nodes": [
            {"id": "a", "deps": [{"name": "serde", "pkg": "b", "dep_kinds": [
                {"kind": null, "target": null}, {"kind": "dev", "target": null}]}]},
            {"id": "b", "deps": []}
        ]}
    }"#;

    #[test]
    fn metadata_becomes_a_graph() {
        let graph = Graph::parse(TWO_CRATES.as_bytes()).expect("the sample is complete");
        let [retell, serde] = graph.packages.as_slice() else {
            panic!("there are two packages: {graph:?}");
        };
        assert!(retell.member && !serde.member);
        assert_eq!(retell.folder, Path::new("/repository/crates/retell"));
        assert_eq!(retell.uses[0].package, 1);
        assert_eq!(retell.uses[0].kinds, [Kind::Normal, Kind::Dev]);
        assert_eq!(serde.licence.as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(serde.place(), "serde 1.0.0");
    }

    #[test]
    fn incomplete_metadata_is_refused() {
        let cut = TWO_CRATES.replace("\"name\": \"serde\", \"version\"", "\"version\"");
        assert_eq!(Graph::parse(cut.as_bytes()).map(|_| ()), Err("there is no text `name`".into()));
        let lost = TWO_CRATES.replace("\"pkg\": \"b\"", "\"pkg\": \"c\"");
        assert_eq!(Graph::parse(lost.as_bytes()).map(|_| ()), Err("the package `c` is not listed".into()));
    }

    #[test]
    fn the_way_follows_normal_dependencies_only() {
        let graph = Graph::sketch(&[
            ("crates/retell", "retell-model dev:proptest"),
            ("crates/retell-model", "serde build:cc"),
            ("serde:", "itoa"),
        ]);
        assert_eq!(graph.way(0, "itoa").as_deref(), Some("retell -> retell-model -> serde -> itoa"));
        assert_eq!(graph.way(0, "proptest"), None);
        assert_eq!(graph.way(0, "cc"), None);
        assert_eq!(graph.way(0, "retell"), None);
    }
}
