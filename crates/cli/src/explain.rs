//! `tagout explain`: what a schedule means.

use std::process::ExitCode;

use serde::Serialize;

use crate::args;
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct Explained {
    schedule: String,
    explanation: String,
    never_fires: bool,
}

pub(crate) fn run(args: &args::Explain) -> Result<ExitCode, Failure> {
    let schedule = args.window.schedule(&args.expression)?;
    let zone = args.window.zone()?;
    args.window.check(schedule)?;
    let explanation = args.window.explain(schedule, zone);
    if args.json {
        let never_fires = schedule.never_fires();
        output::print_json(&Explained {
            schedule: schedule.to_string(),
            explanation,
            never_fires,
        })?;
    } else {
        output::print(&format!("{explanation}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
