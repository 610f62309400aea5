//! A PostgreSQL server for one run of the tests.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// A server that runs. Dropping it stops it and removes its data.
pub(crate) struct Server {
    process: Child,
    folder: Folder,
    version: String,
    port: u16,
    password: String,
}

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    /// Finds PostgreSQL, or installs it, and starts a server.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = Programs::find().or_else(|missing| {
            install()
                .and_then(|()| Programs::find())
                .map_err(|why| if why.is_empty() { missing.clone() } else { format!("{missing}; {why}") })
        })?;
        let user = unprivileged()?;
        let folder = Folder::new(user)?;
        let password = secret()?;
        let version = output(Command::new(programs.0.join("postgres")).arg("--version"))?;
        initialise(&programs, &folder, user, &password)?;
        // Free a moment ago; who comes in between makes the start fail, which says so.
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("no free port: {error}"))?
            .port();
        let mut command = run_as(user, &programs.0.join("postgres"), true);
        command.arg("-D").arg(folder.data());
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", folder.path.display()),
            "max_connections=300".to_owned(),
            "shared_buffers=256MB".to_owned(),
            "max_wal_size=2GB".to_owned(),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
        ] {
            command.arg("-c").arg(setting);
        }
        let mut process = command
            .current_dir(&folder.path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("postgres did not start: {error}"))?;
        let log = process.stderr.take();
        let mut server = Self { process, folder, version: version.trim().to_owned(), port, password };
        server.wait(log)?;
        Ok(server)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://retell:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    /// Waits until the server says that it is ready; what it says after that goes to a file.
    fn wait(&mut self, log: Option<impl Read + Send + 'static>) -> Result<(), String> {
        let log = log.ok_or("the server has no log")?;
        let (told, ready) = mpsc::channel();
        let file = fs::File::create(self.folder.path.join("log")).map_err(|error| error.to_string())?;
        thread::spawn(move || pass_on(log, file, &told));
        let mut said = Vec::new();
        loop {
            match ready.recv_timeout(PATIENCE) {
                Ok(line) if line.contains("ready to accept connections") => return Ok(()),
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Timeout) => return Err("the server was not ready in a minute".into()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("the server ended at once: {}", said.join(" | ")));
                }
            }
        }
    }
}

/// Shows the lines to whoever waits for them, and keeps them.
fn pass_on(log: impl Read, mut file: fs::File, told: &mpsc::Sender<String>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let _ = std::io::Write::write_all(&mut file, format!("{line}\n").as_bytes());
        let _ = told.send(line);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        // INT: ends the sessions, writes what is to be written, and goes. QUIT: goes.
        for signal in ["-INT", "-QUIT", "-KILL"] {
            let _ = Command::new("kill").args([signal, &pid]).stderr(Stdio::null()).status();
            if ended(&mut self.process) {
                return;
            }
        }
        eprintln!("the PostgreSQL server of this run (process {pid}) did not stop");
    }
}

/// Waits, but not for ever, for a process to end.
fn ended(process: &mut Child) -> bool {
    let (told, done) = mpsc::channel::<()>();
    for _ in 0..PATIENCE.as_millis() / 4 / 50 {
        if matches!(process.try_wait(), Ok(Some(_)) | Err(_)) {
            return true;
        }
        // Nobody sends: this is a pause.
        let _ = done.recv_timeout(Duration::from_millis(50));
    }
    drop(told);
    false
}

/// The folder of PostgreSQL's programs.
struct Programs(PathBuf);

impl Programs {
    fn find() -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        // Debian keeps them out of the way, one folder a version.
        let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
            })
            .collect();
        packaged.sort();
        folders.extend(packaged.into_iter().rev().map(|(_, folder)| folder));
        folders
            .into_iter()
            .find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file()))
            .map(Self)
            .ok_or_else(|| {
                "no initdb and postgres in PATH or /usr/lib/postgresql: install PostgreSQL 13 or newer".into()
            })
    }
}

/// Installs it where that can be done without asking.
fn install() -> Result<(), String> {
    if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
        return Err(String::new());
    }
    println!("PostgreSQL is not here: installing it with apt-get");
    let mut command = Command::new("apt-get");
    command.args(["install", "-y", "--no-install-recommends", "postgresql"]);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("apt-get ended with {status}")),
        Err(error) => Err(format!("apt-get did not start: {error}")),
    }
}

/// The user to run as, where that is not the one who runs the tests: the server refuses root.
fn unprivileged() -> Result<Option<&'static str>, String> {
    if !is_root() {
        return Ok(None);
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| output(Command::new("id").args(["-u", user])).is_ok())
        .map(Some)
        .ok_or_else(|| "PostgreSQL does not run as root, and there is no user postgres or nobody".into())
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// A command that runs as this user. When `follows`, it is told to stop when this program dies.
fn run_as(user: Option<&str>, program: &Path, follows: bool) -> Command {
    let setpriv = output(Command::new("setpriv").arg("--version")).is_ok();
    if user.is_none() && !(follows && setpriv) {
        return Command::new(program);
    }
    let mut command = Command::new(if setpriv { "setpriv" } else { "runuser" });
    match (user, setpriv) {
        (Some(user), true) => {
            command.args([
                format!("--reuid={user}"),
                format!("--regid={}", group(user)),
                "--clear-groups".into(),
            ]);
        }
        (Some(user), false) => {
            command.args(["-u", user, "--"]);
        }
        (None, _) => {}
    }
    if follows && setpriv {
        command.args(["--pdeathsig", "INT"]);
    }
    command.arg(program);
    command
}

fn group(user: &str) -> String {
    output(Command::new("id").args(["-g", user])).map_or_else(|_| user.to_owned(), |id| id.trim().to_owned())
}

fn initialise(
    programs: &Programs,
    folder: &Folder,
    user: Option<&str>,
    password: &str,
) -> Result<(), String> {
    let file = folder.path.join("password");
    fs::write(&file, password).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut command = run_as(user, &programs.0.join("initdb"), false);
    command.arg("-D").arg(folder.data()).args(["-U", "retell", "-E", "UTF8", "--no-locale"]);
    // Whoever reaches the socket's folder is us; the port is open to every user of this machine.
    command.args(["--auth-local=trust", "--auth-host=password", "--pwfile"]).arg(&file);
    output(command.current_dir(&folder.path)).map(drop)
}

fn secret() -> Result<String, String> {
    let mut bytes = [0; 16];
    let read = fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the folders are called, before the process id of the run.
const PREFIX: &str = "retell-postgres-";

/// A temporary folder that the server's user may write to.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(user: Option<&str>) -> Result<Self, String> {
        sweep();
        let path = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir(&path).map_err(failed)?;
        let folder = Self { path: path.clone() };
        output(Command::new("chmod").arg("700").arg(&path))?;
        if let Some(user) = user {
            output(Command::new("chown").arg(user).arg(&path))?;
        }
        Ok(folder)
    }

    fn data(&self) -> PathBuf {
        self.path.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what runs that were interrupted left behind; their servers stopped with them.
fn sweep() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let lives = || output(Command::new("kill").args(["-0", pid])).is_ok();
        if pid.parse::<u32>().is_ok() && !lives() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What a command prints, if it succeeds.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{name} did not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} ended with {}: {}", output.status, said.trim().lines().last().unwrap_or_default()))
}
