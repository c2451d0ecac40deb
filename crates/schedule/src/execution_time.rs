//! The text in which the service prints an instant, written and read.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use crate::Plan;

/// An instant as a clock with a known offset from UTC shows it, in the text of the service's `NextExecutionTime`.
///
/// The text is that of Java's `OffsetDateTime`, which the service prints: `yyyy-MM-ddTHH:mm`, then seconds unless they
/// and the fraction are zero, then a fraction of 3, 6 or 9 digits unless it is zero, then `Z` or `+hh:mm`
/// (`+hh:mm:ss` for an offset that is not whole minutes). The same reading takes the dates that a window is given
/// (`StartDate`, `EndDate`), where the service asks for an offset too.
///
/// Two values are equal if they print the same text, so 09:00Z and 10:00+01:00 differ; compare
/// [`instant`](Self::instant) where the clock does not matter.
///
/// ```
/// use tagout_schedule::ExecutionTime;
///
/// let next: ExecutionTime = "2024-03-12T09:00-05:00".parse()?;
/// assert_eq!(next.instant().to_rfc3339(), "2024-03-12T14:00:00+00:00");
///
/// let start: ExecutionTime = "2019-01-01T00:03:15.500+09:00".parse()?;
/// assert_eq!(start.to_string(), "2019-01-01T00:03:15.500+09:00");
/// # Ok::<(), tagout_schedule::ParseExecutionTimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExecutionTime {
    local: NaiveDateTime,
    offset: FixedOffset,
}

impl ExecutionTime {
    /// What the clock of a zone shows at this instant.
    pub fn local(self) -> NaiveDateTime {
        self.local
    }

    /// How far that clock is ahead of UTC.
    pub fn offset(self) -> FixedOffset {
        self.offset
    }

    /// The instant itself.
    pub fn instant(self) -> DateTime<Utc> {
        (self.local - self.offset).and_utc()
    }
}

impl Plan {
    /// When the window opens next, strictly after `instant`, in the words of the service's `NextExecutionTime`: on the
    /// clocks of the window's zone.
    ///
    /// `None` where the service leaves the member out: the window is disabled, has ended, or never opens again.
    ///
    /// ```
    /// use tagout_schedule::{Cutoff, Duration, Plan, Timeline, Zone};
    ///
    /// let daily = Timeline::new("cron(0 9 * * ? *)".parse()?, Zone::named("America/Chicago")?)?;
    /// let plan = Plan::new(daily, Duration::try_from(2)?, Cutoff::NONE)?;
    /// let now = "2024-03-12T00:00:00Z".parse()?;
    /// assert_eq!(plan.next_execution_time(now).unwrap().to_string(), "2024-03-12T09:00-05:00");
    /// assert_eq!(plan.with_enabled(false).next_execution_time(now), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_execution_time(&self, instant: DateTime<Utc>) -> Option<ExecutionTime> {
        let next = self.next_opening(instant)?;
        Some(self.timeline().zone().to_local(next.opens_at).into())
    }
}

impl From<DateTime<FixedOffset>> for ExecutionTime {
    /// A leap second is shown as the second before it, for Java's clock has none.
    fn from(shown: DateTime<FixedOffset>) -> Self {
        let local = shown.naive_local();
        let leap = local.nanosecond().saturating_sub(999_999_999);
        Self {
            local: local - TimeDelta::nanoseconds(leap.into()),
            offset: *shown.offset(),
        }
    }
}

impl From<DateTime<Utc>> for ExecutionTime {
    fn from(instant: DateTime<Utc>) -> Self {
        instant.fixed_offset().into()
    }
}

impl From<ExecutionTime> for DateTime<FixedOffset> {
    fn from(time: ExecutionTime) -> Self {
        Self::from_naive_utc_and_offset(time.local - time.offset, time.offset)
    }
}

impl fmt::Display for ExecutionTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local.year() {
            year @ 0..=9999 => write!(f, "{year:04}")?,
            year @ 10_000.. => write!(f, "+{year}")?,
            year => write!(f, "-{:04}", year.unsigned_abs())?,
        }
        let (date, time) = (self.local.date(), self.local.time());
        write!(
            f,
            "-{:02}-{:02}T{:02}:{:02}",
            date.month(),
            date.day(),
            time.hour(),
            time.minute()
        )?;
        let (second, nanos) = (time.second(), time.nanosecond());
        if second > 0 || nanos > 0 {
            write!(f, ":{second:02}")?;
        }
        match nanos {
            0 => {}
            _ if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000)?,
            _ if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000)?,
            _ => write!(f, ".{nanos:09}")?,
        }
        match self.offset.local_minus_utc() {
            0 => f.write_str("Z"),
            seconds => {
                let (sign, ahead) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
                write!(f, "{sign}{:02}:{:02}", ahead / 3600, ahead / 60 % 60)?;
                if ahead % 60 > 0 {
                    write!(f, ":{:02}", ahead % 60)
                } else {
                    Ok(())
                }
            }
        }
    }
}

impl FromStr for ExecutionTime {
    type Err = ParseExecutionTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader {
            text: text.as_bytes(),
            at: 0,
        };
        reader
            .execution_time()
            .map_err(|kind| ParseExecutionTimeError {
                text: clipped(text),
                at: reader.at,
                kind,
            })
    }
}

impl TryFrom<String> for ExecutionTime {
    type Error = ParseExecutionTimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ExecutionTime> for String {
    fn from(time: ExecutionTime) -> Self {
        time.to_string()
    }
}

/// The reason why a text is no [`ExecutionTime`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot read `{text}` as a date, time and offset, at byte {at}")]
pub struct ParseExecutionTimeError {
    text: Box<str>,
    at: usize,
    #[source]
    kind: ParseExecutionTimeErrorKind,
}

impl ParseExecutionTimeError {
    /// The text that was read, at most its first 64 characters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte from which on the text could not be read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is wrong there.
    pub fn kind(&self) -> ParseExecutionTimeErrorKind {
        self.kind
    }

    /// The words of the service for a date without offset, which it also uses for every other malformed date.
    pub fn service_text(&self) -> String {
        format!(
            "DateTime {} is malformed, format either must contain an offset - \
             e.g. '2018-01-01T00:00:00-02:00' or '2018-01-01T00:00:00Z'",
            self.text
        )
    }
}

/// What is wrong with a text that should be an [`ExecutionTime`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseExecutionTimeErrorKind {
    /// The text departs from the form.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A number is outside its range.
    #[error("{part} is {value}, expected {min} to {max}")]
    OutOfRange {
        /// Which number.
        part: &'static str,
        /// What it is.
        value: u32,
        /// The least that it may be.
        min: u32,
        /// The most that it may be.
        max: u32,
    },
    /// The calendar has no such day.
    #[error("the month has no day {0}")]
    NoSuchDay(u32),
    /// Date and time stand alone, and so name no instant.
    #[error("expected an offset, `Z` or `+hh:mm`, after the time")]
    NoOffset,
}

/// The bytes yet to be read.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn execution_time(&mut self) -> Result<ExecutionTime, ParseExecutionTimeErrorKind> {
        let date = self.date()?;
        self.byte(b'T', "`T` between date and time")?;
        let hour = self.number("hour", 0, 23)?;
        self.byte(b':', "`:` after the hour")?;
        let minute = self.number("minute", 0, 59)?;
        let (mut second, mut nanos) = (0, 0);
        if self.take(b':') {
            second = self.number("second", 0, 59)?;
            if self.take(b'.') {
                nanos = self.fraction()?;
            }
        }
        let offset = self.offset()?;
        if self.at < self.text.len() {
            return Err(ParseExecutionTimeErrorKind::Expected(
                "nothing after the offset",
            ));
        }
        let local = date
            .and_hms_nano_opt(hour, minute, second, nanos)
            .expect("each part is in its range");
        Ok(ExecutionTime { local, offset })
    }

    fn date(&mut self) -> Result<NaiveDate, ParseExecutionTimeErrorKind> {
        let year = self.digits(4, "a year of four digits")?;
        self.byte(b'-', "`-` after the year")?;
        let month = self.number("month", 1, 12)?;
        self.byte(b'-', "`-` after the month")?;
        let at = self.at;
        let day = self.number("day", 1, 31)?;
        NaiveDate::from_ymd_opt(year as i32, month, day).ok_or_else(|| {
            self.at = at;
            ParseExecutionTimeErrorKind::NoSuchDay(day)
        })
    }

    /// One to nine digits, as nanoseconds.
    fn fraction(&mut self) -> Result<u32, ParseExecutionTimeErrorKind> {
        let (mut nanos, mut n_digits) = (0, 0);
        while n_digits < 9
            && let Some(digit) = self.peek().filter(u8::is_ascii_digit)
        {
            nanos = nanos * 10 + u32::from(digit - b'0');
            n_digits += 1;
            self.at += 1;
        }
        match n_digits {
            0 => Err(ParseExecutionTimeErrorKind::Expected(
                "a fraction of 1 to 9 digits",
            )),
            _ => Ok(nanos * 10_u32.pow(9 - n_digits)),
        }
    }

    /// `Z`, or a sign with hours and minutes, and seconds where they are given.
    fn offset(&mut self) -> Result<FixedOffset, ParseExecutionTimeErrorKind> {
        let start = self.at;
        let sign = match self.peek() {
            None => return Err(ParseExecutionTimeErrorKind::NoOffset),
            Some(b'Z') => 0,
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return Err(ParseExecutionTimeErrorKind::Expected("`Z` or `+hh:mm`")),
        };
        self.at += 1;
        let mut seconds = 0;
        if sign != 0 {
            seconds = self.number("offset in hours", 0, OFFSET_HOURS_MAX)? * 3600;
            self.byte(b':', "`:` after the hours of the offset")?;
            seconds += self.number("offset in minutes", 0, 59)? * 60;
            if self.take(b':') {
                seconds += self.number("offset in seconds", 0, 59)?;
            }
            if seconds > OFFSET_HOURS_MAX * 3600 {
                self.at = start;
                return Err(ParseExecutionTimeErrorKind::Expected(
                    "an offset of at most 18 hours",
                ));
            }
        }
        Ok(FixedOffset::east_opt(seconds as i32 * sign).expect("at most 18 hours"))
    }

    /// Two digits within `min..=max`.
    fn number(
        &mut self,
        part: &'static str,
        min: u32,
        max: u32,
    ) -> Result<u32, ParseExecutionTimeErrorKind> {
        let at = self.at;
        let value = self.digits(2, "two digits")?;
        if (min..=max).contains(&value) {
            return Ok(value);
        }
        self.at = at;
        Err(ParseExecutionTimeErrorKind::OutOfRange {
            part,
            value,
            min,
            max,
        })
    }

    fn digits(
        &mut self,
        n: usize,
        expected: &'static str,
    ) -> Result<u32, ParseExecutionTimeErrorKind> {
        let digits = self
            .text
            .get(self.at..self.at + n)
            .filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let digits = digits.ok_or(ParseExecutionTimeErrorKind::Expected(expected))?;
        self.at += n;
        Ok(digits
            .iter()
            .fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }

    fn byte(
        &mut self,
        byte: u8,
        expected: &'static str,
    ) -> Result<(), ParseExecutionTimeErrorKind> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(ParseExecutionTimeErrorKind::Expected(expected))
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

/// Java's offsets reach 18 hours, and so do those of the service.
const OFFSET_HOURS_MAX: u32 = 18;

/// The start of a text, short enough for a message.
fn clipped(text: &str) -> Box<str> {
    text.chars().take(64).collect::<String>().into()
}

#[cfg(test)]
mod tests;
