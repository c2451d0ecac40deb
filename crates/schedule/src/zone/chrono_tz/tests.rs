use chrono_tz::TZ_VARIANTS;

use super::{super::table::Span, *};

/// 2026 begins; `chrono-tz` carries release 2025b, which knows nothing of later decisions.
const COMPARED_UNTIL: i64 = 1_767_225_600;

/// Zones of which later releases corrected the past: Baja California in the 1970s, Bogotá in 1992 and 1993, Tehran
/// from 1977 to 1979, and Moldova's hours since 2022.
const CORRECTED: &[&str] = &[
    "America/Bogota",
    "America/Ensenada",
    "America/Santa_Isabel",
    "America/Tijuana",
    "Asia/Tehran",
    "Europe/Chisinau",
    "Europe/Tiraspol",
    "Iran",
    "Mexico/BajaNorte",
];

fn spans(zone: Zone, from: i64, until: i64) -> Vec<Span> {
    let mut spans = vec![zone.span_at(from)];
    while let Some(last) = spans.last().filter(|span| span.until < until) {
        spans.push(zone.span_at(last.until));
    }
    spans[0].from = from;
    if let Some(last) = spans.last_mut() {
        last.until = until;
    }
    spans
}

#[test]
fn clocks_change_as_chrono_tz_knew_it() {
    let mut differing = Vec::new();
    for tz in TZ_VARIANTS {
        let table: &'static Table = Box::leak(Box::new(observed(tz)));
        let theirs = spans(Zone(Kind::Named(table)), 0, COMPARED_UNTIL);
        if spans(Zone::from(tz), 0, COMPARED_UNTIL) != theirs {
            differing.push(tz.name());
        }
    }
    assert_eq!(differing, CORRECTED);
}

#[test]
fn a_zone_that_only_chrono_tz_knows_keeps_its_changes() {
    let seen = observed(chrono_tz::Europe::Berlin);
    let known = Zone::from(chrono_tz::Europe::Berlin);
    for second in (0..OBSERVED_UNTIL).step_by(100_000) {
        assert_eq!(
            seen.span_at(second).offset,
            known.span_at(second).offset,
            "at {second}"
        );
    }
}

#[test]
fn is_taken_by_its_name() {
    assert_eq!(Zone::from(Tz::UTC), Zone::UTC);
    assert_eq!(Zone::from(Tz::Asia__Calcutta).name(), Some("Asia/Calcutta"));
}
