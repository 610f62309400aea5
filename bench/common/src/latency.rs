//! How long each command took.

use std::time::Duration;

/// Times of commands; every one is kept, so that a percentile is exact.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    micros: Vec<u32>,
}

impl Latencies {
    pub fn add(&mut self, time: Duration) {
        self.micros.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn extend(&mut self, other: Self) {
        self.micros.extend(other.micros);
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.micros.len() as u64
    }

    /// The times, in milliseconds, that these shares of the commands did not exceed.
    #[must_use]
    pub fn percentiles<const N: usize>(&mut self, shares: [f64; N]) -> Option<[f64; N]> {
        self.micros.sort_unstable();
        let last = self.micros.len().checked_sub(1)?;
        let place =
            |share: f64| ((self.micros.len() as f64 * share).ceil() as usize).saturating_sub(1).min(last);
        Some(shares.map(|share| f64::from(self.micros[place(share)]) / 1_000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_that_a_share_did_not_exceed() {
        let mut times = Latencies::default();
        assert_eq!(times.percentiles([0.5]), None);
        (1..=100).rev().for_each(|millis| times.add(Duration::from_millis(millis)));
        assert_eq!(times.percentiles([0.5, 0.99, 1.0]), Some([50.0, 99.0, 100.0]));
    }
}
