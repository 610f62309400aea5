//! Random groups of commits: good, stale, half stale, conditional, oversized,
//! malformed, repeated, and repeated with other content.

use proptest::collection::vec;
use proptest::prelude::*;
use retell_store::{
    Capabilities, Commit, CommitId, Expected, NewEvent, Position, Query, StreamName, Version, limits,
};

use crate::kit::{Seen, json, kind, said, stream, stream_of, tag, told, version, weighing};

/// Commits that are handed in together.
#[derive(Debug, Clone)]
pub(super) struct Group(Vec<Op>);

#[derive(Debug, Clone)]
enum Op {
    /// A commit of its own.
    New { writes: Vec<(usize, Want, usize)>, unless: Option<(usize, usize)> },
    /// An earlier commit once more, changed like this.
    Again { which: usize, how: Change },
    /// A commit that no store may take.
    Bad(Flaw),
}

/// What a write expects, relative to the log before its group.
#[derive(Debug, Clone, Copy)]
enum Want {
    Any,
    Absent,
    Now,
    Earlier(u64),
    Later(u64),
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    Expectation,
    Metadata,
    Payload,
    MoreEvents,
}

#[derive(Debug, Clone, Copy)]
enum Flaw {
    Empty,
    OnlyAsks,
    SchemaZero,
    Payload,
    Tags,
    StreamTwice,
    TooManyEvents,
}

/// One to four groups of up to 16 commits each.
pub(super) fn groups() -> impl Strategy<Value = Vec<Group>> {
    vec(vec(op(), 1..16).prop_map(Group), 1..5)
}

fn op() -> impl Strategy<Value = Op> {
    let want = prop_oneof![
        3 => Just(Want::Any),
        2 => Just(Want::Absent),
        4 => Just(Want::Now),
        1 => (1..4_u64).prop_map(Want::Earlier),
        2 => (1..4_u64).prop_map(Want::Later),
    ];
    let writes = vec((0..5_usize, want, 0..3_usize), 1..4);
    let unless = prop_oneof![3 => Just(None), 1 => (0..4_usize, 0..3_usize).prop_map(Some)];
    let change = prop_oneof![
        3 => Just(Change::Nothing),
        1 => Just(Change::Expectation),
        1 => Just(Change::Metadata),
        1 => Just(Change::Payload),
        1 => Just(Change::MoreEvents),
    ];
    let flaw = prop_oneof![
        Just(Flaw::Empty),
        Just(Flaw::OnlyAsks),
        Just(Flaw::SchemaZero),
        Just(Flaw::Payload),
        Just(Flaw::Tags),
        Just(Flaw::StreamTwice),
        Just(Flaw::TooManyEvents),
    ];
    prop_oneof![
        8 => (writes, unless).prop_map(|(writes, unless)| Op::New { writes, unless }),
        2 => (any::<usize>(), change).prop_map(|(which, how)| Op::Again { which, how }),
        1 => flaw.prop_map(Op::Bad),
    ]
}

impl Group {
    /// The commits, written against this log; `earlier` are those that were
    /// made before in the same case. Nothing that the engine cannot do.
    pub(super) fn commits(&self, log: &[Seen], earlier: &mut Vec<Commit>, can: &Capabilities) -> Vec<Commit> {
        let mut commits = Vec::new();
        for op in &self.0 {
            let number = earlier.len();
            let commit = match op {
                Op::New { writes, unless } => new(number, log, writes, *unless, can),
                Op::Again { which, how } => match earlier.get(which % number.max(1)) {
                    Some(commit) => changed(commit.clone(), *how),
                    None => continue,
                },
                Op::Bad(flaw) => flawed(*flaw),
            };
            earlier.push(commit.clone());
            commits.push(commit);
        }
        commits
    }
}

fn name(number: usize) -> StreamName {
    if number < 3 { stream(number) } else { stream_of("customer", number) }
}

fn event(number: usize, of: usize) -> NewEvent {
    let kind = kind(["opened", "closed"][number % 2]);
    NewEvent::new(kind, json(format!("[{number},{of}]"))).tag(tag("customer", (number + of) % 3))
}

fn new(
    number: usize,
    log: &[Seen],
    writes: &[(usize, Want, usize)],
    unless: Option<(usize, usize)>,
    can: &Capabilities,
) -> Commit {
    let mut commit = Commit::new().metadata(told(number));
    for &(target, want, events) in writes {
        let stream = name(target);
        let twice = commit.writes.iter().any(|write| write.stream == stream);
        if twice || (!can.several_streams && !commit.writes.is_empty()) {
            continue;
        }
        let now = version(log, &stream).get();
        let expected = match want {
            Want::Any => Expected::Any,
            Want::Absent => Expected::Absent,
            Want::Now => Expected::Exact(Version::new(now)),
            Want::Earlier(back) => Expected::Exact(Version::new(now.saturating_sub(back))),
            // Only right once others of the group have been accepted.
            Want::Later(on) => Expected::Exact(Version::new(now + on)),
        };
        commit = commit.write(stream, expected, (0..events).map(|of| event(number, of)).collect());
    }
    match unless.filter(|_| can.conditions) {
        None => commit,
        Some((query, after)) => {
            let query = match query {
                0 => Query::all(),
                1 => Query::category("customer"),
                2 => Query::types([kind("closed")]),
                _ => Query::tags([tag("customer", 1)]),
            };
            let place = |event: Option<&Seen>| event.map_or(Position::START, |event| event.position);
            let after = [Position::START, place(log.get(log.len() / 2)), place(log.last())][after % 3];
            commit.unless(query, after)
        }
    }
}

fn changed(mut commit: Commit, how: Change) -> Commit {
    match how {
        Change::Nothing => {}
        Change::Expectation => {
            for write in &mut commit.writes {
                write.expected = Expected::Exact(Version::new(77));
            }
        }
        Change::Metadata => commit.metadata = told("changed"),
        Change::Payload => {
            if let Some(event) = commit.writes.iter_mut().flat_map(|write| &mut write.events).last() {
                event.payload = json("\"changed\"");
            }
        }
        Change::MoreEvents => {
            if let Some(write) = commit.writes.last_mut() {
                write.events.push(said("more"));
            }
        }
    }
    commit
}

fn flawed(flaw: Flaw) -> Commit {
    let commit = Commit::with_id(CommitId::new());
    let write = |commit: Commit, events| commit.write(name(0), Expected::Any, events);
    match flaw {
        Flaw::Empty => commit,
        Flaw::OnlyAsks => write(commit, Vec::new()),
        Flaw::SchemaZero => write(commit, vec![said(1), said(2).schema(0)]),
        Flaw::Payload => write(commit, vec![said(1), weighing(limits::PAYLOAD_BYTES + 1)]),
        Flaw::Tags => {
            let mut event = said(1);
            event.tags = (0..=limits::TAGS).map(|n| tag("n", n)).collect();
            write(commit, vec![event])
        }
        Flaw::StreamTwice => write(write(commit, vec![said(1)]), vec![said(2)]),
        Flaw::TooManyEvents => write(commit, vec![said(1); limits::EVENTS + 1]),
    }
}
