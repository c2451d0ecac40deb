//! Pictures: that they can be read by an XML parser, show each opening where it is, and say what they leave out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use roxmltree::{Document, Node};
use tagout_schedule::{
    Chart, ChartWindow, Cutoff, Duration, Exclusion, Exclusions, Gap, Opening, Plan, Timeline, Zone,
};

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Chart>();
const _: () = is_send_and_sync::<ChartWindow<'_>>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn plan(schedule: &str, zone: &str, hours: i64, cutoff: i64) -> Plan {
    let is_rate = schedule.starts_with("rate");
    let timeline = Timeline::builder(schedule.parse().unwrap())
        .zone(zone.parse::<Zone>().unwrap())
        .start(is_rate.then(|| utc("2025-12-30T05:07:09.25Z")))
        .build();
    let (duration, cutoff) = (Duration::try_from(hours), Cutoff::try_from(cutoff));
    Plan::new(timeline.unwrap(), duration.unwrap(), cutoff.unwrap()).unwrap()
}

fn chart(from: &str, n_weeks: u32, zone: &str) -> Chart {
    Chart::new(utc(from), n_weeks, zone.parse().unwrap())
}

/// The titles in a picture, in the order in which they stand there.
fn titles(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    let titles = document
        .descendants()
        .filter(|node| node.has_tag_name(TITLE));
    titles
        .filter_map(|node| node.text().map(str::to_owned))
        .collect()
}

const TITLE: (&str, &str) = ("http://www.w3.org/2000/svg", "title");

/// Everything of a class, as its place from left to right and from top to bottom, and its size.
fn rects(node: Node<'_, '_>, class: &str) -> Vec<[f64; 4]> {
    let of_class = node
        .descendants()
        .filter(|node| node.attribute("class") == Some(class));
    let number = |node: Node<'_, '_>, name| node.attribute(name).unwrap().parse().unwrap();
    of_class
        .map(|node| ["x", "y", "width", "height"].map(|name| number(node, name)))
        .collect()
}

#[track_caller]
fn check_titles(chart: &Chart, expected: &[&str]) {
    let titles = titles(&chart.to_svg());
    let bars = titles.iter().filter(|title| {
        title.contains(": open from")
            || title.contains("does not exist")
            || title.contains("clocks go")
    });
    assert_eq!(bars.map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn titles_say_when_a_window_opens_on_its_own_clock() {
    let mut chart = chart("2026-03-02T00:00:00Z", 1, "UTC");
    let (tokyo, new_york) = (
        plan("cron(30 23 ? * MON *)", "Asia/Tokyo", 3, 1),
        plan("cron(30 2 ? * FRI-SUN *)", "America/New_York", 1, 0),
    );
    chart.push(ChartWindow {
        name: "patch",
        plan: &tokyo,
    });
    chart.push(ChartWindow {
        name: "backup",
        plan: &new_york,
    });
    check_titles(
        &chart,
        &[
            "patch: open from Mon 2 March 2026 23:30 (UTC+09:00), nothing new from Tue 01:30, closed from Tue 02:30",
            "America/New_York: clocks go forward from 2026-03-08 02:00 to 03:00 (-05:00 to -04:00)",
            "backup: 02:30 does not exist on 8 March, and nothing opens",
            "backup: open from Fri 6 March 2026 02:30 (UTC-05:00), closed from 03:30",
            "backup: open from Sat 7 March 2026 02:30 (UTC-05:00), closed from 03:30",
        ],
    );
    assert_eq!(
        titles(&chart.to_svg())[..2],
        [
            "Maintenance windows, 2 to 8 March 2026",
            "patch: at 23:30 every Monday, Tokyo time, for three hours, with no new work in the last hour"
        ]
    );
}

#[test]
fn titles_say_what_else_is_open() {
    let mut chart = chart("2026-03-02T00:00:00Z", 1, "UTC");
    let (first, second) = (
        plan("cron(0 22 ? * SUN *)", "UTC", 4, 0),
        plan("cron(0 1 ? * MON *)", "UTC", 2, 0),
    );
    let hourly = plan("cron(0 0-1 ? * WED *)", "UTC", 2, 1);
    chart.push(ChartWindow {
        name: "sunday",
        plan: &first,
    });
    chart.push(ChartWindow {
        name: "monday",
        plan: &second,
    });
    chart.push(ChartWindow {
        name: "twice",
        plan: &hourly,
    });
    check_titles(
        &chart,
        &[
            "sunday: open from Sun 1 March 2026 22:00 (UTC+00:00), closed from Mon 02:00; at the same time: monday",
            "sunday: open from Sun 8 March 2026 22:00 (UTC+00:00), closed from Mon 02:00",
            "monday: open from Mon 2 March 2026 01:00 (UTC+00:00), closed from 03:00; at the same time: sunday",
            "twice: open from Wed 4 March 2026 00:00 (UTC+00:00), nothing new from 01:00, closed from 02:00; at the same time: itself",
            "twice: open from Wed 4 March 2026 01:00 (UTC+00:00), nothing new from 02:00, closed from 03:00; at the same time: itself",
        ],
    );
}

/// A chart of one window of this name can be read, and the name is this in the titles.
#[track_caller]
fn check_name(name: &str, read: &str) {
    let mut chart = chart("2026-03-02T00:00:00Z", 1, "UTC");
    let plan = plan("cron(0 6 ? * TUE *)", "UTC", 2, 1);
    chart.push(ChartWindow { name, plan: &plan });
    let titles = titles(&chart.to_svg());
    assert_eq!(
        titles[2],
        format!(
            "{read}: open from Tue 3 March 2026 06:00 (UTC+00:00), nothing new from 07:00, closed from 08:00"
        )
    );
    let page = chart.to_html();
    for hostile in ["<script", "<img", "<!--", "]]>", "</svg>\n</title>"] {
        assert!(!page.contains(hostile), "{hostile}");
    }
}

#[test]
fn names_are_text_whatever_they_are() {
    check_name("web & mail", "web & mail");
    check_name(
        "</title><script>alert(1)</script>",
        "</title><script>alert(1)</script>",
    );
    check_name("\" onload=\"alert(1)\" '", "\" onload=\"alert(1)\" '");
    check_name("<!-- ]]> <img src=x>", "<!-- ]]> <img src=x>");
    check_name("&lt;&#0;&nope;", "&lt;&#0;&nope;");
    check_name("line\nfeed\ttab\rreturn", "line feed tab return");
    check_name(
        "nul\0 bell\u{7} escape\u{1b} next\u{85}",
        "nul\u{fffd} bell\u{fffd} escape\u{fffd} next\u{fffd}",
    );
    check_name("\u{fffe}\u{ffff}", "\u{fffd}\u{fffd}");
    check_name("データベース 🗄", "データベース 🗄");
    check_name(
        &"long ".repeat(100),
        &"long ".repeat(100)[..Chart::NAME_CHARS_MAX],
    );
    check_name("", "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_name_makes_a_picture_that_can_be_read(name in any::<String>(), width in any::<u32>(), n_weeks in 0..4_u32) {
        let mut chart = chart("2026-03-02T00:00:00Z", n_weeks, "Europe/Berlin").with_width(width);
        let plan = plan("cron(0 6 ? * TUE *)", "Asia/Tokyo", 2, 1);
        chart.push(ChartWindow { name: &name, plan: &plan });
        prop_assert!(Document::parse(&chart.to_svg()).is_ok());
    }

    /// The bars of a window, counted line by line with the days that stand above them, are as long as its openings.
    #[test]
    fn draws_every_opening_where_it_is(
        schedule in prop::sample::select(&["cron(30 2 ? * * *)", "cron(0 23 ? * SUN *)", "cron(15 0/12 ? * * *)", "rate(50 hours)", "rate(12 hours)"][..]),
        zone in prop::sample::select(&["UTC", "America/New_York", "Europe/Berlin", "Pacific/Apia"][..]),
        axis in prop::sample::select(&["UTC", "Europe/Berlin", "America/New_York"][..]),
        hours in 1_i64..=11, // so that none runs into the next, where the clock is set too
        cutoff in 0_i64..11,
        day in 0_i64..365,
        n_weeks in 1_u32..6,
    ) {
        let cutoff = cutoff.min(hours - 1);
        let plan = plan(schedule, zone, hours, cutoff);
        let from = utc("2026-01-01T12:00:00Z") + TimeDelta::days(day);
        let mut chart = Chart::new(from, n_weeks, axis.parse().unwrap());
        chart.push(ChartWindow { name: "one", plan: &plan });
        let svg = chart.to_svg();
        let document = Document::parse(&svg).unwrap();

        let axis: Zone = axis.parse().unwrap();
        let mut week = axis.to_local(chart.from()).date_naive();
        let bands: Vec<Node<'_, '_>> = document
            .root_element()
            .children()
            .filter(|node| node.has_attribute("aria-label"))
            .collect();
        prop_assert_eq!(bands.len(), n_weeks as usize);
        for band in bands {
            let days: Vec<[f64; 4]> = band
                .descendants()
                .filter(|node| node.attribute("class").is_some_and(|class| class.split(' ').any(|class| class == "day")))
                .map(|node| ["x", "y", "width", "height"].map(|name| node.attribute(name).unwrap().parse().unwrap()))
                .collect();
            prop_assert_eq!(days.len(), 7);
            let midnight = |date: chrono::NaiveDate| {
                let reading = date.and_hms_opt(0, 0, 0).unwrap();
                axis.resolve(reading).instants(Gap::After, tagout_schedule::Fold::First).next().unwrap()
            };
            let (begin, end) = (midnight(week), midnight(week + chrono::Days::new(7)));
            week = week + chrono::Days::new(7);
            let (left, right) = (days[0][0], days[6][0] + days[6][2]);
            let x = |at: DateTime<Utc>| {
                let part = (at.clamp(begin, end) - begin).num_seconds() as f64 / (end - begin).num_seconds() as f64;
                left + part * (right - left)
            };
            let mut expected: Vec<[f64; 2]> = Vec::new();
            let mut expected_past: Vec<[f64; 2]> = Vec::new();
            for opening in plan.openings_between(begin - TimeDelta::hours(24)..end) {
                let Opening { opens_at, cutoff_at, closes_at } = opening;
                if opens_at < end && cutoff_at > begin {
                    expected.push([x(opens_at), x(cutoff_at)]);
                }
                if closes_at > begin && cutoff_at < closes_at && cutoff_at < end {
                    expected_past.push([x(cutoff_at), x(closes_at)]);
                }
            }
            for (class, expected) in [("open", expected), ("past", expected_past)] {
                let drawn = rects(band, class);
                prop_assert_eq!(drawn.len(), expected.len(), "{}: {:?} {:?}", class, drawn, expected);
                for ([x, _, width, _], [from, until]) in drawn.into_iter().zip(expected) {
                    prop_assert!((x - from).abs() < 0.21, "{} {}", x, from);
                    prop_assert!((x + width - until).abs() < 0.31, "{} {}", x + width, until);
                }
            }
        }
    }
}

#[test]
fn marks_the_time_in_common_below_both_bars_and_between_them() {
    let mut chart = chart("2026-03-02T00:00:00Z", 1, "UTC");
    let (one, other) = (
        plan("cron(0 6 ? * TUE *)", "UTC", 4, 0),
        plan("cron(0 9 ? * TUE *)", "UTC", 4, 0),
    );
    let apart = plan("cron(0 10 ? * TUE *)", "UTC", 3, 0);
    chart.push(ChartWindow {
        name: "one",
        plan: &one,
    });
    chart.push(ChartWindow {
        name: "idle",
        plan: &apart.with_enabled(false),
    });
    chart.push(ChartWindow {
        name: "other",
        plan: &other,
    });
    let svg = chart.to_svg();
    let document = Document::parse(&svg).unwrap();
    let (bars, shared) = (
        rects(document.root_element(), "open"),
        rects(document.root_element(), "shared"),
    );
    let (one, other) = (bars[0], bars[1]);
    let common = [other[0], one[0] + one[2] - other[0]];
    let near = |one: f64, other: f64| (one - other).abs() < 0.15;
    let [[x, y, width, height]] = shared[..] else {
        panic!("{shared:?}")
    };
    assert!(
        near(x, common[0]) && near(width, common[1]),
        "{shared:?} {common:?}"
    );
    assert!(near(y, one[1] + one[3] / 2.0) && near(y + height, other[1] + other[3] / 2.0));
    let below = rects(document.root_element(), "overlap");
    assert_eq!(
        below.len(),
        3,
        "two, and the one that explains it: {below:?}"
    );
    for (mark, bar) in below.iter().zip([one, other]) {
        assert!(near(mark[0], common[0]) && near(mark[2], common[1]));
        assert!(mark[1] >= bar[1] + bar[3], "below the bar");
    }
}

#[test]
fn shows_the_present_only_where_it_is() {
    let now = utc("2026-03-05T15:00:00Z");
    let titles_at = |from: &str| {
        let svg = chart(from, 1, "Europe/Berlin").with_now(now).to_svg();
        titles(&svg)
            .into_iter()
            .filter(|title| title.starts_with("now"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        titles_at("2026-03-02T00:00:00Z"),
        ["now: Thu 5 March 2026 16:00 (UTC+01:00)"]
    );
    assert_eq!(titles_at("2026-03-05T23:00:00Z"), [""; 0]);
    assert_eq!(titles_at("2026-02-26T00:00:00Z"), [""; 0]);
}

/// What a picture says about itself.
fn said(chart: &Chart) -> String {
    let svg = chart.to_svg();
    let document = Document::parse(&svg).unwrap();
    let said = document
        .descendants()
        .find(|node| node.tag_name().name() == "desc");
    said.unwrap().text().unwrap().to_owned()
}

#[test]
fn says_what_is_left_out_where_there_is_too_much() {
    let twice_a_week = plan("cron(0 6 ? * TUE,FRI *)", "UTC", 1, 0);
    let mut many = chart("2026-03-02T00:00:00Z", 1, "UTC");
    for _ in 0..Chart::WINDOWS_MAX + 3 {
        many.push(ChartWindow {
            name: "w",
            plan: &twice_a_week,
        });
    }
    assert_eq!(
        said(&many),
        "100 openings of 50 windows; 2000 overlaps; 0 runs left out by clock changes. \
         Only the first 50 windows are drawn; 3 more are not. Only the first 2000 overlaps are marked."
    );

    let mut often = chart("2026-03-02T00:00:00Z", 4, "UTC");
    let every_minute = plan("cron(* * ? * * *)", "UTC", 1, 0);
    let hourly = plan("cron(0 * ? * * *)", "UTC", 1, 0);
    often.push(ChartWindow {
        name: "minutes",
        plan: &every_minute,
    });
    often.push(ChartWindow {
        name: "hours",
        plan: &hourly,
    });
    assert_eq!(
        said(&often),
        "1372 openings of 2 windows; 1 overlap; 0 runs left out by clock changes. \
         Drawn only to their opening number 700: minutes."
    );
    let line = "Drawn only to their opening number 700: minutes.";
    assert!(often.to_svg().contains(&format!(">{line}</text>")));
    assert!(often.to_html().contains(&format!("<p>{line}</p>")));
}

#[test]
fn openings_that_are_too_close_to_be_told_apart_are_one_bar() {
    let mut chart = chart("2026-03-02T00:00:00Z", 1, "UTC");
    let minutes = plan("cron(0-9 6 ? * TUE *)", "Asia/Tokyo", 2, 1);
    let hours = plan("cron(0 6,7 ? * TUE *)", "UTC", 2, 1);
    chart.push(ChartWindow {
        name: "minutes",
        plan: &minutes,
    });
    chart.push(ChartWindow {
        name: "hours",
        plan: &hours,
    });
    let itself = "; at the same time: itself";
    let titles: Vec<String> = titles(&chart.to_svg())
        .into_iter()
        .filter(|title| title.ends_with(itself))
        .map(|title| title.replace(itself, ""))
        .collect();
    assert_eq!(
        titles,
        [
            "minutes: open 10 times from Tue 3 March 2026 06:00 (UTC+09:00), \
             last from Tue 3 March 2026 06:09 (UTC+09:00) to 08:09",
            "hours: open from Tue 3 March 2026 06:00 (UTC+00:00), nothing new from 07:00, closed from 08:00",
            "hours: open from Tue 3 March 2026 07:00 (UTC+00:00), nothing new from 08:00, closed from 09:00",
        ]
    );
}

/// As many windows as are drawn and more, which open on this schedule for as long as they may.
#[track_caller]
fn check_size(schedule: &str, mib_max: usize) {
    let mut chart = chart("2026-03-02T00:00:00Z", u32::MAX, "UTC");
    let plan = plan(schedule, "America/New_York", 24, 23);
    let name = "\"".repeat(10_000);
    for _ in 0..Chart::WINDOWS_MAX * 2 {
        chart.push(ChartWindow {
            name: &name,
            plan: &plan,
        });
    }
    let page = chart.to_html();
    assert!(page.len() < mib_max << 20, "{}", page.len());
    assert!(page.contains("<p>30000 more openings are not in the table.</p>"));
}

#[test]
fn a_page_of_the_most_that_is_drawn_has_a_bound() {
    check_size("cron(* * * ? * * *)", 32);
    check_size("cron(0 * ? * * *)", 192);
}

#[test]
fn windows_that_do_not_open_say_so() {
    let weekly = plan("cron(0 6 ? * TUE *)", "UTC", 1, 0);
    let past = plan("at(2020-01-01T00:00:00)", "UTC", 1, 0);
    let mut chart = chart("2026-03-02T00:00:00Z", 2, "UTC");
    chart.push(ChartWindow {
        name: "off",
        plan: &weekly.with_enabled(false),
    });
    chart.push(ChartWindow {
        name: "past",
        plan: &past,
    });
    let svg = chart.to_svg();
    assert_eq!(svg.matches(">disabled</text>").count(), 1);
    assert_eq!(
        svg.matches(">does not open in these weeks</text>").count(),
        1
    );
    assert!(
        chart
            .to_html()
            .contains("<p>Nothing opens in these weeks.</p>")
    );
}

#[test]
fn takes_the_openings_of_a_window_with_exclusions() {
    let weekly = plan("cron(0 6 ? * TUE *)", "UTC", 1, 0);
    let freeze = Exclusions::new(
        Zone::UTC,
        [Exclusion::yearly(
            "03-09".parse().unwrap(),
            "03-15".parse().unwrap(),
        )],
    );
    let mut chart = chart("2026-03-02T00:00:00Z", 3, "UTC");
    let openings = weekly.excluding(&freeze).openings_after(chart.from());
    chart.push_openings(
        ChartWindow {
            name: "weekly",
            plan: &weekly,
        },
        openings,
    );
    check_titles(
        &chart,
        &[
            "weekly: open from Tue 3 March 2026 06:00 (UTC+00:00), closed from 07:00",
            "weekly: open from Tue 17 March 2026 06:00 (UTC+00:00), closed from 07:00",
        ],
    );
}

#[test]
fn days_are_those_of_the_zone_whatever_its_clocks_do() {
    let labels = |from: &str, zone: &str| {
        let svg = chart(from, 1, zone).to_svg();
        let document = Document::parse(&svg).unwrap();
        let band = document
            .descendants()
            .find(|node| node.has_attribute("aria-label"))
            .unwrap();
        let widths = band.children().filter(|node| {
            node.attribute("class")
                .is_some_and(|class| class.starts_with("day"))
        });
        let widths: Vec<f64> = widths
            .map(|day| day.attribute("width").unwrap().parse().unwrap())
            .collect();
        (band.attribute("aria-label").unwrap().to_owned(), widths)
    };
    // Samoa had no 30 December 2011.
    let (label, widths) = labels("2011-12-28T20:00:00Z", "Pacific/Apia");
    assert_eq!(
        (&*label, widths.len()),
        ("28 December 2011 to 4 January 2012", 7)
    );
    // 29 March has 23 hours in Berlin.
    let (label, widths) = labels("2026-03-22T23:30:00Z", "Europe/Berlin");
    assert_eq!(label, "23 to 29 March 2026");
    assert!(
        (widths[6] / widths[0] - 23.0 / 24.0).abs() < 0.01,
        "{widths:?}"
    );
}

#[test]
fn far_instants_make_a_picture_too() {
    let weekly = plan("cron(0 6 ? * TUE *)", "Pacific/Apia", 1, 0);
    for from in [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        utc("9998-01-01T00:00:00Z"),
        utc("0001-01-01T00:00:00Z"),
    ] {
        for zone in ["UTC", "America/New_York", "+14:00", "-12:00"] {
            let mut chart = Chart::new(from, 53, zone.parse().unwrap()).with_now(from);
            chart.push(ChartWindow {
                name: "weekly",
                plan: &weekly,
            });
            assert!(Document::parse(&chart.to_svg()).is_ok(), "{from} {zone}");
            assert!(chart.to_html().len() > 1_000);
        }
    }
}
