//! The coming weeks of windows as a picture, for the people who look at one.

mod days;
mod findings;
mod html;
mod layout;
mod px;
mod svg;
mod text;
mod words;

use std::iter;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Opening, Plan, Zone};
use days::Day;
use findings::Findings;
use layout::Layout;

/// Some weeks of a set of windows as a timeline: [`to_svg`](Chart::to_svg) draws it, and [`to_html`](Chart::to_html)
/// makes a page of the picture and the same as a table.
///
/// A week is a line of seven days, and in it each window has a row with its name, its zone, and a bar for each opening.
/// A bar is thick until the cutoff, and thin from there until the window closes. Beside it stands the time at which it
/// opens, on the clock of the window's own zone. Marked are the changes of that clock, the runs that they leave out, and
/// the time that openings have in common, of different windows as well as of the same one. The days are those of the
/// chart's zone.
///
/// # Bounds
///
/// At most [`WINDOWS_MAX`](Self::WINDOWS_MAX) windows, [`OPENINGS_MAX`](Self::OPENINGS_MAX) openings of each and
/// [`OVERLAPS_MAX`](Self::OVERLAPS_MAX) overlaps are drawn, and [`TABLE_OPENINGS_MAX`](Self::TABLE_OPENINGS_MAX) openings
/// written down, the first of each; where there are more, the picture or the page says so. Names are cut to
/// [`NAME_CHARS_MAX`](Self::NAME_CHARS_MAX) characters.
///
/// # Example
///
/// ```
/// use tagout_schedule::{Chart, ChartWindow, Cutoff, Duration, Plan, Timeline, Zone};
///
/// let berlin = Zone::named("Europe/Berlin")?;
/// let saturdays = Timeline::new("cron(0 22 ? * SAT *)".parse()?, berlin)?;
/// let plan = Plan::new(saturdays, Duration::try_from(3)?, Cutoff::try_from(1)?)?;
///
/// let now = "2026-11-21T12:00:00Z".parse()?;
/// let mut chart = Chart::new(now, 4, berlin).with_now(now);
/// chart.push(ChartWindow { name: "Patch <web>", plan: &plan });
/// let picture = chart.to_svg();
/// assert!(picture.starts_with("<svg ") && picture.contains("Patch &lt;web&gt;"));
/// assert!(picture.contains("open from Sat 21 November 2026 22:00 (UTC+01:00), nothing new from Sun 00:00"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chart {
    zone: Zone,
    days: Vec<Day>,
    now: Option<DateTime<Utc>>,
    width: u32,
    rows: Vec<Row>,
    n_windows_left_out: usize,
}

/// What a chart tells of a window.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ChartWindow<'a> {
    /// What people call it. It may be any text.
    pub name: &'a str,
    /// When it opens, and in which zone.
    pub plan: &'a Plan,
}

/// A window that is drawn.
#[derive(Clone, Debug)]
struct Row {
    name: Box<str>,
    plan: Plan,
    /// Those that are open at some instant of the chart, earliest first.
    openings: Vec<Opening>,
    /// Whether there are more.
    is_cut: bool,
}

impl Chart {
    /// The most weeks that a chart has.
    pub const WEEKS_MAX: u32 = 53;
    /// The most windows that are drawn.
    pub const WINDOWS_MAX: usize = 50;
    /// The most openings of one window that are drawn; one an hour for four weeks is below it.
    pub const OPENINGS_MAX: usize = 700;
    /// The most times that are marked at which two windows are open together.
    pub const OVERLAPS_MAX: usize = 2_000;
    /// The most openings in the table of a page.
    pub const TABLE_OPENINGS_MAX: usize = 5_000;
    /// The most characters of a name that are kept.
    pub const NAME_CHARS_MAX: usize = 128;
    /// The least width in pixels.
    pub const WIDTH_MIN: u32 = 320;
    /// The greatest width in pixels.
    pub const WIDTH_MAX: u32 = 4_000;
    /// The width in pixels of a picture for a desk, which is the default.
    pub const WIDE: u32 = 1_280;
    /// The width in pixels of a picture for a telephone.
    pub const NARROW: u32 = 390;

    /// A chart without windows, of so many weeks from the day on that holds `from` in `zone`.
    ///
    /// The number of weeks is cut to 1 to [`WEEKS_MAX`](Self::WEEKS_MAX), and an instant before the year 1 or after the
    /// year 9998 is taken for the nearest one in between.
    pub fn new(from: DateTime<Utc>, n_weeks: u32, zone: Zone) -> Self {
        Self {
            zone,
            days: days::from(from, n_weeks.clamp(1, Self::WEEKS_MAX), zone),
            now: None,
            width: Self::WIDE,
            rows: Vec::new(),
            n_windows_left_out: 0,
        }
    }

    /// The same with a line at the present instant, if the chart holds it.
    pub fn with_now(self, now: DateTime<Utc>) -> Self {
        Self {
            now: Some(now),
            ..self
        }
    }

    /// The same, this many pixels wide; below 800, names stand above the bars instead of beside them.
    ///
    /// The width is cut to [`WIDTH_MIN`](Self::WIDTH_MIN) to [`WIDTH_MAX`](Self::WIDTH_MAX).
    ///
    /// It is the width at which letters have their natural size: a picture can be shown at any other.
    pub fn with_width(self, width: u32) -> Self {
        Self {
            width: width.clamp(Self::WIDTH_MIN, Self::WIDTH_MAX),
            ..self
        }
    }

    /// The first instant of the chart.
    pub fn from(&self) -> DateTime<Utc> {
        self.days
            .first()
            .map_or(DateTime::UNIX_EPOCH, |day| day.from)
    }

    /// The end of the chart, exclusive.
    pub fn until(&self) -> DateTime<Utc> {
        self.days
            .last()
            .map_or(DateTime::UNIX_EPOCH, |day| day.until)
    }

    /// Adds a window with the openings of its plan.
    pub fn push(&mut self, window: ChartWindow<'_>) {
        self.push_openings(window, window.plan.openings_after(self.from() - LONGEST));
    }

    /// Adds a window with these openings, earliest first, such as those of a window with exclusions.
    ///
    /// They are taken until one opens after the chart has ended, so they need have no end. Those before the chart are
    /// passed over.
    pub fn push_openings(
        &mut self,
        window: ChartWindow<'_>,
        openings: impl IntoIterator<Item = Opening>,
    ) {
        if self.rows.len() == Self::WINDOWS_MAX {
            self.n_windows_left_out += 1;
            return;
        }
        let (from, until) = (self.from(), self.until());
        let mut openings: Vec<Opening> = openings
            .into_iter()
            .take_while(|opening| opening.opens_at < until)
            .filter(|opening| opening.closes_at > from)
            .take(Self::OPENINGS_MAX + 1)
            .collect();
        let is_cut = openings.len() > Self::OPENINGS_MAX;
        openings.truncate(Self::OPENINGS_MAX);
        self.rows.push(Row {
            name: window.name.chars().take(Self::NAME_CHARS_MAX).collect(),
            plan: *window.plan,
            openings,
            is_cut,
        });
    }

    /// The picture as an SVG element, which is a file by itself and may as well stand in a page.
    ///
    /// It has its own style, for light and for dark surroundings, a title for everything that is drawn, and no script.
    pub fn to_svg(&self) -> String {
        let findings = Findings::of(self);
        svg::render(&Layout::of(self, &findings, self.width))
    }

    /// A page with the picture and the same as a table, with all that it needs in itself, and no script.
    ///
    /// It holds the picture twice, [`WIDE`](Self::WIDE) and [`NARROW`](Self::NARROW), and shows the one that fits.
    pub fn to_html(&self) -> String {
        let findings = Findings::of(self);
        let pictures = [Self::WIDE, Self::NARROW]
            .map(|width| svg::render(&Layout::of(self, &findings, width)));
        html::render(self, &findings, &pictures)
    }

    /// The days, seven by seven.
    fn weeks(&self) -> impl Iterator<Item = &[Day]> {
        self.days.chunks(7)
    }

    /// What has to be said where the bounds were reached.
    fn cuts(&self, findings: &Findings) -> Vec<String> {
        let windows = (self.n_windows_left_out > 0).then(|| {
            format!(
                "Only the first {} windows are drawn; {} more are not.",
                Self::WINDOWS_MAX,
                self.n_windows_left_out
            )
        });
        let mut cut = self.rows.iter().filter(|row| row.is_cut).peekable();
        let openings = cut.peek().is_some().then(|| {
            let names = words::list(cut.map(|row| &*row.name));
            format!(
                "Drawn only to their opening number {}: {names}.",
                Self::OPENINGS_MAX
            )
        });
        let overlaps = findings
            .are_overlaps_cut
            .then(|| format!("Only the first {} overlaps are marked.", Self::OVERLAPS_MAX));
        iter::empty()
            .chain(windows)
            .chain(openings)
            .chain(overlaps)
            .collect()
    }
}

/// The longest time that a window may be open.
const LONGEST: TimeDelta = TimeDelta::hours(24);
