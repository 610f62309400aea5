//! The README shows code that is compiled and run.

/// The aggregate of the README is `tests/readme.rs`, to the letter.
#[test]
fn the_aggregate_in_the_readme_is_the_tested_one() {
    let readme = include_str!("../../../README.md");
    let tested = include_str!("readme.rs");
    assert!(tested.lines().count() < 40, "a complete aggregate takes less than 40 lines");
    let shown = format!("```rust\n{tested}```\n");
    assert!(readme.contains(&shown), "copy crates/retell/tests/readme.rs into the README's first code block");
}
