//! The two day fields, with their wildcards `?`, `L`, `W` and `#`.

use super::Fault;
use super::item::Cursor;
use crate::schedule::cron::Days;

/// Most days before the last that `L-n` may count back.
const BEFORE_MAX: u32 = 30;
/// Most weeks of a month that `#` may count.
const NTH_MAX: u32 = 5;
/// What `L` alone means among weekdays.
const SATURDAY: u8 = 7;

/// Reads the day-of-month field; nothing is `?`.
pub(super) fn day_of_month(mut cursor: Cursor<'_>) -> Result<Option<Days>, Fault> {
    match *cursor.rest() {
        [b'?'] => return Ok(None),
        [b'L' | b'l'] => return Ok(Some(Days::Last { before: 0 })),
        [b'L' | b'l', b'W' | b'w'] => return Ok(Some(Days::LastWeekday { before: 0 })),
        _ => {}
    }
    if let Some(days) = cursor.short_set() {
        return Ok(Some(Days::OfMonth(days as u32)));
    }
    let start = cursor.at();
    match cursor.peek() {
        Some(b'?') => cursor.skip().alone(start).map(|()| None),
        Some(b'L' | b'l') => last_day(cursor.skip(), start).map(Some),
        Some(b'*' | b'/') => cursor.set().map(|days| Some(Days::OfMonth(days as u32))),
        _ => {
            let value = cursor.value()?;
            if let Some(b'W' | b'w') = cursor.peek() {
                return cursor
                    .skip()
                    .alone(start)
                    .map(|()| Some(Days::NearestWeekday(value.number as u8)));
            }
            let item = cursor.item_from(value, start)?;
            cursor
                .set_after(&item)
                .map(|days| Some(Days::OfMonth(days as u32)))
        }
    }
}

/// Reads what follows `L` in the day-of-month field: nothing, `-n`, `W` or `-nW`.
fn last_day(mut cursor: Cursor<'_>, start: usize) -> Result<Days, Fault> {
    let before = if cursor.eat(b'-') {
        cursor.number(0, BEFORE_MAX)? as u8
    } else {
        0
    };
    if let Some(b'W' | b'w') = cursor.peek() {
        return cursor
            .skip()
            .alone(start)
            .map(|()| Days::LastWeekday { before });
    }
    cursor.alone(start).map(|()| Days::Last { before })
}

/// Reads the day-of-week field; nothing is `?`.
pub(super) fn day_of_week(mut cursor: Cursor<'_>) -> Result<Option<Days>, Fault> {
    if cursor.rest() == b"?" {
        return Ok(None);
    }
    if let Some(days) = cursor.short_set() {
        return Ok(Some(Days::of_week(days as u8)));
    }
    if let Some(weekday) = cursor.lone_name() {
        return Ok(Some(Days::OfWeek(1 << weekday)));
    }
    let start = cursor.at();
    match cursor.peek() {
        Some(b'?') => cursor.skip().alone(start).map(|()| None),
        Some(b'L' | b'l') if !cursor.is_word() => cursor
            .skip()
            .alone(start)
            .map(|()| Some(Days::OfWeek(1 << SATURDAY))),
        Some(b'*' | b'/') => cursor.set().map(|days| Some(Days::of_week(days as u8))),
        _ => {
            let value = cursor.value()?;
            let weekday = value.number as u8;
            match cursor.peek() {
                Some(b'L' | b'l') if !cursor.is_word() => cursor
                    .skip()
                    .alone(start)
                    .map(|()| Some(Days::LastOfWeek(weekday))),
                Some(b'#') => {
                    cursor = cursor.skip();
                    let nth = cursor.number(1, NTH_MAX)? as u8;
                    cursor
                        .alone(start)
                        .map(|()| Some(Days::NthOfWeek { weekday, nth }))
                }
                _ => {
                    let item = cursor.item_from(value, start)?;
                    cursor
                        .set_after(&item)
                        .map(|days| Some(Days::of_week(days as u8)))
                }
            }
        }
    }
}
