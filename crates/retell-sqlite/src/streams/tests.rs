//! Tests of `streams`.

use super::*;

fn name(n: usize) -> StreamName {
    StreamName::new("s", &n.to_string()).unwrap()
}

#[test]
fn keeps_what_is_used_and_drops_what_is_not() {
    let mut streams = Streams::new(4);
    for n in 0..1_000 {
        streams.put(name(n), Known { id: n as i64, version: 1 });
        assert_eq!(streams.get(&name(0)), Some(Known { id: 0, version: 1 }));
        assert!(streams.young.len() <= 4 && streams.old.len() <= 4);
    }
    assert_eq!(streams.get(&name(500)), None);
    assert_eq!(streams.get(&name(999)), Some(Known { id: 999, version: 1 }));
}

#[test]
fn the_newest_version_wins_over_an_older_half() {
    let mut streams = Streams::new(2);
    streams.put(name(1), Known { id: 1, version: 1 });
    streams.put(name(2), Known { id: 2, version: 1 });
    streams.put(name(3), Known { id: 3, version: 1 });
    streams.put(name(1), Known { id: 1, version: 2 });
    streams.put(name(4), Known { id: 4, version: 1 });
    assert_eq!(streams.get(&name(1)).map(|known| known.version), Some(2));
}
