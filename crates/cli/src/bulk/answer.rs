//! The answers that wait to be passed on, as the bytes they are.

use std::fmt;

use chrono::{DateTime, Datelike, Utc};
use tagout_schedule::{Dialect, ExecutionTime, Schedule, ScheduleOffset, Timeline, Zone};

use super::question::Question;
use super::{Defaults, N_MAX};
use crate::failure::chain;
use crate::window;

/// The answers that wait to be passed on.
#[derive(Debug)]
pub(crate) struct Answers {
    defaults: Defaults,
    bytes: Vec<u8>,
    /// The day that was written last, in days since 1970, and its text, which the next instant often shares.
    day: (i64, [u8; 11]),
}

impl Answers {
    pub(crate) fn new(defaults: Defaults) -> Self {
        Self {
            defaults,
            bytes: Vec::new(),
            day: (0, *b"1970-01-01T"),
        }
    }

    /// The bytes that wait, whole lines.
    pub(crate) fn pending(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the bytes that wait, and keeps no more room for them than is usual.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(2 * super::PENDING_BYTES_MAX);
    }

    /// Answers one line.
    pub(crate) fn answer(&mut self, line: &[u8], now: impl Fn() -> DateTime<Utc>) {
        match self.timeline(line, now) {
            Ok((timeline, after, n)) => {
                self.bytes.extend_from_slice(br#"{"next":["#);
                for (number, run) in timeline.after(after).take(n).enumerate() {
                    if number > 0 {
                        self.bytes.push(b',');
                    }
                    self.write_instant(run);
                }
                self.bytes.extend_from_slice(b"]}\n");
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Answers one line with what is wrong with it.
    pub(crate) fn refuse(&mut self, error: impl fmt::Display) {
        self.bytes.extend_from_slice(br#"{"error":"#);
        serde_json::to_writer(&mut self.bytes, &error.to_string())
            .expect("a text can be written to memory");
        self.bytes.extend_from_slice(b"}\n");
    }

    fn timeline(
        &self,
        line: &[u8],
        now: impl Fn() -> DateTime<Utc>,
    ) -> Result<(Timeline, DateTime<Utc>, usize), String> {
        let question = Question::read(line)?;
        let schedule = window::parse(&question.expr, Dialect::Documented)
            .map_err(|error| format!("expr: {error}"))?;
        let zone = match &question.tz {
            Some(text) => text
                .parse::<Zone>()
                .map_err(|error| format!("tz: {error}"))?,
            None => self.defaults.zone,
        };
        let after = match (&question.after, self.defaults.after) {
            (Some(text), _) => text
                .parse::<ExecutionTime>()
                .map_err(|error| format!("after: {}", chain(&error)))?
                .instant(),
            (None, Some(after)) => after,
            (None, None) => now(),
        };
        let n = match question.n {
            Some(n) => u32::try_from(n)
                .ok()
                .filter(|n| *n <= N_MAX)
                .ok_or_else(|| format!("n is {n}, expected 0 to {N_MAX}"))?,
            None => self.defaults.count,
        };
        let offset = match question.offset {
            Some(days) => Some(ScheduleOffset::try_from(days).map_err(|error| chain(&error))?),
            None => self.defaults.offset,
        };
        let timeline = Timeline::builder(schedule).zone(zone).offset(offset);
        let timeline = if matches!(schedule, Schedule::Rate(_)) {
            timeline.anchor(after)
        } else {
            timeline
        };
        let timeline = timeline.build().map_err(|error| chain(&error))?;
        Ok((timeline, after, n as usize))
    }

    /// Writes an instant in quotes, as RFC 3339 has it: `"2026-11-21T12:00:00Z"`, with milliseconds only where there are
    /// any. This is where most bytes come from, so it is done by hand.
    fn write_instant(&mut self, instant: DateTime<Utc>) {
        let second = instant.timestamp();
        let (day, second) = (second.div_euclid(86_400), second.rem_euclid(86_400) as u32);
        if day != self.day.0 {
            let date = instant.date_naive();
            let text = &mut self.day.1;
            text[0..2].copy_from_slice(&two_digits(date.year() as u32 / 100));
            text[2..4].copy_from_slice(&two_digits(date.year() as u32 % 100));
            text[5..7].copy_from_slice(&two_digits(date.month()));
            text[8..10].copy_from_slice(&two_digits(date.day()));
            self.day.0 = day;
        }
        let mut text = *b"\"0000-00-00T00:00:00";
        text[1..12].copy_from_slice(&self.day.1);
        text[12..14].copy_from_slice(&two_digits(second / 3600));
        text[15..17].copy_from_slice(&two_digits(second / 60 % 60));
        text[18..20].copy_from_slice(&two_digits(second % 60));
        self.bytes.extend_from_slice(&text);
        let millis = instant.timestamp_subsec_millis();
        if millis > 0 {
            self.bytes
                .extend_from_slice(&[b'.', b'0' + (millis / 100) as u8]);
            self.bytes.extend_from_slice(&two_digits(millis % 100));
        }
        self.bytes.extend_from_slice(b"Z\"");
    }
}

/// The digits of a number below 100.
fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn writes_instants_as_chrono_does(second in 0..7_258_118_400_i64, millis in prop_oneof![Just(0), 0..1000_u32]) {
            let defaults = Defaults { zone: Zone::UTC, offset: None, after: None, count: 5 };
            let mut answers = Answers::new(defaults);
            let mut expected = Vec::new();
            for second in [second, second + 1, second + 86_400] {
                let instant = DateTime::from_timestamp(second, millis * 1_000_000).unwrap();
                answers.write_instant(instant);
                let format = if millis > 0 { chrono::SecondsFormat::Millis } else { chrono::SecondsFormat::Secs };
                expected.push(format!("\"{}\"", instant.to_rfc3339_opts(format, true)));
            }
            prop_assert_eq!(str::from_utf8(answers.pending()).unwrap(), expected.concat());
        }
    }
}
