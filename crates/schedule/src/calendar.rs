//! Openings as a calendar file, for the people who look at one.

mod content_line;
mod time_zone;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use crate::{ExecutionTime, Opening, Wall, Zone};
use content_line::{Escaped, write_line};

/// The openings of windows as an iCalendar file (RFC 5545): `to_string` gives its text, with an event for each opening.
///
/// An event stands on the clock of the window's zone, whose clock changes are written down in the file for as long as
/// the events last, so that a program with older zone data shows the right time too. The file names the first of two
/// instants by a reading of the clock that comes twice, so an opening that begins or ends in the second one is written
/// in UTC, as are those of a zone without a name. Fractions of a second are left out, as the format has none.
///
/// ```
/// use tagout_schedule::{Calendar, CalendarWindow, Cutoff, Duration, Plan, Timeline, Zone};
///
/// let los_angeles = Zone::named("America/Los_Angeles")?;
/// let third_tuesday = Timeline::new("cron(30 23 ? * TUE#3 *)".parse()?, los_angeles)?;
/// let plan = Plan::new(third_tuesday, Duration::try_from(4)?, Cutoff::try_from(1)?)?;
///
/// let now = "2026-11-21T12:00:00Z".parse()?;
/// let patches = CalendarWindow {
///     id: "mw-0c50858d01EXAMPLE",
///     name: "Patch the web servers",
///     description: "Ask ops before you start anything.",
///     zone: los_angeles,
/// };
/// let mut calendar = Calendar::new(now);
/// for opening in plan.openings_after(now).take(12) {
///     calendar.push(patches, opening);
/// }
/// let text = calendar.to_string();
/// assert!(text.contains("DTSTART;TZID=America/Los_Angeles:20261215T233000\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Calendar {
    stamp: DateTime<Utc>,
    is_in_utc: bool,
    has_alarms: bool,
    events: Vec<Event>,
    /// For each zone in use, its name and the instants between which its clock must be known.
    zones: BTreeMap<&'static str, (Zone, RangeInclusive<DateTime<Utc>>)>,
}

/// What a calendar tells of a window, beside the times of its openings.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CalendarWindow<'a> {
    /// What tells this window from all others, for ever. A calendar program that reads the file anew finds an event
    /// that it knows by this id and the instant at which the window opens.
    pub id: &'a str,
    /// The title of the events.
    pub name: &'a str,
    /// Put before the cutoff in the text of the events; may be empty, and may have several lines.
    pub description: &'a str,
    /// On whose clocks the events are written.
    pub zone: Zone,
}

/// One event, with its texts ready to be written.
#[derive(Clone, Debug)]
struct Event {
    uid: String,
    summary: Box<str>,
    description: String,
    opening: Opening,
    zone: Zone,
}

impl Calendar {
    /// A calendar without events, made at the instant `stamp`.
    pub fn new(stamp: DateTime<Utc>) -> Self {
        Self {
            stamp,
            is_in_utc: false,
            has_alarms: false,
            events: Vec::new(),
            zones: BTreeMap::new(),
        }
    }

    /// The same with every event in UTC, and without zones. For programs that read no zones from a file.
    pub fn in_utc(self) -> Self {
        Self {
            is_in_utc: true,
            zones: BTreeMap::new(),
            ..self
        }
    }

    /// The same with an alarm at the cutoff of each opening that has one before it closes.
    pub fn with_alarms(self) -> Self {
        Self {
            has_alarms: true,
            ..self
        }
    }

    /// Adds an event for one opening of a window.
    pub fn push(&mut self, window: CalendarWindow<'_>, opening: Opening) {
        let CalendarWindow {
            id,
            name,
            description,
            zone,
        } = window;
        let mut text = description.to_owned();
        if opening.cutoff_at < opening.closes_at {
            let cutoff = ExecutionTime::from(zone.to_local(opening.cutoff_at));
            let separator = if text.is_empty() { "" } else { "\n" };
            text = format!("{text}{separator}Nothing new starts from {cutoff} on.");
        }
        if let Some(name) = zone
            .name()
            .filter(|_| !self.is_in_utc && Event::is_local(opening, zone))
        {
            let (_, range) = self
                .zones
                .entry(name)
                .or_insert((zone, opening.opens_at..=opening.closes_at));
            *range = opening.opens_at.min(*range.start())..=opening.closes_at.max(*range.end());
        }
        let uid = format!("{id}-{}@tagout", utc(opening.opens_at));
        self.events.push(Event {
            uid,
            summary: name.into(),
            description: text,
            opening,
            zone,
        });
    }
}

impl Event {
    /// Whether readings of the clock tell the right instants.
    fn is_local(opening: Opening, zone: Zone) -> bool {
        let is_told = |instant| match zone.resolve(zone.to_local(instant).naive_local()) {
            Wall::Once(_) => true,
            Wall::Twice { first, .. } => instant == first,
            Wall::Skipped { .. } => false,
        };
        zone != Zone::UTC
            && zone.name().is_some()
            && is_told(opening.opens_at)
            && is_told(opening.closes_at)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, calendar: &Calendar) -> fmt::Result {
        let Opening {
            opens_at,
            cutoff_at,
            closes_at,
        } = self.opening;
        write_line(f, format_args!("BEGIN:VEVENT"))?;
        write_line(f, format_args!("UID:{}", Escaped(&self.uid)))?;
        write_line(f, format_args!("DTSTAMP:{}", utc(calendar.stamp)))?;
        for (property, instant) in [("DTSTART", opens_at), ("DTEND", closes_at)] {
            match self
                .zone
                .name()
                .filter(|_| !calendar.is_in_utc && Self::is_local(self.opening, self.zone))
            {
                Some(zone) => {
                    let local = self.zone.to_local(instant).naive_local();
                    write_line(
                        f,
                        format_args!("{property};TZID={zone}:{}", local.format(LOCAL_FORMAT)),
                    )?;
                }
                None => write_line(f, format_args!("{property}:{}", utc(instant)))?,
            }
        }
        write_line(f, format_args!("SUMMARY:{}", Escaped(&self.summary)))?;
        if !self.description.is_empty() {
            write_line(
                f,
                format_args!("DESCRIPTION:{}", Escaped(&self.description)),
            )?;
        }
        if calendar.has_alarms && cutoff_at < closes_at {
            let minutes_left = (closes_at - cutoff_at).num_minutes();
            write_line(f, format_args!("BEGIN:VALARM"))?;
            write_line(f, format_args!("ACTION:DISPLAY"))?;
            write_line(f, format_args!("TRIGGER;RELATED=END:-PT{minutes_left}M"))?;
            write_line(
                f,
                format_args!("DESCRIPTION:{}: nothing new starts", Escaped(&self.summary)),
            )?;
            write_line(f, format_args!("END:VALARM"))?;
        }
        write_line(f, format_args!("END:VEVENT"))
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, format_args!("BEGIN:VCALENDAR"))?;
        write_line(f, format_args!("VERSION:2.0"))?;
        write_line(f, format_args!("PRODID:-//tagout//tagout-schedule//EN"))?;
        for (name, (zone, range)) in &self.zones {
            time_zone::write(f, name, *zone, range)?;
        }
        for event in &self.events {
            event.write(f, self)?;
        }
        write_line(f, format_args!("END:VCALENDAR"))
    }
}

/// An instant in UTC, in the form of the format.
fn utc(instant: DateTime<Utc>) -> impl fmt::Display {
    instant.format("%Y%m%dT%H%M%SZ")
}

/// A reading of a clock, in the form of the format.
const LOCAL_FORMAT: &str = "%Y%m%dT%H%M%S";
