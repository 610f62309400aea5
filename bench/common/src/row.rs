//! A measurement: one line of JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Errand, Tally};

/// One measurement of one subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub workload: String,
    pub engine: String,
    pub subject: String,
    pub variant: String,
    pub callers: u64,
    /// What `rate` counts.
    pub unit: String,
    pub rate: f64,
    pub count: u64,
    pub seconds: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p999_ms: Option<f64>,
    /// Commands that failed; they are not in `count`.
    #[serde(default)]
    pub errors: u64,
    /// Other figures by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, f64>,
    /// How the subject was set up, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

impl Row {
    /// So many of a unit in so much time.
    #[must_use]
    pub fn of(errand: &Errand, subject: &str, unit: &str, count: u64, time: Duration) -> Self {
        let seconds = time.as_secs_f64();
        Self {
            workload: errand.workload.name().into(),
            engine: errand.engine.clone(),
            subject: subject.into(),
            variant: errand.variant.clone(),
            callers: errand.callers,
            unit: unit.into(),
            rate: count as f64 / seconds.max(1e-9),
            count,
            seconds,
            p50_ms: None,
            p99_ms: None,
            p999_ms: None,
            errors: 0,
            extra: BTreeMap::new(),
            settings: BTreeMap::new(),
        }
    }

    /// What the callers did.
    #[must_use]
    pub fn commands(errand: &Errand, subject: &str, tally: Tally) -> Self {
        let Tally { mut times, took, errors, attempts, worst, mut shares } = tally;
        let mut row = Self::of(errand, subject, "commands", times.count(), took);
        if let Some([p50, p99, p999]) = times.percentiles([0.5, 0.99, 0.999]) {
            (row.p50_ms, row.p99_ms, row.p999_ms) = (Some(p50), Some(p99), Some(p999));
        }
        row.errors = errors;
        if attempts > 0 && row.count > 0 {
            row.put("conflicts_per_command", attempts.saturating_sub(row.count) as f64 / row.count as f64);
            row.put("worst_attempts", worst as f64);
            shares.sort_unstable();
            let (median, most) = (shares[shares.len() / 2], shares[shares.len() - 1]);
            row.put("largest_share", most as f64 / median.max(1) as f64);
        }
        row
    }

    /// Adds a figure.
    pub fn put(&mut self, name: &str, value: f64) {
        self.extra.insert(name.into(), value);
    }

    /// Says how the subject was set up.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }

    /// Prints it as one line.
    pub fn print(&self) {
        println!("{}", serde_json::to_string(self).expect("numbers and texts are JSON"));
    }
}
