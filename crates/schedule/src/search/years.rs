//! The next year with a match.

use crate::schedule::Cron;

impl Cron {
    /// The first year after `year` in which a day matches; years are counted from 1970.
    pub(super) fn year_after(&self, year: u32) -> Option<u32> {
        let years = self.live_years();
        let mut word = ((year + 1) / 64) as usize;
        let mut bits = years.get(word)? & (u64::MAX << ((year + 1) % 64));
        while bits == 0 {
            word += 1;
            bits = *years.get(word)?;
        }
        Some(word as u32 * 64 + bits.trailing_zeros())
    }

    /// The last year before `year` in which a day matches; years are counted from 1970.
    pub(super) fn year_before(&self, year: u32) -> Option<u32> {
        let years = self.live_years();
        let mut word = (year / 64) as usize;
        let mut bits = years.get(word)? & !(u64::MAX << (year % 64));
        while bits == 0 {
            word = word.checked_sub(1)?;
            bits = years[word];
        }
        Some(word as u32 * 64 + bits.ilog2())
    }
}
