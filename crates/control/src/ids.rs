//! Where ids, tokens and tickets come from.

use std::sync::{Mutex, PoisonError};

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

/// A source of ids that nobody can guess, or, with a seed, of the same ids each time.
///
/// # Example
///
/// ```
/// use tagout_control::Ids;
///
/// assert_eq!(Ids::seeded(7).hex(), Ids::seeded(7).hex());
/// assert_ne!(Ids::from_system()?.hex(), Ids::from_system()?.hex());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Ids(Mutex<ChaCha20Rng>);

impl Ids {
    /// A source that nobody can foresee, fed once by the operating system.
    ///
    /// # Errors
    ///
    /// Returns the operating system's error if it has no randomness to give.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// A source that gives the same each time: for tests and simulations.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }

    /// The next number.
    pub fn number(&self) -> u64 {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }

    /// 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:016x}{:016x}", self.number(), self.number())
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids(..)") // whoever knows the state knows what comes
    }
}
