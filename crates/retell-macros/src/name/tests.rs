//! Tests of the names that a derived enum may store.
use retell_store::{EventType, Tag};

use super::*;

#[test]
fn the_suggested_name_is_the_variant_in_kebab_case() {
    for (variant, name) in [
        ("Opened", "opened"),
        ("PriorityRaised", "priority-raised"),
        ("SLABreached", "sla-breached"),
        ("Step2Done", "step2-done"),
        ("Reopened_By_Customer", "reopened-by-customer"),
        ("_Closed_", "closed"),
        ("X", "x"),
        ("ÄnderungErfasst", "änderung-erfasst"),
    ] {
        assert_eq!(kebab_case(variant), name);
    }
}

#[test]
fn the_alphabet_is_the_one_of_the_store() {
    for c in '\0'..=char::MAX {
        for name in [format!("a{c}b"), format!("{c}b"), format!("a{c}")] {
            let here = problem(&name, EVENT_MAX).is_none();
            assert_eq!(here, EventType::new(&name).is_ok(), "{name:?}");
        }
    }
}

#[test]
fn the_limits_are_the_ones_of_the_store() {
    for bytes in [0, 1, EVENT_MAX, EVENT_MAX + 1] {
        let name = "n".repeat(bytes);
        assert_eq!(problem(&name, EVENT_MAX).is_none(), EventType::new(&name).is_ok(), "{bytes} bytes");
    }
    for bytes in [0, 1, KEY_MAX, KEY_MAX + 1] {
        let key = "k".repeat(bytes);
        assert_eq!(problem(&key, KEY_MAX).is_none(), Tag::new(&key, "7").is_ok(), "{bytes} bytes");
    }
}
