//! Where the stores lie: each is prepared once and copied for each measurement, so that every
//! round begins with the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::driver::{Drivers, folder};
use super::plan::Case;

/// A store: the folder of a SQLite database, or the address of a PostgreSQL database.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) url: String,
}

/// All stores of this run; they are removed with it.
pub(super) struct Places {
    root: PathBuf,
    server: Option<String>,
    prepared: BTreeSet<String>,
}

const COPY: &str = "bench_run";

impl Places {
    pub(super) fn new(server: Option<String>) -> Result<Self, String> {
        let root = folder().join("target").join(format!("run-{}", std::process::id()));
        fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(Self { root, server, prepared: BTreeSet::new() })
    }

    pub(super) fn has_postgres(&self) -> bool {
        self.server.is_some()
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// The store that this case runs on: a fresh copy of the prepared one, or the prepared one
    /// itself where the case only reads.
    pub(super) fn lay(&mut self, case: &Case, drivers: &Drivers) -> Result<Place, String> {
        let name = case.fill_name();
        let prepared = self.place(&name)?;
        if self.prepared.insert(name.clone()) {
            let made = self.create(&name, case, drivers).and_then(|()| drivers.prepare(case, &prepared));
            if let Err(reason) = made.and_then(|()| self.settle(case, drivers, &prepared)) {
                self.prepared.remove(&name);
                return Err(reason);
            }
        }
        if case.in_place {
            return Ok(prepared);
        }
        let copy = self.place(COPY)?;
        self.remove(COPY, case, drivers)?;
        if case.on_postgres() {
            let sql = format!("CREATE DATABASE {COPY} TEMPLATE {name}");
            drivers.sql(self.maintenance()?, &[&sql, "CHECKPOINT"])?;
        } else {
            copy_folder(&prepared.folder, &copy.folder)?;
            // What the copy left to be written must not be written while something is measured.
            let _ = Command::new("sync").status();
        }
        Ok(copy)
    }

    /// Removes the copy that a case ran on.
    pub(super) fn clear(&mut self, case: &Case, drivers: &Drivers) -> Result<(), String> {
        if case.in_place { Ok(()) } else { self.remove(COPY, case, drivers) }
    }

    fn place(&self, name: &str) -> Result<Place, String> {
        let url = match &self.server {
            Some(server) => server.rsplit_once('/').map(|(base, _)| format!("{base}/{name}")),
            None => Some(String::new()),
        };
        let url = url.ok_or("the address of the server names no database")?;
        Ok(Place { folder: self.root.join(name), url })
    }

    fn maintenance(&self) -> Result<&str, String> {
        self.server.as_deref().ok_or_else(|| "there is no PostgreSQL server".into())
    }

    fn create(&self, name: &str, case: &Case, drivers: &Drivers) -> Result<(), String> {
        self.remove(name, case, drivers)?;
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        if case.on_postgres() {
            drivers.sql(self.maintenance()?, &[&format!("CREATE DATABASE {name}")])?;
        }
        Ok(())
    }

    fn remove(&self, name: &str, case: &Case, drivers: &Drivers) -> Result<(), String> {
        let _ = fs::remove_dir_all(self.root.join(name));
        if case.on_postgres() {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            drivers.sql(self.maintenance()?, &[&sql])?;
        }
        Ok(())
    }

    /// Lets the server do now what it would do in the background later.
    fn settle(&self, case: &Case, drivers: &Drivers, place: &Place) -> Result<(), String> {
        if case.on_postgres() {
            drivers.sql(&place.url, &["VACUUM ANALYZE", "CHECKPOINT"])?;
        }
        Ok(())
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}
