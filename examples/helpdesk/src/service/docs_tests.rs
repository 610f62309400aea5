//! Whether `docs/http-api.md` tells of every kind of problem and every code, and of no others.

use super::problem::Kind;

const PAGE: &str = include_str!("../../../../docs/http-api.md");

/// The rows of the table that begins with this line.
fn table(header: &str) -> Vec<Vec<&'static str>> {
    let (_, table) = PAGE.split_once(header).expect("the table is there");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`')).skip(1).collect()).collect()
}

#[test]
fn every_kind_of_problem_is_on_the_page() {
    let rows = table("| type | status | `Retry-After` | when; further members |");
    let told: Vec<String> = rows.iter().map(|row| row[..3].join(" ").trim_end().to_owned()).collect();
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| {
            let retry = kind.retry_after().map(|seconds| seconds.to_string()).unwrap_or_default();
            format!("{} {} {retry}", kind.name(), kind.status().as_u16()).trim_end().to_owned()
        })
        .collect();
    assert_eq!(told, kinds);
}

#[test]
fn every_code_of_a_refusal_is_on_the_page() {
    let source = include_str!("../domain/refusal.rs");
    let codes = source.lines().filter_map(|line| line.split_once(" => \"")?.1.strip_suffix("\","));
    let told = table("| `code` | the rule |");
    assert_eq!(told.iter().map(|row| row[0]).collect::<Vec<_>>(), codes.collect::<Vec<_>>());
}
