//! `tagout calendar`: the coming openings as a calendar file, or as a picture.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use tagout_schedule::{Calendar, CalendarWindow, Chart, ChartWindow, Zone, upcoming};

use crate::args;
use crate::failure::Failure;
use crate::output;
use crate::time::Time;
use crate::window::Window;
use crate::windows_file::{self, FileWindow};

pub(crate) fn run(
    args: &args::Calendar,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<ExitCode, Failure> {
    let now = now();
    let time = |time: Option<Time>, zone| time.map_or(now, |time| time.instant(zone));
    let (windows, faults, after) = match (&args.windows, &args.expression) {
        (Some(path), _) => {
            let after = time(args.after, Zone::UTC);
            let (windows, faults) = windows_file::read(path, after)?;
            (windows, faults, after)
        }
        (None, expression) => {
            let schedule = args
                .window
                .schedule
                .schedule(expression.as_deref().unwrap_or_default())?;
            let zone = args.window.schedule.zone()?.unwrap_or(Zone::UTC);
            let after = time(args.after, zone);
            let window = Window::new(schedule, zone, &args.window, after)?;
            let window = FileWindow {
                id: args
                    .id
                    .clone()
                    .unwrap_or_else(|| format!("{schedule} {zone}")),
                name: Some(args.name.clone()),
                description: window.explanation(),
                plan: window.plan.expect("clap asks for a duration"),
            };
            (vec![window], Vec::new(), after)
        }
    };
    let stamp = time(args.stamp, Zone::UTC);
    let text = if args.svg || args.html {
        picture(args, &windows, after, stamp)
    } else {
        calendar(args, &windows, after, stamp)
    };
    output::write(text.as_bytes())?;
    if faults.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Failure::Windows(faults))
    }
}

/// The openings as a calendar file.
fn calendar(
    args: &args::Calendar,
    windows: &[FileWindow],
    after: DateTime<Utc>,
    stamp: DateTime<Utc>,
) -> String {
    let mut calendar = Calendar::new(stamp);
    if args.utc {
        calendar = calendar.in_utc();
    }
    if args.alarms {
        calendar = calendar.with_alarms();
    }
    for coming in
        upcoming(windows.iter().map(|window| &window.plan), after).take(args.count as usize)
    {
        let window = &windows[coming.window];
        let zone = window.plan.timeline().zone();
        let window = CalendarWindow {
            id: &window.id,
            name: window.name.as_deref().unwrap_or(&window.id),
            description: &window.description,
            zone,
        };
        calendar.push(window, coming.opening);
    }
    calendar.to_string()
}

/// The weeks from the day of `after` on as a picture, or as a page. The days are those of a window that is alone.
fn picture(
    args: &args::Calendar,
    windows: &[FileWindow],
    after: DateTime<Utc>,
    stamp: DateTime<Utc>,
) -> String {
    let zone = match windows {
        [window] => window.plan.timeline().zone(),
        _ => Zone::UTC,
    };
    let mut chart = Chart::new(after, args.weeks.unwrap_or(4), zone)
        .with_now(stamp)
        .with_width(args.width.unwrap_or(Chart::WIDE));
    for window in windows {
        chart.push(ChartWindow {
            name: window.name.as_deref().unwrap_or(&window.id),
            plan: &window.plan,
        });
    }
    if args.html {
        chart.to_html()
    } else {
        chart.to_svg()
    }
}
