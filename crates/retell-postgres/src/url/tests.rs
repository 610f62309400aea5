//! What a URL may hold, and what is refused.

use std::time::Duration;

use super::{location, parse};
use crate::OpenError;

#[test]
fn our_parameters_are_taken_out_and_the_rest_goes_to_libpq() {
    let options = parse(
        "postgres://desk:secret@db.example:6432/help?schema=tickets&application_name=x&poll_ms=7&sslmode=disable",
    )
    .expect("a good URL");
    assert_eq!(options.schema, "tickets");
    assert_eq!(options.config.get_application_name(), Some("x"));
    assert_eq!(options.config.get_password(), Some(&b"secret"[..]));
    assert_eq!(options.poll_interval, Duration::from_millis(7));
    assert!(options.named && options.notify);
}

#[test]
fn a_location_holds_no_password() {
    let options = parse("postgres://desk:secret@db.example/help").expect("a good URL");
    let location = location(&options.config, &options.schema);
    assert_eq!(location, "postgres://desk@db.example:5432/help?schema=retell");
    assert!(!format!("{options:?}").contains("secret"));
}

#[test]
fn unnamed_statements_turn_notifications_off_unless_asked_for() {
    let notify = |query: &str| parse(&format!("postgres://h/d?{query}")).expect("a good URL").notify;
    assert!(!notify("statements=unnamed"));
    assert!(notify("statements=unnamed&notify=on"));
    assert!(!notify("notify=off"));
}

#[test]
fn names_of_schemas_that_could_be_sql_are_refused() {
    for bad in ["", "1a", "Tickets", "a-b", "a\"b", "a%22b", "a%3Bdrop", "pg_x", &"a".repeat(64), "é"] {
        let refused = parse(&format!("postgres://h/d?schema={bad}")).expect_err(bad);
        assert!(matches!(refused, OpenError::SchemaName { .. }), "{bad}: {refused}");
    }
    for good in ["retell", "_a1", &"a".repeat(63)] {
        assert_eq!(parse(&format!("postgres://h/d?schema={good}")).expect(good).schema, good);
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_what_to_write() {
    for bad in [
        "mysql://h/d",
        "postgres://h/d?schema",
        "postgres://h/d?notify=maybe",
        "postgres://h/d?pool=many",
        "postgres://h/d?schema=%zz",
        "postgres://h/d?sslmode=verify-ca",
        "postgres://h/d?unheard_of=1",
        "postgres://h:port/d",
    ] {
        let refused = parse(bad).expect_err(bad);
        assert!(matches!(&refused, OpenError::Url { reason } if !reason.is_empty()), "{bad}: {refused}");
    }
}
