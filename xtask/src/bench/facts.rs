//! On what, and with which versions and settings, a run was measured.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::driver::{Drivers, folder};
use super::options::Options;
use super::places::Places;
use crate::cmd;

/// Crates whose versions are shown.
const SHOWN: [&str; 13] = [
    "cqrs-es",
    "eventcore",
    "eventcore-postgres",
    "eventcore-sqlite",
    "evento",
    "libsqlite3-sys",
    "postgres-es",
    "rusqlite",
    "serde_json",
    "sqlite-es",
    "sqlx",
    "tokio",
    "tokio-postgres",
];

/// Settings of PostgreSQL that matter.
const SETTINGS: &str = "SELECT name, current_setting(name) FROM pg_settings WHERE name IN ('server_version', \
    'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers', 'max_wal_size', \
    'max_connections') ORDER BY name";

pub(super) fn print(options: &Options, drivers: &Drivers, places: &Places) {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let dirty = output("git", &["status", "--porcelain"]).is_none_or(|text| !text.is_empty());
    println!(
        "\n- commit: {}{}",
        output("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_default(),
        if dirty { ", with changes" } else { "" }
    );
    println!(
        "- machine: {cores} cores,{}, Linux {}",
        cpu.trim_start_matches([' ', '\t', ':'])
            .split('@')
            .next()
            .map(|name| format!(" {name}"))
            .unwrap_or_default(),
        read("/proc/sys/kernel/osrelease").trim()
    );
    println!("- {}", output("rustc", &["--version"]).unwrap_or_default());
    match fdatasync(places.root()) {
        Ok(micros) => println!("- fdatasync after appending 256 bytes: {micros} µs (median of 500)"),
        Err(error) => println!("- fdatasync was not measured: {error}"),
    }
    println!(
        "- {} rounds, subjects in turn{}",
        options.rounds(),
        if options.quick { "; quick: sizes are reduced" } else { "" }
    );
    println!("- SQLite: WAL, synchronous=FULL");
    if let Some(server) = places.server() {
        match drivers.sql(server, &[SETTINGS]) {
            Ok(settings) => {
                println!("- PostgreSQL: {}", settings.trim().replace('\t', "=").replace('\n', ", "))
            }
            Err(reason) => println!("- PostgreSQL does not tell its settings: {reason}"),
        }
    }
    for (of, versions) in versions(drivers) {
        println!("- {of}: {versions}");
    }
}

/// The versions in the lock files of the drivers.
fn versions(drivers: &Drivers) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for subject in drivers.subjects().filter(|subject| *subject != "raw") {
        let folder = if subject == "retell" { folder() } else { folder().join("peers").join(subject) };
        let lock = fs::read_to_string(folder.join("Cargo.lock")).unwrap_or_default();
        let name = if subject == "retell" { "retell and raw" } else { subject };
        all.insert(name.to_owned(), shown(&lock).join(", "));
    }
    all
}

fn shown(lock: &str) -> Vec<String> {
    let mut lines = lock.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let quoted = |line: &str, key: &str| {
            line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"').map(str::to_owned)
        };
        if let Some(name) = quoted(line, "name").filter(|name| SHOWN.contains(&name.as_str()))
            && let Some(version) = lines.next().and_then(|line| quoted(line, "version"))
        {
            found.push(format!("{name} {version}"));
        }
    }
    found
}

fn output(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).current_dir(cmd::root()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// How long the disk takes to make an append durable, in microseconds.
fn fdatasync(folder: &Path) -> std::io::Result<u128> {
    let path = folder.join("fdatasync");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..500 {
        let started = Instant::now();
        file.write_all(&[7; 256])?;
        file.sync_data()?;
        times.push(started.elapsed().as_micros());
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"tokio\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"other\"\nversion = \"1.0.0\"\n";
        assert_eq!(super::shown(lock), ["tokio 1.2.3"]);
    }
}
