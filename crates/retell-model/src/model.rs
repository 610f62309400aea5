//! What a command looks at, and what it may decide.

use crate::{Aggregate, Event};

/// What a [command](crate::Command) looks at.
///
/// The simple and usual case is one [`Aggregate`]; every aggregate is a model,
/// and a command over it decides a list of its events. The same command trait
/// serves a pair of aggregates (merging two tickets decides events for both),
/// and, implemented by hand, a model that is folded from a query over the
/// whole log; what differs is only what was folded and where the decided
/// events go.
pub trait Model: Clone + Send + Sync + 'static {
    /// What is folded into it.
    type Event: Send + Sync;
    /// What a command over it decides.
    type Decided: Send + Sync;
}

/// An event of one of two aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Either<A, B> {
    /// Of the first.
    First(A),
    /// Of the second.
    Second(B),
}

/// Two aggregates: a command over both decides events for each of them, and
/// they are stored together or not at all.
impl<A: Aggregate, B: Aggregate> Model for (A, B)
where
    A::Event: Event,
    B::Event: Event,
{
    type Event = Either<A::Event, B::Event>;
    type Decided = (Vec<A::Event>, Vec<B::Event>);
}
