//! All the excluded time of several exclusions, made ready for quick questions.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::{ExcludedTime, Exclusion};
use crate::Zone;

/// A stretch of time in nanoseconds since 1970, in UTC or on some clock; the end is exclusive.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Stretch {
    pub(super) from: i64,
    pub(super) until: i64,
}

/// The union of several exclusions: what kind of clock each is read on, sorted, and merged where they touch.
///
/// Instants are nanoseconds since 1970 UTC, which reach from 1677 to 2262; what lies outside is taken to lie at the
/// nearer end. Every answer costs a few binary searches, and a search for free time moves on by whole stretches, of
/// which there are finitely many, so that it ends even where everything is excluded.
#[derive(Clone, Debug)]
pub(super) struct ExcludedTimes {
    zone: Zone,
    /// In UTC.
    instants: Box<[Stretch]>,
    /// On the clocks of the zone.
    local: Box<[Stretch]>,
    /// First and last day of each, both inclusive, as days before it in a leap year.
    yearly: Box<[(u16, u16)]>,
}

impl ExcludedTimes {
    pub(super) fn new(zone: Zone, exclusions: &[Exclusion]) -> Self {
        let (mut instants, mut local, mut yearly) = (Vec::new(), Vec::new(), Vec::new());
        for exclusion in exclusions {
            match exclusion.when() {
                ExcludedTime::Instants { from, until } => {
                    instants.push(Stretch {
                        from: nanos(from),
                        until: nanos(until),
                    });
                }
                ExcludedTime::Local { from, until } => {
                    local.push(Stretch {
                        from: nanos(from.and_utc()),
                        until: nanos(until.and_utc()),
                    });
                }
                ExcludedTime::Days { first, last } => {
                    let until = last.succ_opt().unwrap_or(last);
                    local.push(Stretch {
                        from: midnight(first),
                        until: midnight(until),
                    });
                }
                ExcludedTime::Yearly { first, last } => {
                    let (first, last) = (first.days_before(), last.days_before());
                    if first <= last {
                        yearly.push((first, last));
                    } else {
                        yearly.extend([(first, LAST_DAY), (0, last)]);
                    }
                }
            }
        }
        Self {
            zone,
            instants: merged(instants),
            local: merged(local),
            yearly: merged_days(yearly),
        }
    }

    /// The excluded time around `at`, as far as it goes without a break; `None` if `at` is free.
    pub(super) fn around(&self, at: i64) -> Option<Stretch> {
        let mut around = self.stretch_at(at)?;
        while let Some(next) = self.stretch_at(around.until) {
            around.until = next.until;
        }
        while let Some(before) = around
            .from
            .checked_sub(1)
            .and_then(|at| self.stretch_at(at))
        {
            around.from = before.from;
        }
        Some(around)
    }

    /// The first excluded moment from `from` until, exclusive, `until`.
    pub(super) fn first_within(&self, from: i64, until: i64) -> Option<i64> {
        let mut first = starts_within(next_stretch(&self.instants, from), from, until);
        if self.local.is_empty() && self.yearly.is_empty() {
            return first;
        }
        let mut at = from;
        while at < first.unwrap_or(until) {
            let span = self.span_at(at);
            let (from, until) = (at, span.until.min(first.unwrap_or(until)));
            let (local_from, local_until) = (span.local(from), span.local(until));
            for next in [
                next_stretch(&self.local, local_from),
                self.next_yearly(local_from),
            ] {
                if let Some(local) = starts_within(next, local_from, local_until) {
                    let found = span.instant(local);
                    first = Some(first.map_or(found, |first| first.min(found)));
                }
            }
            at = span.until;
        }
        first
    }

    /// One stretch of excluded time that holds `at`; more may follow it or come before.
    fn stretch_at(&self, at: i64) -> Option<Stretch> {
        let holding = |stretch: Option<Stretch>, at| stretch.filter(|stretch| stretch.from <= at);
        if let Some(stretch) = holding(next_stretch(&self.instants, at), at) {
            return Some(stretch);
        }
        if (self.local.is_empty() && self.yearly.is_empty()) || at == i64::MAX {
            return None;
        }
        let span = self.span_at(at);
        let local = span.local(at);
        let stretch = holding(next_stretch(&self.local, local), local)
            .or_else(|| holding(self.next_yearly(local), local))?;
        Some(Stretch {
            from: span.instant(stretch.from).max(span.from),
            until: span.instant(stretch.until).min(span.until),
        })
    }

    /// The first stretch of yearly days that ends after the clock reads `local`.
    fn next_yearly(&self, local: i64) -> Option<Stretch> {
        match *self.yearly {
            [] => return None,
            [(0, LAST_DAY)] => {
                return Some(Stretch {
                    from: i64::MIN,
                    until: i64::MAX,
                });
            }
            _ => {}
        }
        let year = DateTime::from_timestamp_nanos(local).year();
        // 29 February alone may be eight years away.
        (year..=year + 8).find_map(|year| {
            let stretches = self.yearly.iter().map(|&(first, last)| Stretch {
                from: start_of_day(year, first),
                until: start_of_day(year, last + 1),
            });
            stretches
                .into_iter()
                .find(|stretch| stretch.from < stretch.until && stretch.until > local)
        })
    }

    fn span_at(&self, at: i64) -> Span {
        let span = self.zone.span_at(at.div_euclid(NANOS));
        let nanos = |seconds: i64| seconds.saturating_mul(NANOS);
        Span {
            from: nanos(span.from),
            until: nanos(span.until),
            offset: nanos(span.offset.into()),
        }
    }
}

/// A stretch of one offset from UTC, in nanoseconds.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    until: i64,
    offset: i64,
}

impl Span {
    fn local(self, instant: i64) -> i64 {
        instant.saturating_add(self.offset)
    }

    fn instant(self, local: i64) -> i64 {
        match local {
            i64::MIN | i64::MAX => local, // without beginning or end, on every clock
            local => local.saturating_sub(self.offset),
        }
    }
}

/// The first of some sorted stretches that ends after `at`.
fn next_stretch(stretches: &[Stretch], at: i64) -> Option<Stretch> {
    stretches
        .get(stretches.partition_point(|stretch| stretch.until <= at))
        .copied()
}

/// Where a stretch that ends after `from` first meets the time from `from` until `until`.
fn starts_within(stretch: Option<Stretch>, from: i64, until: i64) -> Option<i64> {
    stretch
        .map(|stretch| stretch.from.max(from))
        .filter(|&start| start < until)
}

/// The same time in as few stretches as possible, earliest first.
fn merged(mut stretches: Vec<Stretch>) -> Box<[Stretch]> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.from <= last.until => last.until = last.until.max(stretch.until),
            _ => merged.push(stretch),
        }
    }
    merged.into()
}

/// The same days in as few stretches as possible, earliest first.
fn merged_days(mut stretches: Vec<(u16, u16)>) -> Box<[(u16, u16)]> {
    stretches.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::with_capacity(stretches.len());
    for (first, last) in stretches {
        match merged.last_mut() {
            Some((_, end)) if first <= *end + 1 => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged.into()
}

/// Midnight at the start of the day that `days_before` days of a leap year come before; in other years, that of
/// 29 February is that of 1 March.
fn start_of_day(year: i32, days_before: u16) -> i64 {
    let new_year =
        NaiveDate::from_ymd_opt(year, 1, 1).expect("a year near one that a clock showed");
    let is_after_leap_day = days_before > LEAP_DAY && !new_year.leap_year();
    midnight(new_year + chrono::Days::new(u64::from(days_before) - u64::from(is_after_leap_day)))
}

fn midnight(day: NaiveDate) -> i64 {
    nanos(day.and_time(NaiveTime::MIN).and_utc())
}

/// Nanoseconds since 1970, or the nearer end of what they can count.
pub(super) fn nanos(instant: DateTime<Utc>) -> i64 {
    instant
        .timestamp_nanos_opt()
        .unwrap_or(if instant.timestamp() < 0 {
            i64::MIN
        } else {
            i64::MAX
        })
}

/// The instant that so many nanoseconds since 1970 stand for; `None` beyond the end of what they can count.
pub(super) fn instant(nanos: i64) -> Option<DateTime<Utc>> {
    (nanos < i64::MAX).then(|| DateTime::from_timestamp_nanos(nanos))
}

const NANOS: i64 = 1_000_000_000;

/// 29 February and 31 December, as days before them in a leap year.
const LEAP_DAY: u16 = 59;
const LAST_DAY: u16 = 365;
