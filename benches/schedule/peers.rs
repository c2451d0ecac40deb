//! The crates that are measured, behind one trait.

use std::str::FromStr;

use chrono::{DateTime, TimeZone, Utc};

use crate::cases::Case;

/// A crate that finds the next match in any zone of chrono.
pub(crate) trait Peer: Sized {
    const NAME: &'static str;

    /// The case in this crate's spelling, if it has one.
    fn text(case: &Case) -> Option<String>;

    /// Reads `text`, if the crate can say that.
    fn parse(text: &str) -> Option<Self>;

    /// The case, if the crate can say it.
    fn of(case: &Case) -> Option<Self> {
        Self::parse(&Self::text(case)?)
    }

    /// The first match after `start`.
    fn next<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>>;

    /// The last match before `start`, if the crate can search backwards.
    fn previous<Tz: TimeZone>(&self, _start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        None
    }

    /// The matches after `start`.
    fn after<'a, Tz: TimeZone + 'a>(
        &'a self,
        start: &DateTime<Tz>,
    ) -> Box<dyn Iterator<Item = DateTime<Tz>> + 'a>;
}

pub(crate) struct Cron(cron::Schedule);

impl Peer for Cron {
    const NAME: &'static str = "cron";

    fn text(case: &Case) -> Option<String> {
        Some(case.seven.to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        cron::Schedule::from_str(text).ok().map(Self)
    }

    fn next<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.after(start).next()
    }

    fn previous<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.after(start).next_back()
    }

    fn after<'a, Tz: TimeZone + 'a>(
        &'a self,
        start: &DateTime<Tz>,
    ) -> Box<dyn Iterator<Item = DateTime<Tz>> + 'a> {
        Box::new(self.0.after(start))
    }
}

pub(crate) struct Croner(croner::Cron);

impl Peer for Croner {
    const NAME: &'static str = "croner";

    fn text(case: &Case) -> Option<String> {
        Some(case.seven.to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        croner::Cron::from_str(text).ok().map(Self)
    }

    fn next<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.find_next_occurrence(start, false).ok()
    }

    fn previous<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.find_previous_occurrence(start, false).ok()
    }

    fn after<'a, Tz: TimeZone + 'a>(
        &'a self,
        start: &DateTime<Tz>,
    ) -> Box<dyn Iterator<Item = DateTime<Tz>> + 'a> {
        Box::new(self.0.iter_after(start.clone()))
    }
}

pub(crate) struct CronLite(cron_lite::Schedule);

impl Peer for CronLite {
    const NAME: &'static str = "cron-lite";

    fn text(case: &Case) -> Option<String> {
        Some(format!("0 {}", case.aws))
    }

    fn parse(text: &str) -> Option<Self> {
        cron_lite::Schedule::new(text).ok().map(Self)
    }

    fn next<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.upcoming(start)
    }

    fn after<'a, Tz: TimeZone + 'a>(
        &'a self,
        start: &DateTime<Tz>,
    ) -> Box<dyn Iterator<Item = DateTime<Tz>> + 'a> {
        Box::new(self.0.iter(start))
    }
}

pub(crate) struct CronParser(cron_parser::Schedule);

impl Peer for CronParser {
    const NAME: &'static str = "cron-parser";

    fn text(case: &Case) -> Option<String> {
        case.five.map(str::to_owned)
    }

    fn parse(text: &str) -> Option<Self> {
        cron_parser::Schedule::parse(text).ok().map(Self)
    }

    fn next<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.next_after(start)
    }

    fn previous<Tz: TimeZone>(&self, start: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.0.previous_before(start)
    }

    fn after<'a, Tz: TimeZone + 'a>(
        &'a self,
        start: &DateTime<Tz>,
    ) -> Box<dyn Iterator<Item = DateTime<Tz>> + 'a> {
        Box::new(self.0.after(start))
    }
}

/// The one peer without zones.
pub(crate) struct Saffron(saffron::Cron);

impl Saffron {
    pub(crate) const NAME: &'static str = "saffron";

    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    pub(crate) fn next(&self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.next_after(start)
    }

    pub(crate) fn after(
        &self,
        start: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        self.0.clone().iter_after(start)
    }
}
