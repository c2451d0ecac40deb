//! What stands inside `rate(...)` and `at(...)`.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Fault, Kind, is_blank};
use crate::schedule::dialect::RateBlank;
use crate::schedule::rate::UNITS;
use crate::schedule::{At, Dialect, Rate};

/// Reads `30 minutes` from `start` to `end`.
pub(super) fn rate(
    bytes: &[u8],
    start: usize,
    end: usize,
    dialect: Dialect,
) -> Result<Rate, Fault> {
    let rule = dialect.rule();
    let inner = &bytes[..end];
    let digits = inner[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let blank = start + digits;
    let is_fraction = inner
        .get(blank)
        .is_some_and(|&byte| matches!(byte, b'.' | b','));
    if digits == 0 || is_fraction {
        let length = inner[start..]
            .iter()
            .take_while(|byte| !is_blank(**byte))
            .count();
        return Err(Fault::new(Kind::NoCount, start, start + length));
    }
    let is_space = |byte: &&u8| match rule.rate_blank {
        RateBlank::Some => is_blank(**byte),
        // What `\s` matches in Java.
        RateBlank::AtMostOne => matches!(**byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r'),
    };
    let unit_at = blank + inner[blank..].iter().take_while(is_space).count();
    let word = &inner[unit_at..];
    let is_named = |name: &str| {
        if rule.any_case {
            word.eq_ignore_ascii_case(name.as_bytes())
        } else {
            word == name.as_bytes()
        }
    };
    let units = if rule.weeks { &UNITS[..] } else { &UNITS[..3] };
    let mut known = units
        .iter()
        .flat_map(|unit| [(unit, unit.name, false), (unit, unit.plural, true)]);
    let Some((unit, _, is_plural)) = known.find(|(_, name, _)| is_named(name)) else {
        return Err(Fault::new(Kind::UnknownUnit, unit_at, end));
    };
    let blank_is_right = match rule.rate_blank {
        RateBlank::Some => unit_at > blank,
        RateBlank::AtMostOne => unit_at <= blank + 1,
    };
    if !blank_is_right {
        return Err(Fault::new(Kind::RateSpacing, blank, unit_at));
    }
    let count = inner[start..blank].iter().fold(0_u64, |count, digit| {
        count
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    });
    if count == 0 {
        return Err(Fault::new(Kind::ZeroRate, start, blank));
    }
    if rule.checks_plural && is_plural != (count > 1) {
        return Err(Fault::new(
            Kind::RatePlural { plural: count > 1 },
            unit_at,
            end,
        ));
    }
    Rate::from_minutes(count.saturating_mul(unit.minutes)).ok_or(Fault::new(
        Kind::RateTooLong,
        start,
        end,
    ))
}

/// Reads `2026-12-24T18:00:00` from `start` to `end`; the seconds may be left out.
pub(super) fn at(bytes: &[u8], start: usize, end: usize) -> Result<At, Fault> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    const WITHOUT_SECONDS: usize = SHAPE.len() - 3;
    let text = &bytes[start..end];
    let has_shape = (text.len() == SHAPE.len() || text.len() == WITHOUT_SECONDS)
        && text.iter().zip(SHAPE).all(|(byte, shape)| {
            if *shape == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == shape
            }
        });
    if !has_shape {
        return Err(Fault::new(Kind::AtShape, start, end));
    }
    let part = |from: usize, to: usize| {
        text.get(from..to).map_or(0, |digits| {
            digits
                .iter()
                .fold(0, |part, digit| part * 10 + u32::from(digit - b'0'))
        })
    };
    NaiveDate::from_ymd_opt(part(0, 4) as i32, part(5, 7), part(8, 10))
        .and_then(|date| date.and_hms_opt(part(11, 13), part(14, 16), part(17, 19)))
        .and_then(|local: NaiveDateTime| At::from_local(local))
        .ok_or(Fault::new(Kind::NoSuchTime, start, end))
}
