//! The peak memory of this process, as Linux counts it.

use std::fs;

use crate::Failure;

/// How much memory was resident when counting began.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    baseline: u64,
}

impl Memory {
    /// Takes what is resident now as the baseline, and forgets earlier peaks.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn begin() -> Result<Self, Failure> {
        fs::write("/proc/self/clear_refs", "5")?;
        Ok(Self { baseline: read("VmRSS:")? })
    }

    /// The peak since then above the baseline, in MiB.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn peak_mib(&self) -> Result<f64, Failure> {
        Ok(read("VmHWM:")?.saturating_sub(self.baseline) as f64 / 1_024.0)
    }

    /// The baseline in MiB.
    #[must_use]
    pub fn baseline_mib(&self) -> f64 {
        self.baseline as f64 / 1_024.0
    }
}

/// A line of the status of this process, in KiB.
fn read(name: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("the system does not tell the memory of a process")?.parse()?)
}
