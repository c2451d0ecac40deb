//! The clock changes of one zone, laid out for looking up.

use chrono::DateTime;

use super::{InstallZoneErrorKind, wall::Clocks};

/// A stretch of time with one offset, in seconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Span {
    /// First second, inclusive.
    pub(crate) from: i64,
    /// Last second, exclusive.
    pub(crate) until: i64,
    /// Local time minus UTC, in seconds.
    pub(crate) offset: i32,
}

impl Span {
    /// All of time.
    pub(super) const fn always(offset: i32) -> Self {
        Self {
            from: i64::MIN,
            until: i64::MAX,
            offset,
        }
    }
}

/// A [`Span`] with the offsets beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Era {
    /// First second, inclusive.
    pub(crate) from: i64,
    /// Last second, exclusive.
    pub(crate) until: i64,
    /// Local time minus UTC before it, in seconds; its own if it is the first.
    pub(crate) before: i64,
    /// Local time minus UTC, in seconds.
    pub(crate) offset: i64,
    /// Local time minus UTC after it, in seconds; its own if it is the last.
    pub(crate) after: i64,
}

impl Era {
    /// All of time.
    pub(super) const fn always(offset: i32) -> Self {
        let offset = offset as i64;
        Self {
            from: i64::MIN,
            until: i64::MAX,
            before: offset,
            offset,
            after: offset,
        }
    }
}

/// Changes before this second are not kept: two days before 1970, so that 1970 is whole in every zone.
const KEPT_FROM: i64 = -2 * 86_400;

/// The year at whose end, in UTC, the rule of a zone is no longer followed; one more than schedules can name.
pub(super) const YEAR_MAX: i32 = 2200;

/// Seconds since 1970 at which the year after [`YEAR_MAX`] begins.
const KEPT_UNTIL: i64 = 7_289_654_400;

/// One bucket of the index is 2^22 seconds long, about 48 days: most hold no change and few hold more than one.
const BUCKET_BITS: u32 = 22;

/// More changes than any zone could have within 1970 to 2200 in earnest: one every three weeks.
const CHANGES_MAX: usize = 4096;

/// The clock changes of one zone from 1970 to 2200.
///
/// A lookup takes the bucket that the instant falls into and walks from the stretch in which that bucket begins, by
/// rarely more than one.
#[derive(Clone, Debug)]
pub(super) struct Table {
    name: Box<str>,
    /// Every stretch, in order, and one more that begins where time ends.
    stretches: Box<[Stretch]>,
    /// The stretch in which each bucket begins.
    buckets: Box<[u16]>,
    /// Where the first bucket begins: at the first change.
    buckets_from: i64,
    /// The greatest offset of all.
    offset_max: i32,
}

/// A stretch without a change: it ends where the next one begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Stretch {
    from: i64,
    offset: i32,
    /// The offset of the stretch before this one; of the first stretch, its own.
    before: i32,
}

impl Table {
    /// Lays out `first`, the offset at the beginning of time, and the offset from each of `changes` on.
    ///
    /// `changes` are in order and each offset is less than a day. Where several begin at one instant, the last counts.
    pub(super) fn new(
        name: &str,
        first: i32,
        changes: impl IntoIterator<Item = (i64, i32)>,
    ) -> Result<Self, InstallZoneErrorKind> {
        let mut stretches = merged(first, changes);
        for pair in stretches[1..].windows(2) {
            if pair[1].local_from() < pair[0].local_settled() {
                return Err(InstallZoneErrorKind::Tangled {
                    at: DateTime::from_timestamp(pair[1].from, 0)
                        .expect("kept changes lie between 1969 and 2201"),
                });
            }
        }
        let n_changes = stretches.len() - 1;
        if n_changes > CHANGES_MAX {
            return Err(InstallZoneErrorKind::TooManyChanges {
                found: n_changes,
                max: CHANGES_MAX,
            });
        }
        let buckets_from = stretches.get(1).map_or(i64::MAX, |stretch| stretch.from);
        let buckets_until = stretches[1..].last().map_or(0, |stretch| stretch.from);
        let buckets = (buckets_from..=buckets_until)
            .step_by(1 << BUCKET_BITS)
            .map(|from| (stretches.partition_point(|stretch| stretch.from <= from) - 1) as u16)
            .collect();
        let offset_max = stretches
            .iter()
            .map(|stretch| stretch.offset)
            .max()
            .unwrap_or(first);
        let last = stretches.last().map_or(first, |stretch| stretch.offset);
        stretches.push(Stretch {
            from: i64::MAX,
            offset: last,
            before: last,
        });
        Ok(Self {
            name: name.into(),
            stretches: stretches.into(),
            buckets,
            buckets_from,
            offset_max,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether clocks always show UTC.
    pub(super) fn is_utc(&self) -> bool {
        self.stretches.iter().all(|stretch| stretch.offset == 0)
    }

    /// Whether clocks follow the same rules, whatever the names.
    pub(super) fn tells_same_time_as(&self, other: &Self) -> bool {
        self.stretches == other.stretches
    }

    #[inline]
    pub(super) fn span_at(&self, at: i64) -> Span {
        let era = self.era_at(at);
        Span {
            from: era.from,
            until: era.until,
            offset: era.offset as i32,
        }
    }

    #[inline]
    pub(super) fn era_at(&self, at: i64) -> Era {
        // Nothing begins after the end of time, so the last stretch holds its last second too.
        let at = at.min(i64::MAX - 1);
        let mut index = self.bucket_of(at);
        while self.stretches[index + 1].from <= at {
            index += 1;
        }
        let (stretch, next) = (&self.stretches[index], &self.stretches[index + 1]);
        Era {
            from: stretch.from,
            until: next.from,
            before: stretch.before.into(),
            offset: stretch.offset.into(),
            after: next.offset.into(),
        }
    }

    /// What the clocks do about the reading `local`, in seconds since 1970; it must lie in chrono's range.
    #[inline]
    pub(super) fn clocks_about(&self, local: i64) -> Clocks {
        // Begins with a stretch that is not too late: whatever the offset, clocks of this zone show `local` at this
        // instant or after it.
        let mut index = self.bucket_of(local - i64::from(self.offset_max));
        while self.stretches[index + 1].local_from() <= local {
            index += 1;
        }
        let stretch = &self.stretches[index];
        if local >= stretch.local_settled() {
            Clocks::Run {
                offset: stretch.offset,
            }
        } else {
            Clocks::Change {
                at: stretch.from,
                before: stretch.before,
                after: stretch.offset,
            }
        }
    }

    /// The stretch in which the bucket of `at` begins, or, before all buckets, the first.
    #[inline]
    fn bucket_of(&self, at: i64) -> usize {
        if at < self.buckets_from {
            return 0;
        }
        let bucket = (at.abs_diff(self.buckets_from) >> BUCKET_BITS) as usize;
        usize::from(self.buckets[bucket.min(self.buckets.len() - 1)])
    }
}

impl Stretch {
    /// The first reading that this stretch or the change into it has to do with.
    #[inline]
    fn local_from(&self) -> i64 {
        self.from
            .saturating_add(i64::from(self.before.min(self.offset)))
    }

    /// The first reading from which the change into this stretch is over.
    #[inline]
    fn local_settled(&self) -> i64 {
        self.from
            .saturating_add(i64::from(self.before.max(self.offset)))
    }
}

/// The stretches from [`KEPT_FROM`] to [`KEPT_UNTIL`], none empty, no two neighbours with one offset.
fn merged(first: i32, changes: impl IntoIterator<Item = (i64, i32)>) -> Vec<Stretch> {
    let mut stretches = vec![Stretch {
        from: i64::MIN,
        offset: first,
        before: first,
    }];
    for (from, offset) in changes {
        if from >= KEPT_UNTIL {
            break;
        }
        if from < KEPT_FROM {
            stretches[0] = Stretch {
                from: i64::MIN,
                offset,
                before: offset,
            };
            continue;
        }
        stretches.pop_if(|last| last.from == from);
        let before = stretches[stretches.len() - 1].offset;
        if before != offset {
            stretches.push(Stretch {
                from,
                offset,
                before,
            });
        }
    }
    stretches
}

#[cfg(test)]
mod tests;
