//! Whether `docs/http-api.md` tells the truth.

use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use crate::kit::{Answer, Ask, Desk};

const PAGE: &str = include_str!("../../../../docs/http-api.md");

/// What stands between fences, and how much later it happens than what is before it.
struct Block<'a> {
    text: &'a str,
    later: Duration,
}

fn blocks() -> Vec<Block<'static>> {
    let mut parts = PAGE.split("```http\n");
    let mut before = parts.next().unwrap();
    let mut blocks = Vec::new();
    for part in parts {
        let (text, after) = part.split_once("\n```\n").unwrap();
        let hours = before.lines().find_map(|line| line.strip_prefix("<!-- later: ")?.strip_suffix(" h -->"));
        let later = Duration::from_hours(hours.map_or(0, |hours| hours.parse().unwrap()));
        blocks.push(Block { text, later });
        before = after;
    }
    blocks
}

/// First line, headers, body.
fn parts(text: &str) -> (&str, Vec<(&str, &str)>, &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    (first, lines.map(|line| line.split_once(": ").unwrap()).collect(), body)
}

fn ask(desk: &Desk, text: &str) -> Ask {
    let (first, headers, body) = parts(text);
    let (method, path) = first.split_once(' ').unwrap();
    let ask = desk.ask(method.parse().unwrap(), path).body_of_no_type(body.to_owned());
    headers.into_iter().fold(ask, |ask, (name, value)| match name {
        "Actor" => ask.header("actor", value),
        "Idempotency-Key" => ask.header("idempotency-key", value),
        "Content-Type" => ask.header("content-type", value),
        other => panic!("{other}"),
    })
}

fn check(request: &str, response: &str, answer: &Answer) {
    let (first, headers, body) = parts(response);
    let answered = format!("HTTP/1.1 {}", answer.status);
    let pretty = serde_json::to_string_pretty(&answer.body).unwrap();
    assert_eq!(first, answered, "{request}\n\n{pretty}");
    for (name, value) in headers {
        assert_eq!(answer.header(&name.to_lowercase()), value, "{request}\n\n{name}");
    }
    let told: Value = serde_json::from_str(body).unwrap_or_default();
    assert!(told == answer.body, "{request}\n\n{:?}\n\n{pretty}", answer.headers);
}

#[tokio::test]
async fn every_request_is_answered_as_the_page_says() {
    let desk = Desk::new();
    let blocks = blocks();
    assert!(blocks.len() >= 20 && blocks.len().is_multiple_of(2));
    for pair in blocks.chunks(2) {
        desk.later(pair[0].later);
        let answer = ask(&desk, pair[0].text).await;
        check(pair[0].text, pair[1].text, &answer);
    }
}

#[tokio::test]
async fn every_path_of_the_page_is_there() {
    let desk = Desk::new();
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let routes = rows.filter_map(|(route, _)| route.split_once(' '));
    let mut count = 0;
    for (method, path) in routes.filter(|(_, path)| path.starts_with('/')) {
        let answer = desk.ask(method.parse::<Method>().unwrap(), &path.replace("{id}", "42")).await;
        let kind = answer.body["type"].as_str().unwrap_or_default();
        assert!(!kind.ends_with("no-such-path") && !kind.ends_with("wrong-method"), "{method} {path}");
        count += 1;
    }
    assert_eq!(count, 19);
}
