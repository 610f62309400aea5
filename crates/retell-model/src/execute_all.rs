//! Many commands from one caller.

use std::collections::HashSet;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use futures_util::future::join_all;

use crate::{Aggregate, Command, Done, Execute, ExecuteError, Id, Repository};

/// Many commands that are about to be carried out by one caller, many at a
/// time: for imports, migrations and simulations.
///
/// Commands on different aggregates run together, so that an engine that
/// groups commits stores many with one sync; commands on the same aggregate
/// run in the order in which they were given. Await it for the outcomes, one
/// for each command, in the same order; a refusal of one stops no other.
#[must_use = "commands do nothing until they are awaited"]
pub struct ExecuteAll<'r, A: Aggregate, C: Command<A>> {
    commands: Vec<Execute<'r, A, C>>,
    at_once: usize,
}

impl<'r, A: Aggregate, C: Command<A>> ExecuteAll<'r, A, C> {
    /// How many commands run together unless it is said otherwise.
    pub const AT_ONCE: usize = 256;

    pub(crate) fn new(repository: &'r Repository<A>, commands: impl IntoIterator<Item = (Id<A>, C)>) -> Self {
        let commands = commands.into_iter().map(|(id, command)| repository.execute(&id, command)).collect();
        Self { commands, at_once: Self::AT_ONCE }
    }

    /// Says something about each of them: who asks, why, under which id.
    pub fn each(mut self, say: impl FnMut(Execute<'r, A, C>) -> Execute<'r, A, C>) -> Self {
        self.commands = self.commands.into_iter().map(say).collect();
        self
    }

    /// Runs at most this many together; at least one.
    pub fn at_once(mut self, count: usize) -> Self {
        self.at_once = count.max(1);
        self
    }

    async fn run(self) -> Vec<Result<Done<A>, ExecuteError<C::Refusal>>> {
        let mut outcomes = Vec::with_capacity(self.commands.len());
        let mut together = Vec::new();
        let mut ids = HashSet::new();
        for command in self.commands {
            // The second command on an aggregate waits for the first.
            if together.len() == self.at_once || !ids.insert(command.id().clone()) {
                outcomes.extend(join_all(std::mem::take(&mut together)).await);
                ids.clear();
                ids.insert(command.id().clone());
            }
            together.push(command.into_future());
        }
        outcomes.extend(join_all(together).await);
        outcomes
    }
}

impl<'r, A: Aggregate, C: Command<A> + 'r> IntoFuture for ExecuteAll<'r, A, C> {
    type Output = Vec<Result<Done<A>, ExecuteError<C::Refusal>>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'r>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
