//! What a schedule costs, beside the crates that people use for it today, in one run.
//!
//! `cargo bench -p tagout-benches --bench schedule` prints tables of nanoseconds and ratios in Markdown. Whatever stands in
//! one row was measured by turns, and every answer is compared with ours each time.

mod cases;
mod fleet;
mod measure;
mod peers;
mod table;

use std::hint::black_box;

use cases::{CASES, Case, NEVER, starts};
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::{America::New_York, Tz};
use measure::Contestant;
use peers::{Cron, CronLite, CronParser, Croner, Peer, Saffron};
use table::Table;
use tagout_schedule::{Schedule, Timeline, Zone};

/// Our own crate, from instant to instant.
const OURS: &str = "tagout";
/// Our own crate, from a local time of chrono-tz to a local time, as the peers.
const OURS_LOCAL: &str = "tagout, local";
/// Our own crate, forwards.
const OURS_NEXT: &str = "tagout, next";
const PEERS: [&str; 5] = ["saffron", "cron", "croner", "cron-lite", "cron-parser"];
/// How many runs an iteration takes.
const N_RUNS: usize = 2000;

fn timeline(case: &Case, zone: Zone) -> Timeline {
    let cron = tagout_schedule::Cron::parse_fields(case.aws).expect("the cases are valid");
    Timeline::new(Schedule::Cron(cron), zone).expect("it is no rate")
}

/// What is compared of an answer.
fn second(instant: Option<DateTime<impl TimeZone>>) -> i64 {
    instant.map_or(-1, |instant| instant.timestamp())
}

/// Asks one question of each start.
fn ask<'a, S, T: TimeZone>(
    name: &'static str,
    starts: &'a [S],
    answer: impl Fn(&S) -> Option<DateTime<T>> + 'a,
) -> Contestant<'a> {
    Contestant::new(name, move || {
        starts
            .iter()
            .map(|start| second(black_box(answer(black_box(start)))))
            .fold(0, i64::wrapping_add)
    })
}

/// One question for a peer that can say the case.
fn peer<'a, P: Peer + 'a, Tz: TimeZone>(
    case: &Case,
    starts: &'a [DateTime<Tz>],
    answer: impl Fn(&P, &DateTime<Tz>) -> Option<DateTime<Tz>> + 'a,
) -> Option<Contestant<'a>> {
    let peer = P::of(case)?;
    Some(ask(P::NAME, starts, move |start| answer(&peer, start)))
}

/// The next run for all peers that know zones.
fn next_of_peers<'a, Tz: TimeZone>(
    case: &Case,
    starts: &'a [DateTime<Tz>],
) -> impl Iterator<Item = Contestant<'a>> {
    let contestants = [
        peer(case, starts, Cron::next),
        peer(case, starts, Croner::next),
        peer(case, starts, CronLite::next),
        peer(case, starts, CronParser::next),
    ];
    contestants.into_iter().flatten()
}

/// The run before for all peers that look back.
fn previous_of_peers<'a, Tz: TimeZone>(
    case: &Case,
    starts: &'a [DateTime<Tz>],
) -> impl Iterator<Item = Contestant<'a>> {
    let contestants = [
        peer(case, starts, Cron::previous),
        peer(case, starts, Croner::previous),
        peer(case, starts, CronParser::previous),
    ];
    contestants.into_iter().flatten()
}

fn saffron<'a>(case: &Case, starts: &'a [DateTime<Utc>]) -> Option<Contestant<'a>> {
    let saffron = Saffron::parse(case.five?)?;
    Some(ask(Saffron::NAME, starts, move |start| {
        saffron.next(*start)
    }))
}

fn next_in_utc(starts: &[DateTime<Utc>]) {
    let mut table = Table::new(
        "Next run, UTC",
        &[
            OURS,
            "saffron",
            "cron",
            "croner",
            "cron-lite",
            "cron-parser",
        ],
    );
    for case in CASES.iter().chain([&NEVER]) {
        let timeline = timeline(case, Zone::UTC);
        let mut contestants = vec![ask(OURS, starts, |start| timeline.next(*start))];
        contestants.extend(saffron(case, starts));
        contestants.extend(next_of_peers(case, starts));
        table.measure(case.name, starts.len(), contestants);
    }
    table.print(OURS, &PEERS);
}

fn next_in_new_york(starts: &[DateTime<Utc>], local_starts: &[DateTime<Tz>]) {
    let columns = [
        OURS,
        OURS_LOCAL,
        "cron",
        "croner",
        "cron-lite",
        "cron-parser",
    ];
    let mut table = Table::new("Next run, America/New_York", &columns);
    for case in &CASES {
        let timeline = timeline(case, Zone::from(New_York));
        let mut contestants = vec![
            ask(OURS, starts, |start| timeline.next(*start)),
            ask(OURS_LOCAL, local_starts, |start| {
                timeline
                    .next(start.to_utc())
                    .map(|next| timeline.zone().to_local(next))
            }),
        ];
        contestants.extend(next_of_peers(case, local_starts));
        table.measure(case.name, starts.len(), contestants);
    }
    table.print(OURS_LOCAL, &PEERS);
}

fn previous_in_new_york(starts: &[DateTime<Utc>], local_starts: &[DateTime<Tz>]) {
    let columns = [OURS, OURS_NEXT, "cron", "croner", "cron-parser"];
    let mut table = Table::new("Previous run, America/New_York", &columns);
    for case in &CASES[..6] {
        let timeline = timeline(case, Zone::from(New_York));
        let mut previous = ask(OURS, starts, |start| timeline.previous(*start));
        let mut next = ask(OURS_NEXT, starts, |start| timeline.next(*start));
        let difference = (previous.answer)() - (next.answer)();
        let mut contestants = vec![
            previous,
            Contestant::new(OURS_NEXT, move || (next.answer)() + difference),
        ];
        contestants.extend(previous_of_peers(case, local_starts));
        table.measure(case.name, starts.len(), contestants);
    }
    table.print(OURS, &[OURS_NEXT]);
}

/// All runs for a while, from one start.
fn take<'a, T: TimeZone, I: Iterator<Item = DateTime<T>>>(
    name: &'static str,
    runs: impl Fn() -> I + 'a,
) -> Contestant<'a> {
    Contestant::new(name, move || {
        runs()
            .take(N_RUNS)
            .map(|run| run.timestamp())
            .fold(0, i64::wrapping_add)
    })
}

fn iterate(start: DateTime<Utc>) {
    let columns = [
        OURS,
        OURS_LOCAL,
        "saffron",
        "cron",
        "croner",
        "cron-lite",
        "cron-parser",
    ];
    let mut table = Table::new("2000 runs in a row, each", &columns);
    let local_start = start.with_timezone(&New_York);
    for case in &CASES[..3] {
        let (utc, new_york) = (
            timeline(case, Zone::UTC),
            timeline(case, Zone::from(New_York)),
        );
        let (cron, croner) = (Cron::of(case), Croner::of(case));
        let (cron_lite, cron_parser) = (CronLite::of(case), CronParser::of(case));
        let saffron = case.five.and_then(Saffron::parse);
        let mut contestants = vec![take(OURS, || utc.after(start))];
        contestants
            .extend(saffron.map(|saffron| take(Saffron::NAME, move || saffron.after(start))));
        table.measure(&format!("{}, UTC", case.name), N_RUNS, contestants);

        let mut contestants = vec![
            take(OURS, || new_york.after(start)),
            take(OURS_LOCAL, || {
                new_york
                    .after(start)
                    .map(|run| new_york.zone().to_local(run))
            }),
        ];
        contestants.extend(
            cron.as_ref()
                .map(|peer| take(Cron::NAME, || peer.after(&local_start))),
        );
        contestants.extend(
            croner
                .as_ref()
                .map(|peer| take(Croner::NAME, || peer.after(&local_start))),
        );
        contestants.extend(
            cron_lite
                .as_ref()
                .map(|peer| take(CronLite::NAME, || peer.after(&local_start))),
        );
        contestants.extend(
            cron_parser
                .as_ref()
                .map(|peer| take(CronParser::NAME, || peer.after(&local_start))),
        );
        table.measure(&format!("{}, New York", case.name), N_RUNS, contestants);
    }
    table.print(OURS, &PEERS);
}

/// Reading one expression, as `N_RUNS` questions with one answer: whether it was read.
fn read<'a, P>(
    name: &'static str,
    text: String,
    parse: impl Fn(&str) -> Option<P> + 'a,
) -> Option<Contestant<'a>> {
    parse(&text)?;
    Some(Contestant::new(name, move || {
        (0..N_RUNS)
            .filter(|_| parse(black_box(&text)).is_some())
            .count() as i64
    }))
}

fn parse() {
    let columns = [
        OURS,
        "saffron",
        "cron",
        "croner",
        "cron-lite",
        "cron-parser",
    ];
    let mut table = Table::new("Reading an expression", &columns);
    for case in &CASES {
        let ours = |text: &str| text.parse::<Schedule>().ok();
        let mut contestants = Vec::new();
        contestants.extend(read(OURS, format!("cron({})", case.aws), ours));
        contestants.extend(
            case.five
                .and_then(|text| read(Saffron::NAME, text.to_owned(), Saffron::parse)),
        );
        contestants.extend(Cron::text(case).and_then(|text| read(Cron::NAME, text, Cron::parse)));
        contestants
            .extend(Croner::text(case).and_then(|text| read(Croner::NAME, text, Croner::parse)));
        contestants.extend(
            CronLite::text(case).and_then(|text| read(CronLite::NAME, text, CronLite::parse)),
        );
        contestants.extend(
            CronParser::text(case).and_then(|text| read(CronParser::NAME, text, CronParser::parse)),
        );
        table.measure(case.name, N_RUNS, contestants);
    }
    table.print(OURS, &PEERS);
}

/// What one conversion with chrono-tz takes: whoever starts from a local time and ends with one pays both.
fn floor(starts: &[DateTime<Utc>], local_starts: &[DateTime<Tz>]) {
    let mut table = Table::new(
        "The floor: one conversion with chrono-tz",
        &["UTC to local", "local to UTC"],
    );
    let readings: Vec<_> = local_starts.iter().map(DateTime::naive_local).collect();
    let contestants = vec![
        ask("UTC to local", starts, |start| {
            Some(start.with_timezone(&New_York))
        }),
        ask("local to UTC", &readings, |reading| {
            New_York.from_local_datetime(reading).single()
        }),
    ];
    table.measure("America/New_York", starts.len(), contestants);
    table.print("UTC to local", &["local to UTC"]);
}

fn main() {
    let starts = starts();
    let local_starts: Vec<DateTime<Tz>> = starts
        .iter()
        .map(|start| start.with_timezone(&New_York))
        .collect();
    next_in_utc(&starts);
    next_in_new_york(&starts, &local_starts);
    previous_in_new_york(&starts, &local_starts);
    iterate(starts[0]);
    parse();
    floor(&starts, &local_starts);
    fleet::next_of_a_million_plans();
}
