//! Four thousand questions that Quartz 2.3.2 and an independent reading of the language have answered, and the answers of
//! that reading, under every policy, near clock changes.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use tagout_schedule::{Cron, Fold, Gap, Schedule, Timeline, Zone};

const QUARTZ: &str = include_str!("data/quartz-oracle-open.jsonl");
const POLICIES: &str = include_str!("data/dst-policy-open.jsonl");

#[derive(Deserialize)]
struct Row {
    expr: String,
    tz: String,
    after: DateTime<Utc>,
    #[serde(flatten)]
    answers: BTreeMap<String, serde_json::Value>,
}

fn rows(text: &str) -> impl Iterator<Item = Row> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a row is a JSON object"))
}

impl Row {
    fn answers(&self, name: &str) -> Vec<DateTime<Utc>> {
        serde_json::from_value(self.answers[name].clone()).expect("answers are instants")
    }

    fn timeline(&self, gap: Gap, fold: Fold) -> Timeline {
        let cron = Schedule::Cron(Cron::parse_fields(&self.expr).expect("Quartz takes it"));
        let zone = Zone::named(&self.tz).expect("it is an IANA name");
        Timeline::builder(cron)
            .zone(zone)
            .gap(gap)
            .fold(fold)
            .build()
            .expect("nothing bounds it")
    }

    fn ours(&self, gap: Gap, fold: Fold) -> Vec<DateTime<Utc>> {
        self.timeline(gap, fold).after(self.after).take(5).collect()
    }
}

/// Rows asked from inside the first pass of a repeated hour, by expression and `after`. There Quartz keeps the minute of
/// the question and goes on in the second pass, so that the runs of the second pass before that minute are lost. Ours
/// takes each local minute once, at its later instant, wherever one asks from.
const ASKED_INSIDE_A_REPEATED_HOUR: [(&str, &str); 5] = [
    ("0 * 1,13 ? * * *", "2019-11-03T05:54:12Z"),
    ("0 17-40 1 ? * SAT-MON 2003-2004", "2004-10-31T00:33:39Z"),
    ("0 0 1 ? * * *", "2018-11-04T05:00:32Z"),
    ("19,38,17,22 31 22-2 ? * * *", "2037-04-04T14:45:11Z"),
    ("40-24 54-25 1 1/1 11/1 ? *", "2032-11-07T05:45:26Z"),
];

#[test]
fn agrees_with_quartz() {
    let (mut n_rows, mut n_lost_in_quartz) = (0, 0);
    let mut wrong = Vec::new();
    for row in rows(QUARTZ) {
        n_rows += 1;
        let (ours, expected) = (row.ours(Gap::Skip, Fold::Second), row.answers("next"));
        let after = row.after.to_rfc3339_opts(SecondsFormat::Secs, true);
        let is_lost_in_quartz = ASKED_INSIDE_A_REPEATED_HOUR.contains(&(&row.expr, &after));
        n_lost_in_quartz += usize::from(is_lost_in_quartz);
        if (ours == expected) == is_lost_in_quartz {
            wrong.push(format!(
                "{} in {} after {}: {ours:?}, Quartz {expected:?}",
                row.expr, row.tz, row.after
            ));
        }
    }
    assert_eq!(
        (n_rows, n_lost_in_quartz),
        (4000, ASKED_INSIDE_A_REPEATED_HOUR.len())
    );
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn agrees_with_an_independent_reading_under_every_policy() {
    let policies = [
        ("skip_first", Gap::Skip, Fold::First),
        ("skip_both", Gap::Skip, Fold::Both),
        ("shift_first", Gap::Shift, Fold::First),
        ("shift_both", Gap::Shift, Fold::Both),
        ("after_first", Gap::After, Fold::First),
        ("after_both", Gap::After, Fold::Both),
    ];
    let mut n_rows = 0;
    for row in rows(POLICIES) {
        n_rows += 1;
        for (name, gap, fold) in policies {
            let ours = row.ours(gap, fold);
            assert_eq!(
                ours,
                row.answers(name),
                "{} in {} after {}, {name}",
                row.expr,
                row.tz,
                row.after
            );
        }
    }
    assert_eq!(n_rows, 217);
}
