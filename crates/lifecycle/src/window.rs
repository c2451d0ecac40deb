//! Preferred windows: the hour of the day or week in which a server may be maintained or backed up.

use std::{fmt, ops::Bound, str::FromStr, sync::OnceLock};

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};
use tagout_schedule::{Timeline, Zone};

use crate::{InvalidValue, ticket::draw_below, value::Problem};

/// An hour of every day, or of one day of every week, in UTC: `03:00` or `Tue:04:00`.
///
/// The text names the start; work begins within an hour from there, the start included, the end not. Days are
/// written `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat`, `Sun`, in just these letters. The API reference wants whole
/// hours and its pattern allows any minute: [`FromStr`] goes by the reference, [`PreferredWindow::parse_lenient`] by
/// the pattern. Source: shape `TimeWindowDefinition`.
///
/// # Example
/// ```
/// use tagout_lifecycle::PreferredWindow;
///
/// let window: PreferredWindow = "Tue:04:00".parse()?;
/// let monday = "2026-03-02T12:00:00Z".parse().expect("an instant");
/// assert_eq!(window.next_start(monday).expect("within reach").to_rfc3339(), "2026-03-03T04:00:00+00:00");
/// # Ok::<(), tagout_lifecycle::InvalidValue>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PreferredWindow {
    /// The day, or every day.
    day: Option<Weekday>,
    /// Minutes since midnight, below 1,440.
    minute: u16,
}

/// The days as the texts have them, from Monday on.
const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Mon),
    ("Tue", Weekday::Tue),
    ("Wed", Weekday::Wed),
    ("Thu", Weekday::Thu),
    ("Fri", Weekday::Fri),
    ("Sat", Weekday::Sat),
    ("Sun", Weekday::Sun),
];

impl PreferredWindow {
    /// How long after its start work may begin: one hour.
    pub const LENGTH: TimeDelta = TimeDelta::hours(1);

    const KIND: &str = "preferred window";

    /// The window that `text` names, at any minute of the hour.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] unless it is `HH:MM` or `DDD:HH:MM`.
    pub fn parse_lenient(text: &str) -> Result<Self, InvalidValue> {
        Self::read(text).ok_or_else(|| {
            let expected =
                "`HH:MM` or `DDD:HH:MM` with a day from Mon to Sun and a time from 00:00 to 23:59";
            InvalidValue::new(Self::KIND, text, Problem::Form { expected })
        })
    }

    /// What a server's maintenance window is when nothing is asked for: an hour on Tuesday, Wednesday or Friday.
    ///
    /// `draw` is a source of random numbers; it is asked twice.
    pub fn draw_weekly(draw: &mut dyn FnMut() -> u64) -> Self {
        let day = [Weekday::Tue, Weekday::Wed, Weekday::Fri][draw_below(draw, 3) as usize];
        Self {
            day: Some(day),
            ..Self::draw_daily(draw)
        }
    }

    /// What a server's backup window is when nothing is asked for: an hour of every day.
    ///
    /// `draw` is a source of random numbers; it is asked once.
    pub fn draw_daily(draw: &mut dyn FnMut() -> u64) -> Self {
        Self {
            day: None,
            minute: draw_below(draw, 24) as u16 * 60,
        }
    }

    /// Whether it starts at a whole hour, as the API reference wants it.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] if it does not.
    pub fn check_whole_hour(self) -> Result<(), InvalidValue> {
        if self.minute.is_multiple_of(60) {
            return Ok(());
        }
        let expected = "at a whole hour, `HH:00` or `DDD:HH:00`";
        let problem = Problem::Form { expected };
        Err(InvalidValue::new(Self::KIND, &self.to_string(), problem))
    }

    /// The day of the week, or `None` for every day.
    pub fn day(self) -> Option<Weekday> {
        self.day
    }

    /// The first start later than `after`, or `None` after the last one of the year 2199.
    pub fn next_start(self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.timeline().next(after)
    }

    /// The last start not later than `at`, or `None` before the first one of the year 1970.
    pub fn last_start(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.timeline().latest(at)
    }

    /// How many starts there are later than `after` and not later than `until`.
    pub fn count_starts(self, after: DateTime<Utc>, until: DateTime<Utc>) -> u64 {
        self.timeline()
            .count_between((Bound::Excluded(after), Bound::Included(until)))
    }

    /// All of its starts, in UTC.
    pub fn timeline(self) -> Timeline {
        // There are so few whole hours in a week that each is worked out once.
        static HOURS: [[OnceLock<Timeline>; 24]; 8] =
            [const { [const { OnceLock::new() }; 24] }; 8];
        if !self.minute.is_multiple_of(60) {
            return self.new_timeline();
        }
        let day = self
            .day
            .map_or(7, |day| day.num_days_from_monday() as usize);
        *HOURS[day][usize::from(self.minute / 60)].get_or_init(|| self.new_timeline())
    }

    fn new_timeline(self) -> Timeline {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let text = match self.day {
            Some(day) => format!("cron({minute} {hour} ? * {day} *)"), // chrono prints `Mon` to `Sun`
            None => format!("cron({minute} {hour} * * ? *)"),
        };
        let schedule = text
            .parse()
            .expect("an hour of a day or week is a schedule");
        Timeline::new(schedule, Zone::UTC).expect("a cron schedule needs no anchor")
    }

    fn read(text: &str) -> Option<Self> {
        let (day, time) = match text.len() {
            5 => (None, text),
            9 => {
                let (name, time) = text.split_once(':')?;
                (Some(DAYS.iter().find(|day| day.0 == name)?.1), time)
            }
            _ => return None,
        };
        let (hour, minute) = time.split_once(':')?;
        let two_digits = |text: &str| {
            (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
                .then(|| text.parse::<u16>().ok())
                .flatten()
        };
        let hour = two_digits(hour).filter(|hour| *hour < 24)?;
        let minute = two_digits(minute).filter(|minute| *minute < 60)?;
        Some(Self {
            day,
            minute: hour * 60 + minute,
        })
    }
}

impl FromStr for PreferredWindow {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let window = Self::parse_lenient(text)?;
        window.check_whole_hour().map(|()| window)
    }
}

impl fmt::Display for PreferredWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day}:")?; // chrono prints `Mon` to `Sun`
        }
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

impl Serialize for PreferredWindow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PreferredWindow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse_lenient(&text).map_err(serde::de::Error::custom)
    }
}

/// Which of a server's two preferred windows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum WindowKind {
    /// The one for maintenance.
    Maintenance,
    /// The one for automated backups.
    Backup,
}

impl fmt::Display for WindowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Maintenance => "maintenance",
            Self::Backup => "automated backup",
        })
    }
}

/// A preferred window, and how far its openings have been dealt with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub(crate) struct WindowRecord {
    /// The window.
    pub(crate) window: PreferredWindow,
    /// Openings that start here or earlier are done with: run, skipped, or older than the window.
    pub(crate) settled_until: DateTime<Utc>,
    /// The opening that was met and could not be used yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deferred: Option<DateTime<Utc>>,
}

impl WindowRecord {
    /// A window that counts for starts later than `from`.
    pub(crate) fn new(window: PreferredWindow, from: DateTime<Utc>) -> Self {
        Self {
            window,
            settled_until: from,
            deferred: None,
        }
    }

    /// Puts another window in its place, which counts for starts later than `now`.
    pub(crate) fn replace(&mut self, window: PreferredWindow, now: DateTime<Utc>) {
        *self = Self::new(window, now.max(self.settled_until));
    }

    /// Is done with all starts up to `until`.
    pub(crate) fn settle(&mut self, until: DateTime<Utc>) {
        self.settled_until = self.settled_until.max(until);
        self.deferred = self.deferred.filter(|start| *start > self.settled_until);
    }

    /// The latest start at or before `now` that is not done with.
    pub(crate) fn pending(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.window
            .last_start(now)
            .filter(|start| *start > self.settled_until)
    }

    /// The opening that is open at `now` and not done with, or else the next one.
    pub(crate) fn next_opening(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.pending(now)
            .filter(|start| now < *start + PreferredWindow::LENGTH)
            .or_else(|| self.window.next_start(now.max(self.settled_until)))
    }

    /// Notes that `opening` was met and could not be used yet.
    pub(crate) fn defer(&mut self, opening: DateTime<Utc>) {
        self.deferred = Some(opening);
    }
}
