//! `tagout next`: when a window opens next.

use std::fmt::Write;
use std::io;
use std::process::ExitCode;

use anstyle::Style;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_schedule::{ClockNote, ExecutionTime, Opening, Zone, upcoming};

use crate::args;
use crate::bulk;
use crate::failure::Failure;
use crate::output::{self, FAINT, STRONG, WARNING, styled};
use crate::table::{Table, local, local_time, utc};
use crate::time::{Ahead, Time};
use crate::window::Window;
use crate::windows_file::{self, FileWindow};

pub(crate) fn run(args: &args::Next, now: impl Fn() -> DateTime<Utc>) -> Result<ExitCode, Failure> {
    let after = |zone| {
        args.after
            .map_or_else(&now, |after: Time| after.instant(zone))
    };
    if args.json_lines {
        let zone = args.window.schedule.zone()?.unwrap_or(Zone::UTC);
        let offset = args.window.schedule.offset;
        let after = args.after.map(|after| after.instant(zone));
        let defaults = bulk::Defaults {
            zone,
            offset,
            after,
            count: args.count,
        };
        bulk::run(io::stdin().lock(), io::stdout().lock(), defaults, now)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &args.windows {
        let after = after(Zone::UTC);
        let (windows, faults) = windows_file::read(path, after)?;
        next_of_file(args, &windows, after)?;
        return if faults.is_empty() {
            Ok(ExitCode::SUCCESS)
        } else {
            Err(Failure::Windows(faults))
        };
    }
    let expression = args.expression.as_deref().unwrap_or_default();
    let schedule = args.window.schedule.schedule(expression)?;
    let zone = args.window.schedule.zone()?.unwrap_or(Zone::UTC);
    let after = after(zone);
    let window = Window::new(schedule, zone, &args.window, after)?;
    next_of_one(args, &window, after)?;
    Ok(ExitCode::SUCCESS)
}

/// What is printed of one window as JSON.
#[derive(Serialize)]
struct NextOfOne {
    schedule: String,
    zone: Zone,
    explanation: String,
    openings: Vec<NextOpening>,
    notes: Vec<String>,
}

/// An opening as JSON: instants in UTC, and the first of them on the clocks of the window's zone.
#[derive(Serialize)]
struct NextOpening {
    #[serde(skip_serializing_if = "Option::is_none")]
    window_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    opens_at: DateTime<Utc>,
    local: ExecutionTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    cutoff_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<DateTime<Utc>>,
}

fn next_of_one(args: &args::Next, window: &Window, after: DateTime<Utc>) -> Result<(), Failure> {
    let zone = window.timeline.zone();
    let count = args.count as usize;
    let runs = window.timeline.after(after).take(count);
    let duration = window
        .plan
        .map(|plan| (plan.duration().elapsed(), plan.cutoff().elapsed()));
    let openings: Vec<(DateTime<Utc>, Option<Opening>)> = runs
        .map(|opens_at| {
            let opening = duration.map(|(duration, cutoff)| {
                let closes_at = opens_at + duration;
                Opening {
                    opens_at,
                    cutoff_at: closes_at - cutoff,
                    closes_at,
                }
            });
            (opens_at, opening)
        })
        .collect();
    let is_all = openings.len() < count;
    let until = if is_all {
        DateTime::<Utc>::MAX_UTC
    } else {
        openings.last().map_or(after, |last| last.0)
    };
    let notes = window.timeline.notes_between(after, until);
    if args.json {
        let openings = openings.iter().map(|&(opens_at, opening)| NextOpening {
            window_id: None,
            name: None,
            opens_at,
            local: zone.to_local(opens_at).into(),
            cutoff_at: opening.map(|opening| opening.cutoff_at),
            closes_at: opening.map(|opening| opening.closes_at),
        });
        return output::print_json(&NextOfOne {
            schedule: window.timeline.schedule().to_string(),
            zone,
            explanation: window.explanation(),
            openings: openings.collect(),
            notes: notes
                .take(NOTES_JSON_MAX)
                .map(|note| note.to_string())
                .collect(),
        });
    }
    let mut text = format!(
        "{}  {}\n",
        styled(STRONG, window.timeline.schedule()),
        window.explanation()
    );
    if !openings.is_empty() {
        let times: &[_] = if duration.is_some() {
            &[
                OPENS,
                UTC,
                ("CUTOFF", Style::new()),
                ("CLOSES", Style::new()),
                AHEAD,
            ]
        } else {
            &[OPENS, UTC, AHEAD]
        };
        let mut table = Table::new(times);
        for (opens_at, opening) in openings {
            let mut row = vec![local(opens_at, zone), utc(opens_at)];
            if let Some(opening) = opening {
                row.extend(
                    [opening.cutoff_at, opening.closes_at].map(|at| local_time(at, zone, opens_at)),
                );
            }
            row.push(Ahead(opens_at - after).to_string());
            table.push(&row);
        }
        text = format!("{text}\n{}", table.render());
    }
    let is_first = |place: usize| if place == 0 { "\n" } else { "" };
    for (place, line) in note_lines(notes)
        .chain(is_all.then(|| NO_MORE.to_owned()))
        .enumerate()
    {
        let _ = writeln!(text, "{}{}", is_first(place), styled(WARNING, line));
    }
    output::print(&text)
}

fn next_of_file(
    args: &args::Next,
    windows: &[FileWindow],
    after: DateTime<Utc>,
) -> Result<(), Failure> {
    let plans = windows.iter().map(|window| &window.plan);
    let coming: Vec<_> = upcoming(plans, after).take(args.count as usize).collect();
    if args.json {
        let openings = coming.iter().map(|coming| {
            let (window, opening) = (&windows[coming.window], coming.opening);
            NextOpening {
                window_id: Some(window.id.clone()),
                name: window.name.clone(),
                opens_at: opening.opens_at,
                local: window
                    .plan
                    .timeline()
                    .zone()
                    .to_local(opening.opens_at)
                    .into(),
                cutoff_at: Some(opening.cutoff_at),
                closes_at: Some(opening.closes_at),
            }
        });
        return output::print_json(&openings.collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        OPENS,
        UTC,
        ("CUTOFF", Style::new()),
        ("CLOSES", Style::new()),
        AHEAD,
        ("WINDOW", Style::new()),
        ("", FAINT),
    ]);
    let is_all = coming.len() < args.count as usize;
    for coming in coming {
        let (window, opening) = (&windows[coming.window], coming.opening);
        let (zone, opens_at) = (window.plan.timeline().zone(), opening.opens_at);
        table.push(&[
            local(opens_at, zone),
            utc(opens_at),
            local_time(opening.cutoff_at, zone, opens_at),
            local_time(opening.closes_at, zone, opens_at),
            Ahead(opens_at - after).to_string(),
            window.name.clone().unwrap_or_default(),
            window.id.clone(),
        ]);
    }
    let mut text = if table.is_empty() {
        String::new()
    } else {
        table.render()
    };
    if is_all {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", styled(WARNING, NO_MORE));
    }
    output::print(&text)
}

/// What is to say of clock changes, but no more than some lines.
fn note_lines(notes: impl Iterator<Item = ClockNote>) -> impl Iterator<Item = String> {
    let mut notes = notes.peekable();
    let mut n_shown = 0;
    std::iter::from_fn(move || {
        notes.peek()?;
        n_shown += 1;
        if n_shown > NOTES_MAX {
            let n_more = notes.by_ref().take(NOTES_JSON_MAX).count();
            return Some(format!("and {n_more} more such times"));
        }
        notes.next().map(|note| note.to_string())
    })
}

const OPENS: (&str, Style) = ("OPENS", STRONG);
const UTC: (&str, Style) = ("UTC", Style::new());
const AHEAD: (&str, Style) = ("", FAINT);
const NO_MORE: &str = "It does not open again.";

/// How many clock changes are told of, to people and to programs.
const NOTES_MAX: usize = 5;
const NOTES_JSON_MAX: usize = 10_000;
