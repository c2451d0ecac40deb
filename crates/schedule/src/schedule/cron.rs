//! A cron schedule as sets of bits, one per field.

/// A cron schedule: the sets of seconds, minutes, hours, days, months and years that it names.
///
/// Equal schedules name the same sets, however they were spelt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Cron {
    /// Bit `s` is set if second `s` matches.
    pub(crate) seconds: u64,
    /// Bit `m` is set if minute `m` matches.
    pub(crate) minutes: u64,
    /// Bit `y - 1970` is set if year `y` matches; 1970 to 2199.
    pub(crate) years: [u64; 4],
    /// Bit `h` is set if hour `h` matches.
    pub(crate) hours: u32,
    /// Which days of a matching month match.
    pub(crate) days: Days,
    /// Bit `m` is set if month `m` matches, January being 1.
    pub(crate) months: u16,
}

/// The two day fields, of which exactly one says something (the other is `?`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Days {
    /// Day of month: bit `d` is set if day `d` matches, 1 to 31; `*` sets all 31.
    OfMonth(u32),
    /// `L` and `L-n`: the day that is `before` days before the last, 0 to 30.
    Last { before: u8 },
    /// `LW` and `L-nW`: the weekday (Monday to Friday) of the same month nearest to that day.
    LastWeekday { before: u8 },
    /// `nW`: the weekday (Monday to Friday) of the same month nearest to day `n`, 1 to 31.
    NearestWeekday(u8),
    /// Day of week: bit `d` is set if weekday `d` matches, Sunday being 1; `*` sets all seven.
    OfWeek(u8),
    /// `nL`: the last such weekday of the month, Sunday being 1.
    LastOfWeek(u8),
    /// `n#k`: the `k`-th such weekday of the month, Sunday being 1, `k` 1 to 5.
    NthOfWeek { weekday: u8, nth: u8 },
}
