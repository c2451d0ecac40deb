//! The hours, minutes and seconds of a schedule in words.

use super::words::{every, join, ordinal, spans};
use crate::Cron;
use crate::schedule::Progression;

/// Times of day in words.
pub(super) struct Times {
    pub(super) text: String,
    /// Whether it goes through the whole day, so that "every day" need not be said.
    pub(super) is_all_day: bool,
}

/// Up to so many times of a day are listed one by one.
const LISTED_MAX: usize = 6;
/// Up to so many stretches of a day are listed one by one.
const STRETCHES_MAX: usize = 3;

/// The values of the three fields, and how a time of day is written with them.
struct Sets {
    seconds: Vec<u32>,
    minutes: Vec<u32>,
    hours: Vec<u32>,
}

/// Says at what times of a day a schedule runs, in the plainest form that says all.
pub(super) fn times(cron: &Cron) -> Times {
    let values = |bits: u64| (0..64).filter(|bit| bits >> bit & 1 == 1).collect();
    let sets = Sets {
        seconds: values(cron.seconds),
        minutes: values(cron.minutes),
        hours: values(cron.hours.into()),
    };
    let text = sets
        .listed()
        .or_else(|| sets.whole_day())
        .or_else(|| sets.stretches())
        .or_else(|| sets.within_one_hour())
        .or_else(|| sets.every_few_hours())
        .unwrap_or_else(|| sets.field_by_field());
    Times {
        text,
        is_all_day: sets.hours.len() == 24,
    }
}

impl Sets {
    /// A time of day, with seconds if any but 0 are named.
    fn clock(&self, hour: u32, minute: u32, second: u32) -> String {
        if self.seconds == [0] {
            format!("{hour:02}:{minute:02}")
        } else {
            format!("{hour:02}:{minute:02}:{second:02}")
        }
    }

    /// `from 08:00 to 17:55`: from the first time of one hour to the last of another.
    fn stretch(&self, first: u32, last: u32) -> String {
        let bounds = |values: &[u32]| {
            (
                values.first().copied().unwrap_or(0),
                values.last().copied().unwrap_or(0),
            )
        };
        let ((from_minute, to_minute), (from_second, to_second)) =
            (bounds(&self.minutes), bounds(&self.seconds));
        format!(
            "from {} to {}",
            self.clock(first, from_minute, from_second),
            self.clock(last, to_minute, to_second)
        )
    }

    /// `at 06:00, 12:00 and 18:00`.
    fn listed(&self) -> Option<String> {
        if self.hours.len() * self.minutes.len() * self.seconds.len() > LISTED_MAX {
            return None;
        }
        let mut times = Vec::new();
        for hour in &self.hours {
            for minute in &self.minutes {
                times.extend(
                    self.seconds
                        .iter()
                        .map(|second| self.clock(*hour, *minute, *second)),
                );
            }
        }
        Some(format!("at {}", join(&times)))
    }

    /// A rhythm that goes on from one hour to the next.
    fn rhythm(&self) -> Option<String> {
        match (&self.seconds[..], &self.minutes[..]) {
            ([_], [_]) => Some("every hour".to_owned()),
            ([_], minutes) => Some(every(steady(minutes)?.into(), "minute", "minutes")),
            (seconds, minutes) if minutes.len() == 60 => {
                Some(every(steady(seconds)?.into(), "second", "seconds"))
            }
            _ => None,
        }
    }

    /// `every 15 minutes`, the whole day.
    fn whole_day(&self) -> Option<String> {
        if self.hours.len() < 24 {
            return None;
        }
        let rhythm = self.rhythm()?;
        let (minute, second) = (self.minutes[0], self.seconds[0]);
        let minute = match minute {
            0 => String::new(),
            _ if self.minutes.len() == 1 => format!(" at minute {minute}"),
            _ => format!(" from minute {minute}"),
        };
        let second = match second {
            0 => String::new(),
            _ if self.seconds.len() > 1 => format!(" from second {second}"),
            _ if minute.starts_with(" at") => format!(" and second {second}"),
            _ => format!(" at second {second}"),
        };
        Some(rhythm + &minute + &second)
    }

    /// `every 5 minutes from 08:00 to 11:55 and from 13:00 to 17:55`, each stretch within one day.
    fn stretches(&self) -> Option<String> {
        let rhythm = self.rhythm()?;
        let is_hourly = self.minutes.len() * self.seconds.len() == 1;
        let mut stretches = Vec::new();
        for run in self.hours.chunk_by(|hour, next| *next == hour + 1) {
            if is_hourly && run.len() == 1 {
                return None;
            }
            stretches.push(self.stretch(run[0], run[run.len() - 1]));
        }
        (stretches.len() <= STRETCHES_MAX).then(|| format!("{rhythm} {}", join(&stretches)))
    }

    /// `every 2 minutes from 08:10 to 08:30`.
    fn within_one_hour(&self) -> Option<String> {
        let [hour] = self.hours[..] else { return None };
        let is_run = self.minutes.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let rhythm = match (&self.seconds[..], &self.minutes[..]) {
            ([_], minutes) => every(even(minutes)?.into(), "minute", "minutes"),
            (seconds, [_]) => every(even(seconds)?.into(), "second", "seconds"),
            (seconds, _) if is_run => every(steady(seconds)?.into(), "second", "seconds"),
            _ => return None,
        };
        Some(format!("{rhythm} {}", self.stretch(hour, hour)))
    }

    /// `every 2 hours from 00:30 to 22:30`.
    fn every_few_hours(&self) -> Option<String> {
        let ([_], [_]) = (&self.seconds[..], &self.minutes[..]) else {
            return None;
        };
        let Progression { first, step, last } = Progression::of(self.hours.iter().copied())?;
        Some(format!("every {step} hours {}", self.stretch(first, last)))
    }

    /// `every 10th second from 5 to 55 of minutes 0 and 30 of every hour`: what suits any sets.
    fn field_by_field(&self) -> String {
        let hours = field(&self.hours, 24, "hour");
        let minutes = field(&self.minutes, 60, "minute");
        let first = match self.seconds[..] {
            [0] => format!("{minutes} of {hours}"),
            _ => format!(
                "{} of {minutes} of {hours}",
                field(&self.seconds, 60, "second")
            ),
        };
        if first.starts_with("every") {
            first
        } else {
            format!("at {first}")
        }
    }
}

/// The step of two or more values that are evenly spread.
fn even(values: &[u32]) -> Option<u32> {
    let [first, second, ..] = *values else {
        return None;
    };
    let step = second - first;
    values
        .windows(2)
        .all(|pair| pair[1] == pair[0] + step)
        .then_some(step)
}

/// The step of values from 0 to 59 that are evenly spread, also from the last to the first of the next round.
fn steady(values: &[u32]) -> Option<u32> {
    even(values).filter(|step| values[values.len() - 1] + step == 60 + values[0])
}

/// The values of one field in words.
fn field(values: &[u32], n_values: usize, name: &str) -> String {
    if values.len() == n_values {
        return format!("every {name}");
    }
    match (values, Progression::of(values.iter().copied())) {
        ([value], _) => format!("{name} {value}"),
        (_, Some(Progression { first, step, last })) if values.len() > 4 => {
            format!("every {} {name} from {first} to {last}", ordinal(step))
        }
        _ => format!(
            "{name}s {}",
            join(&spans(values, |value| value.to_string()))
        ),
    }
}
