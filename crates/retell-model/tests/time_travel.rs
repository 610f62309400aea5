//! The past of an aggregate: at a version, a position, a recorded and an effective time.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Ticket, TicketEvent, id, message};
use retell::{At, ManualClock, MemoryStore, Position, Repository, Timestamp, Version};

async fn desk() -> Repository<Ticket> {
    let start = Timestamp::from_seconds(1_000);
    let clock = Arc::new(ManualClock::at(start));
    let tickets = Repository::<Ticket>::new(Arc::new(MemoryStore::with_clock(clock.clone())));
    // recorded at 1000 s
    tickets.record(&id(), vec![TicketEvent::Opened { subject: "no light".into() }]).await.expect("recorded");
    clock.advance(Duration::from_secs(10));
    // two events of one commit, recorded at 1010 s, effective at 1002 s
    let two = vec![message("one"), message("two")];
    tickets.record(&id(), two).effective_at(start + Duration::from_secs(2)).await.expect("recorded");
    clock.advance(Duration::from_secs(10));
    // recorded at 1020 s
    tickets.record(&id(), vec![TicketEvent::Resolved]).await.expect("recorded");
    tickets
}

async fn messages(tickets: &Repository<Ticket>, at: At) -> (usize, bool, u64) {
    let loaded = tickets.at(&id(), at).await.expect("loaded");
    (loaded.state.messages.len(), loaded.state.resolved, loaded.version.get())
}

#[tokio::test]
async fn every_moment_has_its_state() {
    let tickets = desk().await;
    let second = |seconds| Timestamp::from_seconds(seconds);
    assert_eq!(messages(&tickets, At::Now).await, (2, true, 4));
    assert_eq!(messages(&tickets, At::Version(Version::new(2))).await, (1, false, 2));
    assert_eq!(messages(&tickets, At::Version(Version::new(99))).await, (2, true, 4));
    assert_eq!(messages(&tickets, At::Version(Version::NONE)).await, (0, false, 0));
    assert_eq!(messages(&tickets, At::Position(Position::new(3))).await, (2, false, 3));
    assert_eq!(messages(&tickets, At::Recorded(second(999))).await, (0, false, 0));
    assert_eq!(messages(&tickets, At::Recorded(second(1_009))).await, (0, false, 1));
    assert_eq!(messages(&tickets, At::Recorded(second(1_010))).await, (2, false, 3));
    // As known today, the messages were in effect before they were recorded.
    assert_eq!(messages(&tickets, At::Effective(second(1_001))).await, (0, false, 1));
    assert_eq!(messages(&tickets, At::Effective(second(1_002))).await, (2, false, 3));
    assert_eq!(messages(&tickets, At::Effective(second(1_020))).await, (2, true, 4));
}
