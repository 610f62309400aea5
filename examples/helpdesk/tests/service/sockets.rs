//! Real connections to a service in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpdesk::service::{Drained, ServeError, Server, bind};
use retell::store::{BoxFuture, Commit};
use retell::{AppendError, Committed, EventStore, MemoryStore};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::hooks::Hooks;
use crate::http::Client;
use crate::kit::Desk;

/// A service that listens, and can be told to end.
struct Listening {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    drained: JoinHandle<Drained>,
}

impl Listening {
    async fn on(desk: &Desk, drain: Duration) -> Self {
        let listener = bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, told) = oneshot::channel();
        let (router, store) = (desk.router.clone(), Arc::clone(&desk.store));
        let server = Server::new(listener).drain_within(drain);
        let drained = tokio::spawn(async move {
            server
                .serve(router, store, async {
                    let _ended = told.await;
                })
                .await
        });
        Self { address, end, drained }
    }

    async fn client(&self) -> Client {
        Client::connect(self.address).await.unwrap()
    }
}

/// Long enough never to be reached.
const LONG: Duration = Duration::from_secs(60);

fn no_light() -> String {
    json!({"customer": "customer/7", "subject": "No light", "priority": "high"}).to_string()
}

/// Keeps every commit waiting, and tells when one came.
struct Gate {
    came: Semaphore,
    open: Semaphore,
}

impl Gate {
    fn closed() -> Arc<Self> {
        Arc::new(Self { came: Semaphore::new(0), open: Semaphore::new(0) })
    }
}

impl Hooks for Arc<Gate> {
    fn append<'a>(
        &'a self,
        store: &'a MemoryStore,
        commit: Commit,
    ) -> BoxFuture<'a, Result<Committed, AppendError>> {
        Box::pin(async move {
            self.came.add_permits(1);
            self.open.acquire().await.unwrap().forget();
            store.append(commit).await
        })
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let desk = Desk::new();
    let listening = Listening::on(&desk, LONG).await;
    let mut client = listening.client().await;
    let opened = client.post("/tickets", "", &no_light()).await.unwrap();
    assert_eq!(opened.status, 201);
    let ticket = opened.header("location").unwrap().to_owned();
    assert_eq!(client.post(&format!("{ticket}/closing"), "", "").await.unwrap().status, 200);
    assert_eq!(client.post(&format!("{ticket}/closing"), "", "").await.unwrap().status, 422);
    assert_eq!(client.get(&ticket).await.unwrap().json()["status"], "closed");
    assert_eq!(client.get("/nothing").await.unwrap().status, 404);
    listening.end.send(()).unwrap();
    assert_eq!(listening.drained.await.unwrap(), Drained::Whole);
}

#[tokio::test]
async fn at_the_end_what_was_asked_is_answered_and_the_store_closed() {
    let gate = Gate::closed();
    let (desk, store) = Desk::with(gate.clone());
    let listening = Listening::on(&desk, LONG).await;
    let (mut asking, mut idle, mut silent) =
        (listening.client().await, listening.client().await, listening.client().await);
    assert_eq!(idle.get("/health").await.unwrap().status, 200);
    asking.write_post("/tickets", "", &no_light()).await.unwrap();
    gate.came.acquire().await.unwrap().forget();

    listening.end.send(()).unwrap();
    // Who asks nothing is not waited for; nobody else is let in.
    idle.closed().await.unwrap();
    silent.closed().await.unwrap();
    assert!(TcpStream::connect(listening.address).await.is_err());

    gate.open.add_permits(1);
    let answer = asking.read().await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (201, Some("close")));
    assert_eq!(listening.drained.await.unwrap(), Drained::Whole);
    assert_eq!(store.store.head().await.unwrap().get(), 1);
    let late = store.store.append(Commit::new()).await;
    let closed = desk.post("/tickets").by("customer/7").body("application/json", no_light());
    assert!(late.is_err());
    gate.open.add_permits(1);
    closed.await.problem(503, "stopped");
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let gate = Gate::closed();
    let (desk, store) = Desk::with(gate.clone());
    let listening = Listening::on(&desk, Duration::from_millis(50)).await;
    let mut asking = listening.client().await;
    asking.write_post("/tickets", "", &no_light()).await.unwrap();
    gate.came.acquire().await.unwrap().forget();
    listening.end.send(()).unwrap();
    assert_eq!(listening.drained.await.unwrap(), Drained::Cut { connections: 1 });
    assert!(asking.read().await.is_err());
    assert_eq!(store.store.head().await.unwrap().get(), 0);
}

#[tokio::test]
async fn what_is_no_http_ends_its_own_connection_only() {
    let desk = Desk::new();
    let listening = Listening::on(&desk, LONG).await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"EHLO desk\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut client = listening.client().await;
        client.write_raw(garbage).await.unwrap();
        client.closed().await.unwrap();
    }
    let mut huge = listening.client().await;
    let head = format!("GET / HTTP/1.1\r\nHost: desk\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    // It may hang up in the middle of this.
    let _cut_off = huge.write_raw(head.as_bytes()).await;
    huge.closed().await.unwrap();
    let mut half = listening.client().await;
    half.write_raw(b"POST /tickets HTTP/1.1\r\nHost: desk\r\nContent-Le").await.unwrap();
    drop(half);
    assert_eq!(listening.client().await.get("/health").await.unwrap().status, 200);
}

/// The answers are what is tested; the rate is printed to be looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_broken_bodies_is_answered() {
    const CONNECTIONS: usize = 16;
    const EACH: usize = 1_000;
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let listening = Listening::on(&desk, LONG).await;
    let began = Instant::now();
    let floods: Vec<JoinHandle<()>> = (0..CONNECTIONS)
        .map(|_| {
            let (address, path) = (listening.address, format!("{ticket}/messages"));
            tokio::spawn(async move {
                let mut client = Client::connect(address).await.unwrap();
                for _ in 0..EACH {
                    let answer = client.post(&path, "", "{\"text\": \"It bur").await.unwrap();
                    assert_eq!(
                        (answer.status, answer.header("content-type")),
                        (400, Some("application/problem+json"))
                    );
                }
            })
        })
        .collect();
    for flood in floods {
        flood.await.unwrap();
    }
    let rate = (CONNECTIONS * EACH) as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.0} broken bodies a second");
    let message =
        listening.client().await.post(&format!("{ticket}/messages"), "", r#"{"text": "It burns"}"#).await;
    assert_eq!(message.unwrap().status, 200);
    assert_eq!(desk.types(&ticket).await, ["opened", "customer-wrote"]);
}

/// Clients that hang up at any moment: each message is there once after its
/// sender has come back with the same key.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_leaves_its_command_whole() {
    const MESSAGES: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let desk = Desk::new();
    let desk = Desk::of(retell::open(&url).await.unwrap(), desk.clock, |api| api);
    let ticket = desk.opened().await;
    let listening = Listening::on(&desk, LONG).await;
    let path = format!("{ticket}/messages");
    let message = |number: usize| {
        (format!("Idempotency-Key: {number}\r\n"), json!({"text": number.to_string()}).to_string())
    };
    for number in 0..MESSAGES {
        let (key, body) = message(number);
        let mut client = listening.client().await;
        client.write_post(&path, &key, &body).await.unwrap();
        for _ in 0..number % 20 {
            tokio::task::yield_now().await;
        }
        drop(client);
    }
    let mut client = listening.client().await;
    for number in 0..MESSAGES {
        let (key, body) = message(number);
        let answer = client.post(&path, &key, &body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["events"][0]["data"]["text"], number.to_string());
    }
    let events = desk.get(&format!("{ticket}/events")).await.body;
    let mut texts: Vec<usize> = events.as_array().unwrap()[1..]
        .iter()
        .map(|event| event["data"]["text"].as_str().unwrap().parse().unwrap())
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, (0..MESSAGES).collect::<Vec<_>>());
    listening.end.send(()).unwrap();
    assert_eq!(listening.drained.await.unwrap(), Drained::Whole);
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_told() {
    let taken = bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let in_use = bind(&address).await.unwrap_err();
    assert!(matches!(in_use, ServeError::InUse { .. }));
    assert!(in_use.to_string().contains(&format!("{address} is in use")), "{in_use}");
    for wrong in ["7717", "localhost", "256.0.0.1:80", "192.0.2.1:0", ""] {
        let error = bind(wrong).await.unwrap_err();
        assert!(error.to_string().contains("127.0.0.1:7717"), "{error}");
    }
}
