//! Clocks go forward, and 02:30 does not exist; clocks go back, and 01:30 comes twice. What becomes of a window that opens
//! then is a choice, and each choice has a name.
//!
//! Run it with `cargo run --example clock_change`.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use tagout::schedule::{Cutoff, Duration, Fold, Gap, Plan, Timeline, Zone};

fn main() -> Result<(), Box<dyn Error>> {
    let new_york = Zone::named("America/New_York")?;
    for change in new_york.changes_between(
        "2026-01-01T00:00:00Z".parse()?,
        "2027-01-01T00:00:00Z".parse()?,
    ) {
        println!("New York: {change}");
    }

    println!("\nA gap. Every day at 02:45, on the night to 8 March:");
    for gap in Gap::ALL {
        let timeline = Timeline::builder("cron(45 2 ? * * *)".parse()?)
            .zone(new_york)
            .gap(gap)
            .build()?;
        tell("gap", gap, &timeline, "2026-03-08T05:00:00Z".parse()?);
    }
    println!(
        "  By default it is skipped: there will be one tomorrow. But what is to happen once, as in"
    );
    println!("  at(2026-03-08T02:45:00), must not be lost, and is shifted:");
    let once = Timeline::new("at(2026-03-08T02:45:00)".parse()?, new_york)?;
    tell("at", "", &once, "2026-03-08T05:00:00Z".parse()?);

    println!("\nA fold. Every half hour from 00:00 to 02:30, on the night to 1 November:");
    for fold in Fold::ALL {
        let timeline = Timeline::builder("cron(0 0,30 0-2 ? * * *)".parse()?)
            .zone(new_york)
            .fold(fold)
            .build()?;
        tell("fold", fold, &timeline, "2026-11-01T04:00:00Z".parse()?);
    }
    println!("  Time never goes backwards, whatever the choice.");

    println!(
        "\nElapsed hours. A window of three hours that opens at 23:30 on the last Saturday of October:"
    );
    let timeline = Timeline::new("cron(30 23 ? 10 SATL *)".parse()?, new_york)?;
    let plan = Plan::new(timeline, Duration::try_from(3)?, Cutoff::try_from(1)?)?;
    let opening = plan
        .next_opening("2026-10-01T00:00:00Z".parse()?)
        .ok_or("it opens")?;
    for (what, instant) in [
        ("opens", opening.opens_at),
        ("cuts off", opening.cutoff_at),
        ("closes", opening.closes_at),
    ] {
        println!(
            "  {what:8} {}",
            new_york.to_local(instant).format("%a %H:%M %:z")
        );
    }

    println!("\nA rate counts elapsed time: rate(1 day) from 12:00 on 7 March.");
    let timeline = Timeline::builder("rate(1 day)".parse()?).zone(new_york);
    let timeline = timeline
        .start("2026-03-07T17:00:00Z".parse::<DateTime<Utc>>()?)
        .build()?;
    tell("rate", "", &timeline, "2026-03-07T12:00:00Z".parse()?);

    println!("\nWhy is there no backup on 8 March, and when is there one on 1 November?");
    let backup = Timeline::new("cron(30 2 ? * * *)".parse()?, new_york)?;
    for note in backup.notes_between(
        "2026-03-01T00:00:00Z".parse()?,
        "2026-12-01T00:00:00Z".parse()?,
    ) {
        println!("  {note}");
    }
    let at_half_past_one = Timeline::new("cron(30 1 ? * * *)".parse()?, new_york)?;
    for note in at_half_past_one.notes_between(
        "2026-03-01T00:00:00Z".parse()?,
        "2026-12-01T00:00:00Z".parse()?,
    ) {
        println!("  {note}");
    }
    Ok(())
}

/// Prints the runs of six hours, or of three days for what runs once a day.
fn tell(kind: &str, policy: impl std::fmt::Display, timeline: &Timeline, from: DateTime<Utc>) {
    let hours = if kind == "rate" { 72 } else { 6 };
    let runs = timeline.between(from..from + TimeDelta::hours(hours));
    let runs: Vec<String> = runs
        .map(|run| {
            timeline
                .zone()
                .to_local(run)
                .format("%H:%M %:z")
                .to_string()
        })
        .collect();
    let runs = if runs.is_empty() {
        "does not run".to_owned()
    } else {
        runs.join("  ")
    };
    println!("  {:13} {runs}", format!("{kind} {policy}"));
}
