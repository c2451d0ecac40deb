//! Which times of a day match.

use crate::schedule::Cron;

/// A time of day in its three parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Clock {
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

impl Clock {
    /// The time `second_of_day` (below 86,400) seconds after midnight.
    #[inline]
    pub(crate) const fn new(second_of_day: u32) -> Self {
        let minute_of_day = second_of_day / 60;
        Self {
            hour: minute_of_day / 60,
            minute: minute_of_day % 60,
            second: second_of_day % 60,
        }
    }

    /// Seconds after midnight.
    #[inline]
    pub(crate) const fn second_of_day(self) -> u32 {
        (self.hour * 60 + self.minute) * 60 + self.second
    }
}

impl Cron {
    /// The first matching time of a day.
    #[inline]
    pub(crate) fn first_time(&self) -> Clock {
        Clock {
            hour: self.hours.trailing_zeros(),
            minute: self.minutes.trailing_zeros(),
            second: self.seconds.trailing_zeros(),
        }
    }

    /// The last matching time of a day.
    #[inline]
    pub(crate) fn last_time(&self) -> Clock {
        Clock {
            hour: self.hours.ilog2(),
            minute: self.minutes.ilog2(),
            second: self.seconds.ilog2(),
        }
    }

    /// The first matching time of the day after `time`, itself a matching one.
    #[inline]
    pub(crate) fn time_after(&self, time: Clock) -> Option<Clock> {
        let seconds = self.seconds >> (time.second + 1);
        if seconds != 0 {
            let second = time.second + 1 + seconds.trailing_zeros();
            return Some(Clock { second, ..time });
        }
        let second = self.seconds.trailing_zeros();
        let minutes = self.minutes >> (time.minute + 1);
        if minutes != 0 {
            let minute = time.minute + 1 + minutes.trailing_zeros();
            return Some(Clock {
                minute,
                second,
                ..time
            });
        }
        let hours = self.hours >> (time.hour + 1);
        (hours != 0).then(|| Clock {
            hour: time.hour + 1 + hours.trailing_zeros(),
            ..self.first_time()
        })
    }

    /// The last matching time of the day before `time`, itself a matching one.
    #[inline]
    pub(crate) fn time_before(&self, time: Clock) -> Option<Clock> {
        let seconds = self.seconds & !(u64::MAX << time.second);
        if seconds != 0 {
            return Some(Clock {
                second: seconds.ilog2(),
                ..time
            });
        }
        let second = self.seconds.ilog2();
        let minutes = self.minutes & !(u64::MAX << time.minute);
        if minutes != 0 {
            return Some(Clock {
                minute: minutes.ilog2(),
                second,
                ..time
            });
        }
        let hours = self.hours & !(u32::MAX << time.hour);
        (hours != 0).then(|| self.last_time_in_hour(hours.ilog2()))
    }

    /// The first matching time of the day at or after `time`.
    #[inline]
    pub(crate) fn time_at_or_after(&self, time: Clock) -> Option<Clock> {
        let Clock {
            hour,
            minute,
            second,
        } = time;
        if self.hours >> hour & 1 != 0 {
            if self.minutes >> minute & 1 != 0 {
                let seconds = self.seconds >> second;
                if seconds != 0 {
                    return Some(Clock {
                        second: second + seconds.trailing_zeros(),
                        ..time
                    });
                }
            }
            let minutes = self.minutes >> (minute + 1);
            if minutes != 0 {
                let minute = minute + 1 + minutes.trailing_zeros();
                return Some(Clock {
                    hour,
                    minute,
                    second: self.seconds.trailing_zeros(),
                });
            }
        }
        let hours = self.hours >> (hour + 1);
        (hours != 0).then(|| Clock {
            hour: hour + 1 + hours.trailing_zeros(),
            ..self.first_time()
        })
    }

    /// The last matching time of the day at or before `time`.
    #[inline]
    pub(crate) fn time_at_or_before(&self, time: Clock) -> Option<Clock> {
        let Clock {
            hour,
            minute,
            second,
        } = time;
        if self.hours >> hour & 1 != 0 {
            if self.minutes >> minute & 1 != 0 {
                let seconds = self.seconds << (63 - second);
                if seconds != 0 {
                    return Some(Clock {
                        second: second - seconds.leading_zeros(),
                        ..time
                    });
                }
            }
            let minutes = self.minutes & !(u64::MAX << minute);
            if minutes != 0 {
                return Some(Clock {
                    minute: minutes.ilog2(),
                    ..self.last_time_in_hour(hour)
                });
            }
        }
        let hours = self.hours & !(u32::MAX << hour);
        (hours != 0).then(|| self.last_time_in_hour(hours.ilog2()))
    }

    fn last_time_in_hour(&self, hour: u32) -> Clock {
        Clock {
            hour,
            ..self.last_time()
        }
    }
}
