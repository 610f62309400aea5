//! Callers: tasks that each give one command after the other.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::{Errand, Failure, Latencies};

/// The runtime of every driver: as many workers as there are cores.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// So many callers, for so long, for so many commands at most.
#[derive(Debug, Clone, Copy)]
pub struct Callers {
    pub callers: u64,
    pub time: Duration,
    pub count: u64,
}

/// What the callers did.
#[derive(Debug, Clone)]
pub struct Tally {
    pub times: Latencies,
    pub took: Duration,
    pub errors: u64,
    /// Attempts of all commands together; zero where they are not counted.
    pub attempts: u64,
    /// The most attempts of one command.
    pub worst: u64,
    /// How many commands each caller did.
    pub shares: Vec<u64>,
}

impl Callers {
    /// As the errand says, with at most so many commands.
    #[must_use]
    pub fn of(errand: &Errand, count: u64) -> Self {
        Self { callers: errand.callers.max(1), time: errand.time, count: count.min(errand.count) }
    }

    /// No limit but the number of commands.
    #[must_use]
    pub fn all(callers: u64, count: u64) -> Self {
        Self { callers, time: Duration::from_secs(86_400), count }
    }

    /// Runs commands `0..count`, each once, and measures each. A command
    /// answers with its number of attempts, or zero where nobody counts.
    ///
    /// # Errors
    /// When the first commands all fail: a workload of errors measures nothing.
    pub async fn run<F, E>(
        self,
        command: impl Fn(u64) -> F + Clone + Send + 'static,
    ) -> Result<Tally, Failure>
    where
        F: Future<Output = Result<u64, E>> + Send,
        E: std::fmt::Display,
    {
        let next = Arc::new(AtomicU64::new(0));
        let started = Instant::now();
        let mut tasks = Vec::new();
        for _ in 0..self.callers {
            let (next, command) = (Arc::clone(&next), command.clone());
            tasks.push(tokio::spawn(async move {
                let (mut times, mut errors, mut attempts, mut worst) = (Latencies::default(), 0, 0, 0);
                let mut last_error = None;
                while started.elapsed() < self.time {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= self.count {
                        break;
                    }
                    let began = Instant::now();
                    match command(number).await {
                        Ok(tries) => {
                            times.add(began.elapsed());
                            attempts += tries;
                            worst = worst.max(tries);
                        }
                        Err(error) => {
                            errors += 1;
                            last_error = Some(error.to_string());
                        }
                    }
                }
                (times, errors, attempts, worst, last_error)
            }));
        }
        let mut tally = Tally {
            times: Latencies::default(),
            took: started.elapsed(),
            errors: 0,
            attempts: 0,
            worst: 0,
            shares: vec![],
        };
        let mut last_error = None;
        for task in tasks {
            let (times, errors, attempts, worst, error) = task.await?;
            tally.shares.push(times.count());
            tally.times.extend(times);
            tally.errors += errors;
            tally.attempts += attempts;
            tally.worst = tally.worst.max(worst);
            last_error = error.or(last_error);
        }
        tally.took = started.elapsed();
        match last_error {
            Some(error) if tally.times.count() == 0 => Err(format!("every command failed: {error}").into()),
            Some(error) => {
                eprintln!("{} commands failed, one of them so: {error}", tally.errors);
                Ok(tally)
            }
            None => Ok(tally),
        }
    }

    /// Does something for each number, and fails with the first failure.
    ///
    /// # Errors
    /// What any of them fails with.
    pub async fn each<F>(self, task: impl Fn(u64) -> F + Clone + Send + 'static) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send,
    {
        let next = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        for _ in 0..self.callers {
            let (next, task) = (Arc::clone(&next), task.clone());
            tasks.push(tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= self.count {
                        return Ok::<(), Failure>(());
                    }
                    task(number).await?;
                }
            }));
        }
        for task in tasks {
            task.await??;
        }
        Ok(())
    }
}
