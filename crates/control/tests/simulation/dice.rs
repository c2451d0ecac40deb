//! Chance that comes out the same each time.

use std::time::Duration;

/// A source of choices; each part of a world has one of its own, so that one part does not disturb another.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The choices of this part of the world of `seed`.
    pub(crate) fn new(seed: u64, part: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part);
        dice.0 = dice.number() ^ part.rotate_left(32);
        dice
    }

    /// The next number: SplitMix64.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `least` to `most`, both inclusive.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.number() % (most - least + 1)
    }

    /// An index below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.number() % n as u64) as usize
    }

    /// True so many times of a thousand.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.number() % 1_000 < per_mille
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Up to `max` different numbers from 1 to `n`.
    pub(crate) fn some_of(&mut self, n: usize, max: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (1..=n).collect();
        let wanted = 1 + self.below(max.min(n));
        while all.len() > wanted {
            all.swap_remove(self.below(all.len()));
        }
        all
    }

    /// A pause of so many seconds, to the millisecond.
    pub(crate) fn seconds(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least * 1_000, most * 1_000))
    }
}
