//! What a check works with: stores, randomness, a place for figures.

use std::sync::{Arc, Mutex, PoisonError};

use retell_store::{Clock, EventStore};

use crate::kit::Rng;
use crate::{Effort, Engine, Site};

/// How a check ended.
pub(crate) type Checked<T = ()> = Result<T, Failure>;

/// What a check found wrong.
#[derive(Debug, Clone)]
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(format!("unexpected error: {error}"))
    }
}

/// Fails the check unless this holds.
macro_rules! ensure {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err($crate::trial::Failure(format!($($text)+)));
        }
    };
}
pub(crate) use ensure;

/// Fails the check unless both are equal.
macro_rules! ensure_eq {
    ($left:expr, $right:expr, $($text:tt)+) => {
        match (&$left, &$right) {
            (left, right) => if left != right {
                let what = format!($($text)+);
                return Err($crate::trial::Failure(format!("{what}: found {left:?}, expected {right:?}")));
            },
        }
    };
}
pub(crate) use ensure_eq;

/// One run of one check.
pub(crate) struct Trial {
    engine: Arc<dyn Engine>,
    seed: u64,
    effort: Effort,
    sites: Mutex<Vec<Arc<dyn Site>>>,
    notes: Mutex<Vec<String>>,
}

impl Trial {
    pub(crate) fn new(engine: Arc<dyn Engine>, seed: u64, effort: Effort) -> Self {
        Self { engine, seed, effort, sites: Mutex::default(), notes: Mutex::default() }
    }

    /// A new place, which is kept until the check has ended.
    pub(crate) async fn site(&self) -> Checked<Arc<dyn Site>> {
        let site = self.engine.fresh().await.map_err(|error| Failure(format!("no fresh store: {error}")))?;
        self.sites.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&site));
        Ok(site)
    }

    /// A new, empty store.
    pub(crate) async fn store(&self) -> Checked<Arc<dyn EventStore>> {
        open(&*self.site().await?).await
    }

    /// Random numbers that depend on the seed alone.
    pub(crate) fn rng(&self) -> Rng {
        Rng::new(self.seed)
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn is_quick(&self) -> bool {
        self.effort == Effort::Quick
    }

    /// How often to do what a full run does this often.
    pub(crate) fn times(&self, full: usize) -> usize {
        match self.effort {
            Effort::Full => full,
            Effort::Quick => full.div_ceil(10),
        }
    }

    /// Keeps a figure for the report.
    pub(crate) fn note(&self, text: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Opens the store of a site.
pub(crate) async fn open(site: &dyn Site) -> Checked<Arc<dyn EventStore>> {
    site.open().await.map_err(|error| Failure(format!("the store did not open: {error}")))
}

/// Opens the store of a site with this clock; only checks that need one come here.
pub(crate) async fn open_with_clock(site: &dyn Site, clock: Arc<dyn Clock>) -> Checked<Arc<dyn EventStore>> {
    let opening = site.open_with_clock(clock).ok_or_else(|| Failure("it takes no clock".to_owned()))?;
    opening.await.map_err(|error| Failure(format!("the store did not open: {error}")))
}
