//! The readings of the local clock at which a timeline runs, before any clock change is looked at.

use crate::schedule::Cron;

/// The readings of the local clock at which a timeline runs, in local seconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Readings<'a> {
    /// Those of a cron schedule, from the second `from` on, each `shift` seconds later.
    Cron {
        cron: &'a Cron,
        from: i64,
        shift: i64,
    },
    /// One.
    At(i64),
}

impl Readings<'_> {
    /// The first at or after `local`.
    #[inline]
    pub(super) fn at_or_after(&self, local: i64) -> Option<i64> {
        match *self {
            Self::Cron { cron, from, shift } => {
                Some(cron.at_or_after((local - shift).max(from))? + shift)
            }
            Self::At(at) => (at >= local).then_some(at),
        }
    }

    /// The last at or before `local`.
    #[inline]
    pub(super) fn at_or_before(&self, local: i64) -> Option<i64> {
        match *self {
            Self::Cron { cron, from, shift } => cron
                .at_or_before(local - shift)
                .filter(|&base| base >= from)
                .map(|base| base + shift),
            Self::At(at) => (at <= local).then_some(at),
        }
    }

    /// Whether there is one from `from`, inclusive, to `until`, exclusive.
    pub(super) fn any_between(&self, from: i64, until: i64) -> bool {
        self.at_or_after(from).is_some_and(|local| local < until)
    }
}
