//! Fixed offsets from UTC, and their text.

use chrono::FixedOffset;

/// The offset of `seconds` east of UTC, which every table and every text was checked to keep below a day.
#[inline]
pub(super) const fn east(seconds: i32) -> FixedOffset {
    FixedOffset::east_opt(seconds).expect("an offset is less than a day")
}

/// Reads `+09:00`, `-0800` or, for clocks before standard time, `-00:44:30`.
pub(super) fn parse(text: &str) -> Option<FixedOffset> {
    let (&sign, digits) = text.as_bytes().split_first()?;
    let [hours, minutes, seconds] = match *digits {
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => [[h1, h2], [m1, m2], [b'0', b'0']],
        [h1, h2, b':', m1, m2, b':', s1, s2] => [[h1, h2], [m1, m2], [s1, s2]],
        _ => return None,
    }
    .map(two_digits);
    let (hours, minutes, seconds) = (
        hours.filter(|&h| h < 24)?,
        minutes.filter(|&m| m < 60)?,
        seconds.filter(|&s| s < 60)?,
    );
    let east = hours * 3600 + minutes * 60 + seconds;
    match sign {
        b'+' => FixedOffset::east_opt(east),
        b'-' => FixedOffset::west_opt(east),
        _ => None,
    }
}

fn two_digits([tens, ones]: [u8; 2]) -> Option<i32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
}
