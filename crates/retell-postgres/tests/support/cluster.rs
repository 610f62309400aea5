//! A server of a test's own, which it may kill.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server with its data in a temporary folder.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Cluster {
    /// A new server; nothing where PostgreSQL's programs are not here, which
    /// is printed.
    #[expect(clippy::print_stdout, reason = "a test tells that it was left out, and why")]
    pub(crate) fn start() -> Option<Self> {
        super::server()?;
        let Some(programs) = programs() else {
            println!("left out: no initdb and postgres in PATH or /usr/lib/postgresql");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("retell-test-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&folder).expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let data = folder.join("data");
        let mut initdb = as_user(&programs.join("initdb"));
        run(initdb.arg("-D").arg(&data).args(["-U", "retell", "-A", "trust", "-E", "UTF8", "--no-locale"]));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let mut cluster = Self { programs, folder, port, process: None };
        cluster.restart();
        Some(cluster)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://retell@127.0.0.1:{}/postgres", self.port)
    }

    /// A program of the server's version, for example `pg_dump`.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    /// Starts the server, and waits until it is ready. What a killed one left
    /// behind may be in the way for a moment: then it is tried again.
    pub(crate) fn restart(&mut self) {
        self.restart_with(&[]);
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn restart_with(&mut self, settings: &[&str]) {
        for _ in 0..600 {
            let mut command = as_user(&self.programs.join("postgres"));
            command.arg("-D").arg(self.folder.join("data"));
            for setting in [
                "listen_addresses=127.0.0.1".to_owned(),
                format!("port={}", self.port),
                format!("unix_socket_directories={}", self.folder.display()),
            ]
            .into_iter()
            .chain(settings.iter().map(|setting| (*setting).to_owned()))
            {
                command.arg("-c").arg(setting);
            }
            let mut process = command
                .current_dir(&self.folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("postgres starts");
            let mut lines =
                BufReader::new(process.stderr.take().expect("piped")).lines().map_while(Result::ok);
            if lines.any(|line| line.contains("ready to accept connections")) {
                std::thread::spawn(move || lines.for_each(drop));
                self.process = Some(process);
                return;
            }
            let _ended = process.wait();
        }
        panic!("the server does not start again");
    }

    /// Kills the server as a loss of power would: nothing is written, nobody
    /// is told.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("it is gone");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = Command::new("kill").args(["-QUIT", &process.id().to_string()]).status();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut packaged: Vec<PathBuf> = packaged.map(|entry| entry.path().join("bin")).collect();
    packaged.sort();
    folders.extend(packaged.into_iter().rev());
    let folder = folders
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())?;
    // The other programs stand where the link leads.
    folder.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned)
}

/// The server refuses root.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "QUIT"])
        .arg(program);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
