//! `tagout open`: what a window is at an instant.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_schedule::{Phase, Zone};

use crate::args;
use crate::failure::Failure;
use crate::output::{self, ERROR, STRONG, WARNING, styled};
use crate::table::local;
use crate::time::{Ahead, Time};
use crate::window::Window;

/// The phase as JSON.
#[derive(Serialize)]
struct Told {
    phase: &'static str,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cutoff_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes_at: Option<DateTime<Utc>>,
}

pub(crate) fn run(args: &args::Open, now: impl Fn() -> DateTime<Utc>) -> Result<ExitCode, Failure> {
    let schedule = args.window.schedule.schedule(&args.expression)?;
    let zone = args.window.schedule.zone()?.unwrap_or(Zone::UTC);
    let at = args.at.map_or_else(now, |at: Time| at.instant(zone));
    let window = Window::new(schedule, zone, &args.window, at)?;
    let plan = window.plan.expect("clap asks for a duration");
    let phase = plan.phase_at(at);
    let (name, code) = match phase {
        Phase::Open { .. } => ("open", 0),
        Phase::Closed { .. } => ("closed", 1),
        Phase::PastCutoff { .. } => ("past cutoff", 3),
    };
    if args.json {
        let opening = phase.opening();
        output::print_json(&Told {
            phase: name,
            at,
            opens_at: opening.map_or_else(|| phase.changes_at(), |opening| Some(opening.opens_at)),
            cutoff_at: opening.map(|opening| opening.cutoff_at),
            closes_at: opening.map(|opening| opening.closes_at),
            changes_at: phase.changes_at(),
        })?;
    } else {
        let time =
            |instant: DateTime<Utc>| format!("{} ({})", local(instant, zone), Ahead(instant - at));
        let text = match phase {
            Phase::Open { opening, until } => format!(
                "{}: work may start until {}, closes {}\n",
                styled(STRONG, name),
                time(until),
                time(opening.closes_at)
            ),
            Phase::PastCutoff { opening, until } if until < opening.closes_at => {
                format!("{}: opens again {}\n", styled(WARNING, name), time(until))
            }
            Phase::PastCutoff { opening, .. } => {
                format!(
                    "{}: nothing new starts, closes {}\n",
                    styled(WARNING, name),
                    time(opening.closes_at)
                )
            }
            Phase::Closed {
                opens_at: Some(opens_at),
            } => format!("{}: opens {}\n", styled(ERROR, name), time(opens_at)),
            Phase::Closed { opens_at: None } => {
                format!("{}: does not open again\n", styled(ERROR, name))
            }
        };
        output::print(&text)?;
    }
    Ok(ExitCode::from(code))
}
