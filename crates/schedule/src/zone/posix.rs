//! The rule with which a zone's table ends, as POSIX writes it: `EST5EDT,M3.2.0,M11.1.0`.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// What clocks do after the last change of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Rule {
    /// Local time minus UTC in standard time, in seconds.
    standard: i32,
    saving: Option<Saving>,
}

/// The part of each year in which clocks show another time.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Saving {
    offset: i32,
    begins: Moment,
    ends: Moment,
}

/// A day of each year, and the local time at which clocks change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Moment {
    day: Day,
    /// Seconds after midnight; before or far after it in some zones, up to 167 hours either way.
    time: i32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Day {
    /// 1 to 365, as if no year had a 29 February.
    NoLeap(u32),
    /// 0 to 365, the leap day counted.
    OfYear(u32),
    /// A weekday of a month: the first to the fourth, or with 5 the last.
    OfMonth {
        month: u32,
        week: u32,
        weekday: Weekday,
    },
}

impl Rule {
    /// Reads the rule; `None` where it is not written as POSIX and RFC 9636 say.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        reader.name()?;
        let standard = reader.offset()?;
        if reader.0.is_empty() {
            return Some(Self {
                standard,
                saving: None,
            });
        }
        reader.name()?;
        let offset = if reader.0.starts_with(',') {
            standard + 3600
        } else {
            reader.offset()?
        };
        reader.expect(',')?;
        let begins = reader.moment()?;
        reader.expect(',')?;
        let ends = reader.moment()?;
        reader.0.is_empty().then_some(Self {
            standard,
            saving: Some(Saving {
                offset,
                begins,
                ends,
            }),
        })
    }

    /// Local time minus UTC in standard time, in seconds.
    pub(super) fn standard(&self) -> i32 {
        self.standard
    }

    /// Every offset that the rule speaks of.
    pub(super) fn offsets(&self) -> impl Iterator<Item = i32> {
        [self.standard]
            .into_iter()
            .chain(self.saving.as_ref().map(|saving| saving.offset))
    }

    /// The changes that are due in `years`: instant and new offset, in order.
    ///
    /// Where daylight saving time ends at the instant at which it begins again, that instant is there twice, the
    /// beginning last.
    pub(super) fn changes(&self, years: RangeInclusive<i32>) -> Vec<(i64, i32)> {
        let Some(saving) = &self.saving else {
            return Vec::new();
        };
        let mut changes: Vec<(i64, i32)> = years
            .flat_map(|year| {
                [
                    (
                        saving.begins.in_year(year) - i64::from(self.standard),
                        saving.offset,
                    ),
                    (
                        saving.ends.in_year(year) - i64::from(saving.offset),
                        self.standard,
                    ),
                ]
            })
            .collect();
        changes.sort_by_key(|&(at, offset)| (at, offset == saving.offset));
        changes
    }
}

impl Moment {
    /// Seconds from 1970 to this moment of `year`, on the clock that it is named by.
    fn in_year(self, year: i32) -> i64 {
        let date = match self.day {
            Day::NoLeap(day) => {
                let leap = day > 59 && NaiveDate::from_ymd_opt(year, 2, 29).is_some();
                NaiveDate::from_yo_opt(year, day + u32::from(leap))
            }
            // A 366th day of a common year is the first of the next.
            Day::OfYear(day) => {
                NaiveDate::from_yo_opt(year, 1).map(|first| first + Days::new(day.into()))
            }
            Day::OfMonth {
                month,
                week,
                weekday,
            } => NaiveDate::from_weekday_of_month_opt(year, month, weekday, week as u8)
                .or_else(|| NaiveDate::from_weekday_of_month_opt(year, month, weekday, 4)),
        };
        let date = date.expect("the parts were checked when read");
        (i64::from(date.num_days_from_ce()) - DAYS_TO_1970) * 86_400 + i64::from(self.time)
    }
}

/// Days from 31 December of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_163;

/// What is left to read.
struct Reader<'t>(&'t str);

impl Reader<'_> {
    /// `EST`, or between brackets what has other characters: `<-03>`.
    fn name(&mut self) -> Option<()> {
        let length = match self.0.strip_prefix('<') {
            Some(quoted) => quoted.find('>')? + 2,
            None => self
                .0
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(self.0.len()),
        };
        self.0 = self.0.split_at_checked(length).filter(|_| length >= 3)?.1;
        Some(())
    }

    /// An offset, which POSIX counts towards the west: `5` is five hours before UTC.
    fn offset(&mut self) -> Option<i32> {
        self.time(24).map(|west| -west)
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
    fn time(&mut self, hours_max: u32) -> Option<i32> {
        let negative = self.0.starts_with('-');
        self.0 = self.0.strip_prefix(['+', '-']).unwrap_or(self.0);
        let mut seconds = self.number(hours_max)? * 3600;
        if self.expect(':').is_some() {
            seconds += self.number(59)? * 60;
            if self.expect(':').is_some() {
                seconds += self.number(59)?;
            }
        }
        Some(if negative {
            -(seconds as i32)
        } else {
            seconds as i32
        })
    }

    /// `J60`, `59`, or `M3.2.0`, with `/time` unless that is 02:00.
    fn moment(&mut self) -> Option<Moment> {
        let day = if self.expect('J').is_some() {
            Day::NoLeap(self.number(365).filter(|&day| day > 0)?)
        } else if self.expect('M').is_some() {
            let month = self.number(12).filter(|&month| month > 0)?;
            self.expect('.')?;
            let week = self.number(5).filter(|&week| week > 0)?;
            self.expect('.')?;
            // POSIX counts from Sunday, chrono from Monday.
            let weekday = Weekday::try_from((self.number(6)? as u8 + 6) % 7).ok()?;
            Day::OfMonth {
                month,
                week,
                weekday,
            }
        } else {
            Day::OfYear(self.number(365)?)
        };
        let time = if self.expect('/').is_some() {
            self.time(167)?
        } else {
            2 * 3600
        };
        Some(Moment { day, time })
    }

    /// A number of one to three digits, up to `max`.
    fn number(&mut self, max: u32) -> Option<u32> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self
            .0
            .split_at_checked(length)
            .filter(|_| (1..=3).contains(&length))?;
        self.0 = rest;
        digits.parse().ok().filter(|&number| number <= max)
    }

    fn expect(&mut self, char: char) -> Option<()> {
        self.0 = self.0.strip_prefix(char)?;
        Some(())
    }
}

#[cfg(test)]
mod tests;
