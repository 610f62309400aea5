//! The service killed with SIGKILL again and again, while clients write.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use retell::EventStore;
use retell::store::ReadLog;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::http::{Client, Reply};
use crate::program::{Folder, Program};

const KILLS: usize = 20;
const CLIENTS: usize = 16;
/// Far longer than it takes: a hang is a failure, not a wait.
const PATIENCE: Duration = Duration::from_secs(240);

/// A command that was acknowledged.
struct Acknowledged {
    key: String,
    ticket: String,
    version: u64,
    /// How often it was sent before.
    lost: usize,
}

/// A client that writes all the time: it sends each command with a key of its
/// own, again and again until it is acknowledged.
struct Writer {
    name: usize,
    service: watch::Receiver<SocketAddr>,
    client: Option<Client>,
    acknowledged: Arc<Semaphore>,
    done: Vec<Acknowledged>,
}

impl Writer {
    async fn write(mut self, shared: String, ended: watch::Receiver<bool>) -> Vec<Acknowledged> {
        let mut own = shared.clone();
        for number in 0.. {
            let key = format!("{}-{number}", self.name);
            match number % 4 {
                0 => {
                    let body = json!({"customer": "7", "subject": key, "priority": "low"});
                    own = self.send(&key, "/tickets", &body).await;
                }
                // All of them write to one ticket too.
                1 => {
                    drop(self.send(&key, &format!("/tickets/{shared}/messages"), &json!({"text": key})).await)
                }
                _ => drop(self.send(&key, &format!("/tickets/{own}/messages"), &json!({"text": key})).await),
            }
            if *ended.borrow() {
                break;
            }
        }
        self.done
    }

    /// Sends a command until it is acknowledged, and gives the ticket.
    async fn send(&mut self, key: &str, path: &str, body: &Value) -> String {
        let headers = format!("Idempotency-Key: {key}\r\n");
        let mut lost = 0;
        loop {
            match self.try_once(path, &headers, &body.to_string()).await {
                Ok(reply) if matches!(reply.status, 200 | 201) => {
                    let answer = reply.json();
                    let ticket = answer["id"].as_str().unwrap().to_owned();
                    let version = answer["version"].as_u64().unwrap();
                    self.done.push(Acknowledged {
                        key: key.to_owned(),
                        ticket: ticket.clone(),
                        version,
                        lost,
                    });
                    self.acknowledged.add_permits(1);
                    return ticket;
                }
                Ok(reply) if reply.status == 503 => tokio::task::yield_now().await,
                Ok(reply) => panic!("{}: {}", reply.status, reply.body),
                Err(_) => {
                    // The service is gone: it will come back at another address.
                    lost += 1;
                    self.client = None;
                    self.service.changed().await.unwrap();
                }
            }
        }
    }

    async fn try_once(&mut self, path: &str, headers: &str, body: &str) -> std::io::Result<Reply> {
        if self.client.is_none() {
            let address = *self.service.borrow_and_update();
            self.client = Some(Client::connect(address).await?);
        }
        self.client.as_mut().unwrap().post(path, headers, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_after_20_kills() {
    tokio::time::timeout(PATIENCE, kill_again_and_again()).await.expect("it came to its end");
}

async fn kill_again_and_again() {
    let folder = Folder::new();
    let first = Program::serving(&folder.store()).await;
    let body = json!({"customer": "7", "subject": "shared", "priority": "low"}).to_string();
    let opened = first.client().await.post("/tickets", "", &body).await.unwrap();
    let shared = opened.json()["id"].as_str().unwrap().to_owned();

    let (addresses, service) = watch::channel(first.address);
    let (end, ended) = watch::channel(false);
    let acknowledged = Arc::new(Semaphore::new(0));
    let writers: Vec<_> = (0..CLIENTS)
        .map(|name| {
            let (service, acknowledged) = (service.clone(), Arc::clone(&acknowledged));
            let writer = Writer { name, service, client: None, acknowledged, done: Vec::new() };
            tokio::spawn(writer.write(shared.clone(), ended.clone()))
        })
        .collect();

    let mut chance = fastrand::Rng::with_seed(20);
    let mut program = first;
    for _ in 0..KILLS {
        // Whenever this many are acknowledged, all clients are waiting for an answer.
        acknowledged.acquire_many(chance.u32(20..150)).await.unwrap().forget();
        program.kill().await;
        program = Program::serving(&folder.store()).await;
        addresses.send(program.address).unwrap();
    }
    acknowledged.acquire_many(100).await.unwrap().forget();
    end.send(true).unwrap();
    let mut done = Vec::new();
    for writer in writers {
        done.extend(writer.await.unwrap());
    }
    program.signal("TERM").await;
    assert!(program.ended().await.1.success());

    let found = stored(&folder).await;
    for Acknowledged { key, ticket, version, .. } in &done {
        assert_eq!(found.get(key).map(Vec::as_slice), Some(&[(ticket.clone(), *version)][..]), "{key}");
    }
    // Every command was sent until it was acknowledged: nothing else is there.
    assert_eq!(found.len(), done.len() + 1);
    let lost = done.iter().filter(|done| done.lost > 0).count();
    println!("{KILLS} kills: {} commands acknowledged, {lost} of them by a retry after a kill", done.len());
    assert!(lost >= KILLS);
}

/// Where each text is stored: ticket and version. Checks that versions have no gap.
async fn stored(folder: &Folder) -> HashMap<String, Vec<(String, u64)>> {
    let store: Arc<dyn EventStore> = retell::open(&folder.store()).await.unwrap();
    let (mut found, mut read) = (HashMap::<_, Vec<_>>::new(), ReadLog::new());
    let mut versions = BTreeMap::<String, u64>::new();
    loop {
        let page = store.read_log(read.clone()).await.unwrap();
        for row in page.iter() {
            let version = versions.entry(row.stream().to_owned()).or_default();
            *version += 1;
            assert_eq!(row.version().get(), *version, "{}", row.stream());
            let data: Value = serde_json::from_str(row.payload()).unwrap();
            let text = data.get("text").or(data.get("subject")).unwrap().as_str().unwrap().to_owned();
            let ticket = row.stream().strip_prefix("ticket/").unwrap().to_owned();
            found.entry(text).or_default().push((ticket, *version));
        }
        read.after = page.covered;
        if !page.more {
            return found;
        }
    }
}
