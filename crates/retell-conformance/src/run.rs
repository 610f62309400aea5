//! Running checks.

use std::sync::Arc;
use std::time::Duration;

use retell_store::CommitId;
use tokio::runtime::Builder;

use crate::report::{Outcome, Report, Row};
use crate::trial::{Failure, Trial, open};
use crate::{Check, Engine, checks};

/// How much a check does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// As much as `docs/promises.md` says.
    #[default]
    Full,
    /// About a tenth: for trying an engine out, and for engines that are wrong
    /// in a way that shows at once.
    Quick,
}

/// How checks are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How much each check does.
    pub effort: Effort,
    /// The seed of every random choice; without one each run draws its own. A
    /// failure prints the seed.
    pub seed: Option<u64>,
    /// The time after which a check that has not ended counts as hanging.
    pub limit: Duration,
}

impl Default for Options {
    /// Full effort, five minutes a check, the seed from `RETELL_SEED` where
    /// that is set.
    fn default() -> Self {
        let seed = std::env::var("RETELL_SEED").ok().and_then(|seed| seed.parse().ok());
        Self { effort: Effort::Full, seed, limit: Duration::from_secs(300) }
    }
}

/// Runs every check on an engine, one after the other.
///
/// # Panics
/// When the threads that a check needs cannot be started.
#[must_use]
pub fn run_all(engine: Arc<dyn Engine>, options: Options) -> Report {
    let rows = checks().iter().map(|check| run_check(&engine, check, options)).collect();
    Report { engine: engine.name().to_owned(), rows }
}

/// Runs one check on an engine.
///
/// # Panics
/// When the threads that a check needs cannot be started.
#[must_use]
pub fn run_check(engine: &Arc<dyn Engine>, check: &'static Check, options: Options) -> Row {
    let seed = options.seed.unwrap_or_else(draw_seed);
    let trial = Arc::new(Trial::new(Arc::clone(engine), seed, options.effort));
    // More workers than cores: writers are preempted in the middle, not only at their awaits.
    let threads = Builder::new_multi_thread().worker_threads(4).enable_time().build();
    let runtime = threads.expect("the threads of a check start");
    let outcome = runtime.block_on(judge(Arc::clone(&trial), check, options.limit));
    // A check that hangs may hold threads; waiting for them would hang as well.
    runtime.shutdown_timeout(Duration::from_secs(10));
    Row { check, outcome, notes: trial.notes(), seed }
}

async fn judge(trial: Arc<Trial>, check: &'static Check, limit: Duration) -> Outcome {
    let ready = tokio::spawn(lacking(Arc::clone(&trial), check));
    let run = async move {
        match ready.await {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(reason))) => return Outcome::Excluded(reason.to_owned()),
            Ok(Err(Failure(text))) => return Outcome::Failed(text),
            Err(died) => return Outcome::Failed(format!("opening a store panicked: {died}")),
        }
        match tokio::spawn((check.run)(trial)).await {
            Ok(Ok(())) => Outcome::Kept,
            Ok(Err(Failure(text))) => Outcome::Failed(text),
            Err(died) => Outcome::Failed(format!("it panicked: {died}")),
        }
    };
    let hangs = |_| Outcome::Failed(format!("it hangs: no end after {} seconds", limit.as_secs()));
    tokio::time::timeout(limit, run).await.unwrap_or_else(hangs)
}

/// Why the check does not apply to this engine.
async fn lacking(trial: Arc<Trial>, check: &'static Check) -> Result<Option<&'static str>, Failure> {
    if check.needs.is_empty() {
        return Ok(None);
    }
    let site = trial.site().await?;
    let store = open(&*site).await?;
    let can = store.capabilities();
    let lacking = check.needs.iter().find_map(|need| need.lacking(&can, &*site));
    store.close().await;
    Ok(lacking)
}

/// A new seed: the random part of a new commit id.
fn draw_seed() -> u64 {
    let id = CommitId::new();
    let (_, random) = id.as_bytes().split_at(8);
    random.iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

/// Runs one check as a test; [`suite!`](crate::suite) calls it.
///
/// # Panics
/// When the engine breaks the promise.
#[expect(clippy::print_stdout, reason = "a test tells what was left out, and its figures")]
pub fn run_test(engine: impl Engine, name: &str) {
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let check = checks().iter().find(|check| check.name == name).expect("the suite knows its checks");
    let row = run_check(&engine, check, Options::default());
    for note in &row.notes {
        println!("{name} on {}: {note}", engine.name());
    }
    match row.outcome {
        Outcome::Kept => {}
        Outcome::Excluded(why) => println!("{name} on {}: excluded: {why}", engine.name()),
        Outcome::Failed(text) => {
            panic!("{} is broken by {}: {text} (RETELL_SEED={})", check.promise, engine.name(), row.seed)
        }
    }
}
