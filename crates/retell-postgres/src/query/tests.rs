//! How each kind of query is searched.

use retell_store::{EventType, Query, QueryItem, Tag};

use super::Search;

fn tag(text: &str) -> Tag {
    text.parse().expect("a tag")
}

#[test]
fn each_kind_of_query_is_searched_its_way() {
    assert_eq!(Search::new(&Query::all()), Search::Everything);
    let open = Query::category("ticket").or(QueryItem::default());
    assert_eq!(Search::new(&open), Search::Everything);
    let one = Query::category("ticket");
    assert_eq!(Search::new(&one), Search::Item { types: None, categories: Some(vec!["ticket"]) });
    let tagged = Query::tags([tag("a:1"), tag("b:2")]);
    assert_eq!(Search::new(&tagged), Search::Tagged(r#"[{"tags":["a:1","b:2"]}]"#.to_owned()));
    let typed = Query::types([EventType::new("opened").expect("a type")]);
    let mixed = typed.or(QueryItem { tags: vec![tag("a:1")], ..QueryItem::default() });
    assert_eq!(Search::new(&mixed), Search::Items(r#"[{"types":["opened"]},{"tags":["a:1"]}]"#.to_owned()));
}

#[test]
fn what_no_stream_can_be_called_is_not_sent_to_the_server() {
    assert_eq!(Search::new(&Query::category("a\0b")), Search::Nothing);
    let half = Query::item(QueryItem { categories: vec!["a\0b".into(), "c".into()], ..QueryItem::default() });
    assert_eq!(Search::new(&half), Search::Item { types: None, categories: Some(vec!["c"]) });
}
