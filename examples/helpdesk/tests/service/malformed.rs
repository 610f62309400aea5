//! Requests that are wrong in form: each is answered with what is wrong, and
//! stores nothing.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::stream;
use serde_json::json;

use crate::kit::Desk;

#[tokio::test]
async fn a_bad_body_is_told_by_its_field() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let open = "/tickets".to_owned();
    let (hold, message, views) =
        (format!("{ticket}/hold"), format!("{ticket}/messages"), format!("{ticket}/views"));
    for (path, body, field, word) in [
        (&open, r#"{"customer": "7", "subject": "s"}"#, json!("priority"), "missing"),
        (
            &open,
            r#"{"customer": 7, "subject": "s", "priority": "low"}"#,
            json!("customer"),
            "expected a string",
        ),
        (&open, r#"{"customer": "7", "subject": null, "priority": "low"}"#, json!("subject"), "null"),
        (
            &open,
            r#"{"customer": "7", "customer": "8", "subject": "s", "priority": "low"}"#,
            json!("customer"),
            "duplicate",
        ),
        (&hold, r#"{"on": "holiday"}"#, json!("on"), "`user`, `vendor`, `problem`"),
        (&message, r#"{"text": ["a"]}"#, json!("text"), "expected a string"),
        (&message, r#"{"text": "a", "subject": "b"}"#, json!("subject"), "the fields here are text"),
        (&views, r#"{"text": "a"}"#, json!("text"), "no fields"),
        (&message, r#"{"text": "a"#, json!(null), "EOF"),
        (&message, r#"{"text": "a"} {}"#, json!(null), "trailing"),
        (&message, r#"["a"]"#, json!(null), "no JSON object"),
        (&views, "[]", json!(null), "no JSON object"),
        (&views, "null", json!(null), "no JSON object"),
        (&message, "\"a\"", json!(null), "no JSON object"),
        (&message, " ", json!(null), "EOF"),
        (&message, "", json!("text"), "missing"),
        (&message, "{\"text\": \"\u{1}\"}", json!(null), "control character"),
        (&message, r#"{"text": "\ud800"}"#, json!("text"), "hex escape"),
    ] {
        let answer = desk.post(path).by("customer/7").body("application/json", body).await;
        let detail = answer.problem(400, "bad-body");
        assert!(detail.contains(word), "{body}: {detail}");
        assert_eq!(answer.body.get("field").unwrap_or(&json!(null)), &field, "{body}: {detail}");
    }
    let not_utf8 =
        desk.post(&message).by("customer/7").body("application/json", &b"{\"text\": \"\xff\"}"[..]).await;
    not_utf8.problem(400, "bad-body");
    let deep = "[".repeat(60_000);
    desk.post(&message)
        .by("customer/7")
        .body("application/json", deep.clone())
        .await
        .problem(400, "bad-body");
    let deep = format!("{{\"text\": {deep}");
    desk.post(&message).by("customer/7").body("application/json", deep).await.problem(400, "bad-body");
    assert_eq!(desk.store.head().await.unwrap().get(), 1);
}

#[tokio::test]
async fn what_the_caller_sent_is_not_repeated_at_length() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let long = "x".repeat(50_000);
    for body in [json!({ "on": long }), json!({ (long.clone()): 1, "on": "user" })] {
        let answer = desk.post(&format!("{ticket}/hold")).by("agent/31").json(body).await;
        assert!(answer.body.to_string().len() < 1_000);
        answer.problem(400, "bad-body");
    }
}

#[tokio::test]
async fn ten_thousand_broken_bodies_are_ten_thousand_answers() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let path = format!("{ticket}/messages");
    let mut chance = fastrand::Rng::with_seed(4);
    for _ in 0..10_000 {
        let mut body = br#"{"text": "It burns"}"#.to_vec();
        body.truncate(chance.usize(1..body.len()));
        let answer = desk.post(&path).by("customer/7").body("application/json", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(desk.types(&ticket).await, ["opened"]);
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_not_read() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let path = format!("{ticket}/messages");
    let body = r#"{"text": "a"}"#;
    for ask in [
        desk.post(&path).body("text/plain", body),
        desk.post(&path).body("application/x-www-form-urlencoded", body),
        desk.post(&path).body("application/jsonp", body),
        desk.post(&path).body_of_no_type(body),
    ] {
        let answer = ask.by("customer/7").await;
        assert!(answer.problem(415, "not-json").contains("Content-Type: application/json"));
    }
    assert_eq!(desk.types(&ticket).await, ["opened"]);
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_no_more() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let path = format!("{ticket}/messages");
    let around = json!({"text": ""}).to_string().len();
    let exactly = json!({"text": "x".repeat((64 << 10) - around)}).to_string();
    assert_eq!(exactly.len(), 64 << 10);
    let more = exactly.replace("xx", "xxx");
    let ask = |body: Body| desk.post(&path).by("customer/7").body("application/json", body);

    ask(exactly.clone().into()).await.stored();
    assert!(ask(more.clone().into()).await.problem(413, "body-too-large").contains("65536"));
    // A body whose length is not told is counted as it comes.
    let pieces = |text: &str| {
        let pieces: Vec<Result<String, std::io::Error>> = text
            .as_bytes()
            .chunks(1_000)
            .map(|piece| Ok(String::from_utf8_lossy(piece).into_owned()))
            .collect();
        Body::from_stream(stream::iter(pieces))
    };
    ask(pieces(&exactly)).await.stored();
    ask(pieces(&more)).await.problem(413, "body-too-large");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let never = Body::from_stream(stream::pending::<Result<String, std::io::Error>>());
    let path = format!("{ticket}/messages");
    desk.post(&path).by("customer/7").body("application/json", never).await.problem(408, "slow-body");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_bad_request() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let broken = Err::<String, _>(std::io::Error::other("the connection was lost"));
    let body = Body::from_stream(stream::iter([Ok("{\"text\":".to_owned()), broken]));
    let path = format!("{ticket}/messages");
    desk.post(&path).by("customer/7").body("application/json", body).await.problem(400, "bad-body");
}

#[tokio::test]
async fn a_command_needs_an_actor() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let path = format!("{ticket}/views");
    assert!(desk.post(&path).await.problem(400, "bad-actor").contains("Actor: agent/31"));
    for (actor, word) in [
        (&b""[..], "empty"),
        (b"31", "kind/name"),
        (b"agent/", "kind/name"),
        (b"/31", "kind/name"),
        (b"agent/\xff", "UTF-8"),
        ("agent/\u{202e}31".as_bytes(), "U+202E"),
        (&[b'a'; 300][..], "300 bytes"),
    ] {
        let answer = desk.post(&path).raw_header("actor", actor).await;
        let detail = answer.problem(400, "bad-actor");
        assert!(detail.contains(word), "{detail}");
    }
    desk.post(&path).by("agent/31").by("manager/2").await.problem(400, "bad-actor");
    assert_eq!(desk.post(&path).by("agent/Zoë").await.stored(), ["viewed"]);
}

#[tokio::test]
async fn an_idempotency_key_is_printable_and_not_too_long() {
    let desk = Desk::new();
    let ticket = desk.opened().await;
    let ask = || desk.post(&format!("{ticket}/views")).by("agent/31");
    for key in [&b""[..], "schlüssel".as_bytes(), b"a\tb", &[b'k'; 256]] {
        ask().raw_header("idempotency-key", key).await.problem(400, "bad-idempotency-key");
    }
    ask().key("a").key("b").await.problem(400, "bad-idempotency-key");
    for key in ["k", &"k".repeat(255), "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "a b"] {
        ask().key(key).await.stored();
    }
}

#[tokio::test]
async fn a_ticket_id_is_a_name() {
    let desk = Desk::new();
    for id in ["%00", "%20", "a%0Ab", "%20a", "%E2%80%AEabc", "%ff", &"x".repeat(10_000)] {
        for path in [format!("/tickets/{id}"), format!("/tickets/{id}/events")] {
            desk.get(&path).await.problem(400, "bad-ticket-id");
        }
        desk.post(&format!("/tickets/{id}/views")).by("agent/31").await.problem(400, "bad-ticket-id");
    }
    desk.get("/tickets//events").await.problem(400, "bad-ticket-id");
    // A slash in an id is written as %2F.
    assert_eq!(desk.get("/tickets/a%2Fb").await.problem(404, "no-such-ticket"), "there is no ticket a/b");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let desk = Desk::new();
    for path in ["/", "/tickets/", "/tickets/42/", "/tickets/42/nothing", "/Tickets/42", "/x?y=z"] {
        desk.get(path).await.problem(404, "no-such-path");
    }
    for (method, path, allowed) in [
        (Method::GET, "/tickets", "POST"),
        (Method::PUT, "/tickets/42", "GET,HEAD"),
        (Method::GET, "/tickets/42/messages", "POST"),
        (Method::PATCH, "/tickets/42/assignment", "POST,DELETE"),
        (Method::OPTIONS, "/tickets/42/taking", "POST"),
        (Method::POST, "/health", "GET,HEAD"),
    ] {
        let answer = desk.ask(method, path).await;
        answer.problem(405, "wrong-method");
        let mut methods: Vec<&str> = answer.header("allow").split(',').collect();
        let mut allowed: Vec<&str> = allowed.split(',').collect();
        methods.sort_unstable();
        allowed.sort_unstable();
        assert_eq!(methods, allowed, "{path}");
    }
}
