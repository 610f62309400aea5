//! Where the tests take their randomness from.

/// The number from which everything random in a test follows. It is printed
/// when the test fails; `RETELL_FAULT_SEED` sets it.
pub(crate) fn seed() -> u64 {
    number("RETELL_FAULT_SEED").unwrap_or_else(|| fastrand::u64(..))
}

/// A number from the environment.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
