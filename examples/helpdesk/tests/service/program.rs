//! `helpdesk serve`, the real program.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use retell::{ManualClock, OpenOptions, SystemClock};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::http::{Client, Reply};
use crate::kit::Desk;

/// A folder with a store.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("desk.db")
    }

    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

/// The running program.
pub(crate) struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
}

fn command(store: &str, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helpdesk"));
    command.args(["serve", "--store", store, "--listen", listen]).kill_on_drop(true).stdin(Stdio::null());
    command
}

impl Program {
    /// Starts the program and returns when it listens.
    pub(crate) async fn serving(store: &str) -> Self {
        let mut child = command(store, "127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = out.next_line().await.unwrap().expect("it says where it listens");
        let address = line.strip_prefix("listening on http://").expect(&line).parse().unwrap();
        Self { child, out, address }
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address).await.unwrap()
    }

    /// SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, or SIGINT as from Ctrl-C.
    pub(crate) async fn signal(&self, signal: &str) {
        let id = self.child.id().unwrap();
        let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; its last line, and how it ended.
    pub(crate) async fn ended(mut self) -> (String, ExitStatus) {
        let mut last = String::new();
        while let Some(line) = self.out.next_line().await.unwrap() {
            last = line;
        }
        (last, self.child.wait().await.unwrap())
    }
}

async fn opens(client: &mut Client) -> Reply {
    let body = json!({"customer": "customer/7", "subject": "No light", "priority": "urgent"});
    client.post("/tickets", "", &body.to_string()).await.unwrap()
}

#[tokio::test]
async fn sigterm_and_ctrl_c_end_it_and_what_was_stored_is_there_afterwards() {
    let folder = Folder::new();
    let mut ticket = String::new();
    for (signal, events) in [("TERM", 1), ("INT", 2)] {
        let program = Program::serving(&folder.store()).await;
        let mut client = program.client().await;
        if ticket.is_empty() {
            ticket = opens(&mut client).await.header("location").unwrap().to_owned();
        } else {
            assert_eq!(client.post(&format!("{ticket}/closing"), "", "").await.unwrap().status, 200);
        }
        let list = client.get(&format!("{ticket}/events")).await.unwrap();
        assert_eq!(list.json().as_array().unwrap().len(), events);
        program.signal(signal).await;
        let (last, status) = program.ended().await;
        assert!(status.success(), "{status}");
        assert_eq!(last, "ended: every request was answered, and the store is closed");
        // Closed in good order: nothing is left beside the store.
        assert!(!with_suffix(&folder.file(), "-wal").exists());
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[tokio::test]
async fn an_address_in_use_is_told_and_no_store_is_made() {
    let (first, second) = (Folder::new(), Folder::new());
    let program = Program::serving(&first.store()).await;
    let address = program.address.to_string();
    let output = command(&second.store(), &address).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with(&format!("error: {address} is in use: ")), "{told}");
    assert!(!second.file().exists());
}

#[tokio::test]
async fn a_web_page_cannot_reach_the_service_through_a_name_of_its_own() {
    let folder = Folder::new();
    let program = Program::serving(&folder.store()).await;
    let mut client = program.client().await;
    let body = json!({"customer": "customer/7", "subject": "No light", "priority": "urgent"}).to_string();
    for host in ["evil.example", "evil.example:7717", "localhost.evil.example"] {
        let reply = client.post("/tickets", &format!("Host: {host}\r\n"), &body).await.unwrap();
        assert_eq!(reply.status, 421);
        assert_eq!(reply.json()["type"], "tag:helpdesk.example,2026:problem/wrong-host");
    }
    for host in ["localhost:7717", "127.0.0.1", "[::1]:80"] {
        let reply = client.post("/tickets", &format!("Host: {host}\r\n"), &body).await.unwrap();
        assert_eq!(reply.status, 201);
    }
}

#[tokio::test]
async fn the_demo_serves_after_its_story() {
    let folder = Folder::new();
    // A store that has a ticket is not filled.
    let program = Program::serving(&folder.store()).await;
    opens(&mut program.client().await).await;
    program.kill().await;
    // Somebody listens where the demo does: so it says so, after its story.
    let taken = tokio::net::TcpListener::bind("127.0.0.1:7717").await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_helpdesk"))
        .args(["demo", "--store", &folder.store()])
        .kill_on_drop(true)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).await.unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(1));
    assert!(out.contains("The story of ticket"), "{out}");
    assert!(err.contains("127.0.0.1:7717 is in use"), "{err}");
    drop(taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_connections_that_escalate_an_overdue_ticket_one_does() {
    const CALLERS: usize = 64;
    let folder = Folder::new();
    let ticket = overdue_ticket(&folder).await;
    let program = Program::serving(&folder.store()).await;
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        callers.push(program.client().await);
    }
    let path = format!("{ticket}/escalation");
    let asked: Vec<_> = callers
        .into_iter()
        .enumerate()
        .map(|(number, mut client)| {
            let (path, body) =
                (path.clone(), json!({"reason": format!("caller {number} waits")}).to_string());
            tokio::spawn(async move { client.post(&path, "", &body).await.unwrap() })
        })
        .collect();
    let mut escalated = 0;
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status {
            200 => escalated += 1,
            422 => assert_eq!(answer.json()["code"], "already-escalated"),
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!(escalated, 1);
    let events = program.client().await.get(&format!("{ticket}/events")).await.unwrap().json();
    let types: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["opened", "escalated"]);
}

/// Opens a ticket two days ago and gives its path.
async fn overdue_ticket(folder: &Folder) -> String {
    use retell::Clock;
    let clock = Arc::new(ManualClock::at(SystemClock.now() - Duration::from_hours(48)));
    let mut first = Program::serving(&folder.store()).await;
    first.signal("TERM").await;
    first.child.wait().await.unwrap();
    let store = OpenOptions::new().clock(clock.clone()).open(&folder.store()).await.unwrap();
    let desk = Desk::of(store, clock, |api| api);
    let ticket = desk.opened().await;
    desk.store.close().await;
    ticket
}
