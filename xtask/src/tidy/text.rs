//! The rules for every text file.

use super::files::File;
use crate::finding::Finding;

/// Files whose bytes are data or a program's output: white space in them has a meaning.
const DATA: [&str; 7] = ["csv", "tsv", "jsonl", "ndjson", "stderr", "stdout", "patch"];

/// The registries that everybody can reach, and that a file may therefore name.
const REGISTRIES: [&str; 6] = [
    "github.com/rust-lang/crates.io-index",
    "index.crates.io",
    "crates.io",
    "registry.npmjs.org",
    "pypi.org",
    "files.pythonhosted.org",
];

/// What stands before the address of a registry in lock files and settings.
const REGISTRY_KEYS: [&str; 6] =
    ["registry+", "sparse+", "\"resolved\":", "index-url", "registry =", "registry="];

/// Endings of names that only some networks know.
const PRIVATE_NAMES: [&str; 5] = [".internal", ".intranet", ".corp", ".lan", ".local"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.split('\n').enumerate() {
        let mut problems = Vec::new();
        if !DATA.contains(&file.extension()) {
            problems.extend(trailing_space(line));
        }
        if matches!(file.extension(), "rs" | "md") {
            problems.extend(ignored_example(line));
        }
        problems.extend(machine_path(line));
        problems.extend(registry(line));
        problems.extend(private_host(line));
        let place = file.line(index + 1);
        findings.extend(problems.iter().map(|text| Finding::fault(&place, text)));
    }
    findings
}

fn trailing_space(line: &str) -> Option<String> {
    let cure = if line.ends_with('\r') {
        "end the line with a line feed alone, without a carriage return"
    } else if line.ends_with([' ', '\t']) {
        "remove the white space at the end of the line"
    } else {
        return None;
    };
    Some(cure.into())
}

/// A code block that rustdoc does not even compile is as bad as an ignored test.
fn ignored_example(line: &str) -> Option<String> {
    let line = line.trim_start();
    let line = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).unwrap_or(line);
    let info = line.trim_start().strip_prefix("```")?;
    let ignored = info.split([',', ' ']).any(|word| word == "ignore" || word.starts_with("ignore-"));
    ignored.then(|| {
        "a code example that is ignored rots; make it compile, with `no_run` if need be, or \
         mark it as `text`"
            .into()
    })
}

/// A path that exists on one machine only.
fn machine_path(line: &str) -> Option<String> {
    let folders =
        [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Use", "rs/")];
    let found = folders.iter().find(|folder| {
        line.match_indices(**folder).any(|(start, _)| {
            // Inside a longer path or an address the same letters mean something else.
            let before = line[..start].chars().next_back();
            !before.is_some_and(|letter| letter.is_alphanumeric() || "._-~/)}>]".contains(letter))
        })
    })?;
    Some(format!("a path under `{found}` exists on one machine only; write it relative to the repository"))
}

/// A package registry that only some people can reach.
fn registry(line: &str) -> Option<String> {
    if line.trim_start().starts_with("replace-with") {
        return Some(
            "the replacement of a registry is the setting of one machine; keep it in the \
             settings of that machine's user"
                .into(),
        );
    }
    REGISTRY_KEYS.iter().find_map(|key| {
        let (_, rest) = line.split_once(key)?;
        let address = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
        let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let public = REGISTRIES.iter().any(|registry| {
            address.strip_prefix(registry).is_some_and(|rest| {
                !rest.starts_with(|next: char| next.is_alphanumeric() || ".-:@".contains(next))
            })
        });
        (!public).then(|| {
            let host = host(address);
            format!(
                "`{host}` is not a public package registry; write the file anew with the \
                 public one"
            )
        })
    })
}

/// An address that only one network knows.
fn private_host(line: &str) -> Option<String> {
    line.split("://").skip(1).map(host).find_map(|host| {
        let name = host.split(':').next().unwrap_or(host);
        let private = PRIVATE_NAMES.iter().any(|ending| name.ends_with(ending));
        private.then(|| format!("`{host}` is known to one network only; use `localhost` or `example.org`"))
    })
}

/// The host of an address that has lost its scheme, without the user.
fn host(address: &str) -> &str {
    let end = address
        .find(|letter: char| !(letter.is_alphanumeric() || "._-:@".contains(letter)))
        .unwrap_or(address.len());
    let host = &address[..end];
    host.rsplit('@').next().unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn objects(path: &str, text: &str, words: &str) {
        let findings = findings(path, text);
        assert!(
            matches!(findings.as_slice(), [one] if one.contains(words)),
            "expected one finding with {words:?}, found {findings:#?}"
        );
    }

    #[track_caller]
    fn accepts(path: &str, text: &str) {
        assert_eq!(findings(path, text), [] as [&str; 0]);
    }

    #[test]
    fn white_space_at_the_end_of_a_line_is_found() {
        objects("README.md", "a\nb \nc\n", "README.md:2: remove the white space");
        objects("a.toml", "a = 1\t\n", "remove the white space");
        objects("a.rs", "a\r\n", "carriage return");
        accepts("data.csv", "a, \r\n");
        accepts("README.md", "a\n\nb\n");
    }

    #[test]
    fn ignored_code_examples_are_found() {
        objects("a.rs", "/// ```ignore\n", "rots");
        objects("a.rs", "    //! ```rust,ignore\n", "rots");
        objects("a.md", "```ignore-windows\n", "rots");
        accepts("a.rs", "/// ```no_run\n/// ignore\n/// ```\n");
        accepts(".gitignore", "```ignore\n");
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        for folder in ["ro", "wo", "ho", "Use"]
            .iter()
            .zip(["ot", "rk", "me", "rs"])
            .map(|(start, end)| format!("/{start}{end}/"))
        {
            objects("a.md", &format!("see {folder}x/y"), "on one machine only");
            objects("a.md", &format!("{folder}x/y"), "on one machine only");
            objects("a.rs", &format!("\"{folder}x\""), "on one machine only");
            accepts("a.md", &format!("https://example.org{folder}x"));
            accepts("a.md", &format!("crates{folder}x and ..{folder}x"));
        }
    }

    #[test]
    fn registries_that_only_some_reach_are_found() {
        let lock = |address: &str| format!("source = \"registry+{address}\"");
        objects(
            "Cargo.lock",
            &lock("https://crates.example.org/index"),
            "`crates.example.org` is not a public package registry",
        );
        objects("Cargo.lock", &lock("https://index.crates.io.example.org/"), "`index.crates.io.example.org`");
        objects(
            "package-lock.json",
            "\"resolved\": \"http://me:word@10.0.0.1:4873/left-pad\"",
            "`10.0.0.1:4873`",
        );
        objects("pip.conf", concat!("index", "-url = https://pip.example.org/simple"), "`pip.example.org`");
        objects(".cargo/config.toml", "replace-with = \"mirror\"", "setting of one machine");
        accepts("Cargo.lock", &lock("https://github.com/rust-lang/crates.io-index"));
        accepts("package-lock.json", "\"resolved\": \"https://registry.npmjs.org/a\"");
    }

    #[test]
    fn hosts_of_one_network_are_found() {
        objects(
            "a.md",
            concat!("at https:", "//build.corp/job"),
            "`build.corp` is known to one network only",
        );
        objects("a.md", concat!("postgres:", "//me:word@db.internal:5432/a"), "`db.internal:5432`");
        accepts("a.md", "postgres://me:word@localhost/a and https://example.org/a.local");
    }
}
