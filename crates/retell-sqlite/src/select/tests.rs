//! Tests of `select`: how SQLite goes about it.

use retell_store::{EventType, Timestamp};

use super::*;

/// How SQLite goes about it, a line each.
fn plan(query: &Query, give: Give, order: Order) -> Vec<String> {
    let connection = Connection::open_in_memory().unwrap();
    crate::schema::create(&connection, Timestamp::default()).unwrap();
    let select = Select::new(query, give, order).unwrap();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", select.sql)).unwrap();
    for index in 1..=select.values.len() + 2 {
        statement.raw_bind_parameter(index, index.to_string()).unwrap();
    }
    statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap()
}

fn item(categories: &[&str], types: &[&str], tags: &[&str]) -> QueryItem {
    QueryItem {
        categories: categories.iter().map(|&category| category.to_owned()).collect(),
        types: types.iter().map(|kind| EventType::new(kind).unwrap()).collect(),
        tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
    }
}

const LOG: &str = "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
const EVENT: &str = "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)";
const STREAM: &str = "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)";
const TAG: &str = "SEARCH t USING PRIMARY KEY (tag=? AND position>? AND position<?)";

#[test]
fn without_tags_the_log_is_gone_through_once() {
    for order in [Order::Forward, Order::Backward] {
        assert_eq!(plan(&Query::all(), Give::Event, order), [LOG, STREAM]);
        let typed = Query::item(item(&[], &["a", "b"], &[])).or(item(&[], &["c"], &[]));
        assert_eq!(plan(&typed, Give::Position, order), [LOG]);
        let categories = typed.or(item(&["t"], &[], &[]));
        assert_eq!(plan(&categories, Give::Position, order), [LOG, STREAM]);
    }
}

#[test]
fn tags_are_looked_up_in_their_index() {
    for order in [Order::Forward, Order::Backward] {
        let one = Query::item(item(&[], &[], &["a:1"]));
        assert_eq!(plan(&one, Give::Position, order), [TAG]);
        assert_eq!(plan(&one, Give::Event, order), [TAG, EVENT, STREAM]);
        let all = Query::item(item(&["t"], &["x"], &["a:1", "b:1", "c:1"]));
        let has = |n: usize| format!("SEARCH t{n} USING PRIMARY KEY (tag=? AND position=?)");
        assert_eq!(plan(&all, Give::Event, order), [TAG, &has(4), &has(5), EVENT, STREAM]);
    }
}

#[test]
fn what_is_found_in_several_ways_is_merged_and_not_sorted() {
    for order in [Order::Forward, Order::Backward] {
        let query = Query::item(item(&[], &[], &["a:1", "b:1"]))
            .or(item(&["t"], &["x"], &["c:1"]))
            .or(item(&[], &["y"], &[]))
            .or(item(&["u"], &[], &[]));
        let plan = plan(&query, Give::Event, order);
        assert_eq!(plan[0], "MERGE (UNION ALL)");
        assert!(plan.iter().all(|line| !line.contains("TEMP") && !line.contains("SCAN")), "{plan:#?}");
        assert_eq!(plan.iter().filter(|line| *line == LOG).count(), 1, "{plan:#?}");
    }
}
