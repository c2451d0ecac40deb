//! `tagout check`: whether a text is a schedule.

use std::process::ExitCode;

use crate::args;
use crate::failure::Failure;
use crate::output::{self, FAINT, STRONG, WARNING, styled};

pub(crate) fn run(args: &args::Check) -> Result<ExitCode, Failure> {
    let schedule = args.window.schedule(&args.expression)?;
    let zone = args.window.zone()?;
    args.window.check(schedule)?;
    let explanation = args.window.explain(schedule, zone);
    let mut text = format!(
        "{}  {}\n",
        styled(STRONG, schedule),
        styled(FAINT, explanation)
    );
    if schedule.never_fires() {
        text = format!("{text}{}\n", styled(WARNING, "It never fires."));
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
