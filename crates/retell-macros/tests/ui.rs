//! Wrong uses of the derive, each with the message that a user sees.
//!
//! After a change on purpose, `TRYBUILD=overwrite cargo test -p retell-macros --test ui`
//! writes the messages anew; read their diff as a user would.

#[test]
fn a_wrong_use_says_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
