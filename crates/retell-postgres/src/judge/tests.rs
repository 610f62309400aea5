//! What a batch is judged to be.

use retell_store::{
    CheckedCommit, Commit, Condition, EventType, Expected, NewEvent, Payload, Position, Query, StreamName,
    Timestamp, Version,
};

use super::{Ground, Tail, Verdict, judge};

fn event(of: &str) -> NewEvent {
    NewEvent::new(EventType::new(of).expect("a type"), Payload::parse("{}").expect("JSON"))
}

fn stream(id: &str) -> StreamName {
    StreamName::new("ticket", id).expect("a name")
}

fn commit(id: &str, expected: Expected, types: &[&str]) -> CheckedCommit {
    let events = types.iter().map(|of| event(of)).collect();
    Commit::new().write(stream(id), expected, events).checked().expect("a good commit")
}

fn ground() -> Ground {
    let tail = Tail { position: 10, recorded_at: Timestamp::from_seconds(100) };
    Ground { tail, versions: [("ticket/1".to_owned(), 3)].into(), ..Ground::default() }
}

#[test]
fn each_commit_sees_the_accepted_ones_before_it() {
    let commits = [
        commit("1", Expected::Exact(Version::new(3)), &["a", "b"]),
        commit("1", Expected::Exact(Version::new(3)), &["c"]),
        commit("1", Expected::Exact(Version::new(5)), &["d"]),
        commit("2", Expected::Absent, &["e"]),
        commit("2", Expected::Absent, &["f"]),
    ];
    let judged = judge(&commits.iter().collect::<Vec<_>>(), ground(), Timestamp::from_seconds(50));
    let [
        Verdict::Accepted(one),
        Verdict::Refused(two),
        Verdict::Accepted(three),
        Verdict::Accepted(four),
        Verdict::Refused(_),
    ] = &judged.verdicts[..]
    else {
        panic!("{:?}", judged.verdicts)
    };
    assert_eq!((one.first, one.last), (Position::new(11), Position::new(12)));
    assert_eq!((two.head, two.streams[0].actual), (Position::new(12), Version::new(5)));
    assert_eq!(three.version_of(&stream("1")), Some(Version::new(6)));
    assert_eq!(four.recorded_at, Timestamp::from_seconds(100), "time never goes back");
    assert_eq!(judged.tail.position, 14);
    assert_eq!(judged.columns.len(), 4);
}

#[test]
fn the_same_id_twice_in_a_batch_is_stored_once() {
    let one = commit("1", Expected::Any, &["a"]);
    let judged = judge(&[&one, &one], ground(), Timestamp::from_seconds(500));
    assert!(
        matches!(&judged.verdicts[..], [Verdict::Accepted(_), Verdict::Repeated(place)] if place.first == 11)
    );
}

#[test]
fn a_condition_sees_what_was_accepted_in_the_same_batch() {
    let conditional = |after: u64| {
        let query = Query::types([EventType::new("a").expect("a type")]);
        let mut commit = Commit::new().write(stream("9"), Expected::Any, vec![event("x")]);
        commit.condition = Some(Condition { query, after: Position::new(after) });
        commit.checked().expect("a good commit")
    };
    let commits = [conditional(10), commit("1", Expected::Any, &["a"]), conditional(10), conditional(12)];
    let judged = judge(&commits.iter().collect::<Vec<_>>(), ground(), Timestamp::from_seconds(500));
    let [Verdict::Accepted(_), Verdict::Accepted(_), Verdict::Refused(standing), Verdict::Accepted(_)] =
        &judged.verdicts[..]
    else {
        panic!("{:?}", judged.verdicts)
    };
    assert!(standing.condition && standing.streams.is_empty());
}
