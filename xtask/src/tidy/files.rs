//! The text files that are part of this repository.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// A text file with its path from the root, which always has `/` between its parts.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// The place of a line, counted from 1.
    pub(super) fn line(&self, number: usize) -> String {
        format!("{}:{number}", self.path)
    }

    pub(super) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or("")
    }
}

/// Reads every text file that git tracks or would track. Files that are not text are left out.
pub(super) fn read(root: &Path) -> Result<Vec<File>, String> {
    let paths = match listed_by_git(root) {
        Some(paths) => paths,
        None => {
            // This is an unpacked archive, or a clone that git does not trust.
            let mut paths = Vec::new();
            walk(root, "", &mut paths).map_err(|error| format!("cannot list files: {error}"))?;
            paths
        }
    };
    let mut files = Vec::new();
    for path in paths {
        let full = root.join(&path);
        // A file that was deleted but not yet committed is still listed.
        if !fs::symlink_metadata(&full).is_ok_and(|found| found.is_file()) {
            continue;
        }
        let bytes = match fs::read(&full) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{path} cannot be read: {error}")),
        };
        if let Some(text) = text(bytes) {
            files.push(File { path, text });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The content of a file, if it is text.
fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<_> = names.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_file() {
            paths.push(path);
        } else if kind.is_dir() && !matches!(name.as_str(), ".git" | "target" | "node_modules") {
            walk(root, &path, paths)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd;

    #[test]
    fn this_file_is_listed_with_and_without_git() {
        let root = cmd::root();
        let this = "xtask/src/tidy/files.rs";
        let files = read(&root).expect("the repository can be read");
        assert!(files.iter().any(|file| file.path == this));
        assert!(files.iter().all(|file| !file.path.starts_with("target/")));

        let mut paths = Vec::new();
        walk(&root, "", &mut paths).expect("the repository can be walked");
        assert!(paths.iter().any(|path| path == this));
        assert!(paths.iter().all(|path| !path.starts_with("target/")));
    }

    #[test]
    fn what_is_not_text_is_left_out() {
        assert_eq!(text(b"caf\xc3\xa9\n".to_vec()), Some("caf\u{e9}\n".into()));
        assert_eq!(text(vec![0xff, 0xfe]), None);
        assert_eq!(text(b"SQLite format 3\0".to_vec()), None);
    }

    #[test]
    fn a_file_knows_its_places() {
        let file = File { path: "docs/a.b.md".into(), text: String::new() };
        assert_eq!(file.line(3), "docs/a.b.md:3");
        assert_eq!(file.extension(), "md");
    }
}
