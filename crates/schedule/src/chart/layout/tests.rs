//! Nothing on a picture lies on something else.

use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::chart::ChartWindow;
use crate::{Cutoff, Duration, Plan, Timeline, Zone};

fn plan(schedule: &str, zone: &str, hours: i64) -> Plan {
    let zone: Zone = zone.parse().unwrap();
    let timeline = Timeline::builder(schedule.parse().unwrap())
        .zone(zone)
        .anchor("2026-01-01T00:07:09Z".parse::<DateTime<Utc>>().unwrap())
        .build();
    let cutoff = Cutoff::try_from(hours / 3).unwrap();
    Plan::new(
        timeline.unwrap(),
        Duration::try_from(hours).unwrap(),
        cutoff,
    )
    .unwrap()
}

/// Windows that open next to each other, over midnight, over a clock change, and all the time.
fn any_plan() -> impl Strategy<Value = Plan> {
    const SCHEDULES: &[&str] = &[
        "cron(30 2 ? * * *)",
        "cron(0 0 ? * * *)",
        "cron(45 23 ? * SAT,SUN *)",
        "cron(0 0/4 ? * * *)",
        "cron(0 16 ? * TUE *)",
        "rate(2 hours)",
        "rate(5 days)",
        "rate(7 minutes)",
        "at(2026-03-29T02:30:00)",
    ];
    const ZONES: &[&str] = &[
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "+05:45",
    ];
    let (schedule, zone) = (prop::sample::select(SCHEDULES), prop::sample::select(ZONES));
    (schedule, zone, 1_i64..=24).prop_map(|(schedule, zone, hours)| plan(schedule, zone, hours))
}

fn are_apart(one: &Range<Px>, other: &Range<Px>) -> bool {
    one.end <= other.start || other.end <= one.start
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn writes_on_nothing_and_stays_within_the_picture(
        plans in prop::collection::vec((any_plan(), "\\PC{0,40}"), 0..5),
        day in 0_i64..60,
        now in 0_i64..(28 * 24),
        axis in prop::sample::select(&["UTC", "Europe/Berlin", "America/New_York"][..]),
        pixels in prop::sample::select(&[320, 390, 799, 800, 1_280, 4_000][..]),
    ) {
        let from = "2026-02-10T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day);
        let mut chart = Chart::new(from, 2, axis.parse().unwrap()).with_now(from + TimeDelta::hours(now));
        for (plan, name) in &plans {
            chart.push(ChartWindow { name, plan });
        }
        let layout = Layout::of(&chart, &Findings::of(&chart), pixels);
        let texts = layout.bands.iter().flat_map(|band| band.texts.iter().chain(band.rows.iter().flat_map(|row| &row.texts)));
        for text in texts.chain(&layout.texts).chain(layout.keys.iter().map(|key| &key.text)) {
            let wide = width(&text.words, text.size);
            let range = if text.is_at_end { text.x - wide..text.x } else { text.x..text.x + wide };
            prop_assert!(Px::ZERO <= range.start && range.end <= layout.width, "{text:?}");
            prop_assert!(Px::ZERO < text.y && text.y < layout.height, "{text:?}");
        }
        let mut bottom = Px::ZERO;
        for band in &layout.bands {
            prop_assert!(bottom <= band.top);
            bottom = band.bottom;
            for row in &band.rows {
                prop_assert!(band.top < row.bottom && row.bottom <= band.bottom);
                let mut taken: Vec<Range<Px>> = Vec::new();
                let bars = row.bars.iter().map(|bar| bar.from..bar.until);
                let left_out = row.left_out.iter().map(|bar| bar.from..bar.until);
                let texts = row.texts.iter().filter(|text| matches!(text.kind, TextKind::Time | TextKind::Change | TextKind::LeftOut));
                let texts = texts.map(|text| text.x..text.x + width(&text.words, text.size));
                let marks: Vec<_> = bars.chain(left_out).collect();
                for text in texts {
                    prop_assert!(marks.iter().chain(&taken).all(|other| are_apart(&text, other)), "{row:?}");
                    taken.push(text);
                }
            }
        }
    }
}

#[test]
fn writes_beside_a_bar_when_it_opens_wherever_there_is_room() {
    let mut chart = Chart::new("2026-03-02T00:00:00Z".parse().unwrap(), 4, Zone::UTC);
    let nightly = plan("cron(30 2 ? * * *)", "America/New_York", 3);
    chart.push(ChartWindow {
        name: "nightly",
        plan: &nightly,
    });
    let layout = Layout::of(&chart, &Findings::of(&chart), Chart::WIDE);
    let rows = layout.bands.iter().flat_map(|band| &band.rows);
    let texts: Vec<(TextKind, &str)> = rows
        .flat_map(|row| &row.texts)
        .filter(|text| !matches!(text.kind, TextKind::Name | TextKind::Zone))
        .map(|text| (text.kind, text.words.as_str()))
        .collect();
    let mut expected = vec![(TextKind::LeftOut, "02:30 left out")];
    expected.extend([(TextKind::Time, "02:30"); 27 - 21]);
    expected.push((TextKind::Change, "+1 h"));
    expected.extend([(TextKind::Time, "02:30"); 21]);
    assert_eq!(texts, expected);
}

#[test]
fn names_the_zone_of_each_window_in_full_beside_a_name_of_its_length() {
    let mut chart = Chart::new("2026-03-02T00:00:00Z".parse().unwrap(), 1, Zone::UTC);
    let (long, short) = (
        plan("rate(5 days)", "UTC", 1),
        plan("rate(5 days)", "America/Los_Angeles", 1),
    );
    chart.push(ChartWindow {
        name: "a window with a name that nobody has time to read to its end",
        plan: &long,
    });
    chart.push(ChartWindow {
        name: "patch",
        plan: &short,
    });
    for (pixels, cut) in [
        (Chart::WIDE, "a window with a name that nobody…"),
        (
            Chart::NARROW,
            "a window with a name that nobody has time to r…",
        ),
    ] {
        let layout = Layout::of(&chart, &Findings::of(&chart), pixels);
        let texts: Vec<&str> = layout.bands[0]
            .rows
            .iter()
            .flat_map(|row| &row.texts[..2])
            .map(|text| &*text.words)
            .collect();
        assert_eq!(texts, [cut, "UTC", "patch", "America/Los_Angeles"]);
    }
}

#[test]
fn says_by_how_much_clocks_are_set() {
    let said = |from: &str, zone: &str| {
        let mut chart = Chart::new(from.parse().unwrap(), 1, Zone::UTC);
        let plan = plan("rate(5 days)", zone, 1);
        chart.push(ChartWindow {
            name: "one",
            plan: &plan,
        });
        let layout = Layout::of(&chart, &Findings::of(&chart), Chart::WIDE);
        let texts = layout.bands[0].rows[0].texts.iter();
        let said = texts.filter(|text| text.kind == TextKind::Change);
        said.map(|text| text.words.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said("2026-03-23T00:00:00Z", "Europe/Berlin"), ["+1 h"]);
    assert_eq!(said("2026-10-19T00:00:00Z", "Europe/Berlin"), ["−1 h"]);
    assert_eq!(
        said("2026-03-30T00:00:00Z", "Australia/Lord_Howe"),
        ["−30 min"]
    );
    assert_eq!(said("2026-03-23T00:00:00Z", "Antarctica/Troll"), ["+2 h"]);
    assert_eq!(said("2011-12-28T00:00:00Z", "Pacific/Apia"), ["+24 h"]);
    assert_eq!(said("2026-03-23T00:00:00Z", "Asia/Tokyo"), [""; 0]);
}
