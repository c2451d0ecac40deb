//! The fields of a cron expression, and what each may hold.

use std::fmt;

/// One field of a cron expression.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// Seconds, 0 to 59; only where seven fields are given.
    Seconds,
    /// Minutes, 0 to 59.
    Minutes,
    /// Hours, 0 to 23.
    Hours,
    /// Day of the month, 1 to 31.
    DayOfMonth,
    /// Month, 1 to 12 or `JAN` to `DEC`.
    Month,
    /// Day of the week, 1 to 7 or `SUN` to `SAT`.
    DayOfWeek,
    /// Year, 1970 to 2199.
    Year,
}

/// What a field may hold.
#[derive(Debug)]
pub(crate) struct FieldRule {
    pub(crate) field: Field,
    /// As it is called in messages.
    pub(crate) name: &'static str,
    /// Smallest and largest value, inclusive.
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// Largest step after `/`: Quartz refuses a step that could not be taken twice in the field (years are not checked).
    pub(crate) step_max: u32,
    /// Three-letter names, the first standing for `min`.
    pub(crate) names: &'static [&'static str],
    /// The names as the parser compares them.
    pub(crate) name_keys: &'static [u32],
    /// Wildcards of this field beyond `, - * /`.
    pub(crate) wildcards: &'static [u8],
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// What each field may hold, seconds first (AWS Systems Manager user guide; steps and names as in Quartz).
#[rustfmt::skip] // columns
pub(crate) const FIELDS: [FieldRule; 7] = [
    FieldRule { field: Field::Seconds,    name: "second",       min: 0,    max: 59,   step_max: 59,       names: &[],        name_keys: &[],                   wildcards: b"" },
    FieldRule { field: Field::Minutes,    name: "minute",       min: 0,    max: 59,   step_max: 59,       names: &[],        name_keys: &[],                   wildcards: b"" },
    FieldRule { field: Field::Hours,      name: "hour",         min: 0,    max: 23,   step_max: 23,       names: &[],        name_keys: &[],                   wildcards: b"" },
    FieldRule { field: Field::DayOfMonth, name: "day-of-month", min: 1,    max: 31,   step_max: 31,       names: &[],        name_keys: &[],                   wildcards: b"?LW" },
    FieldRule { field: Field::Month,      name: "month",        min: 1,    max: 12,   step_max: 12,       names: &MONTHS,    name_keys: &name_keys(MONTHS),   wildcards: b"" },
    FieldRule { field: Field::DayOfWeek,  name: "day-of-week",  min: 1,    max: 7,    step_max: 7,        names: &WEEKDAYS,  name_keys: &name_keys(WEEKDAYS), wildcards: b"?L#" },
    FieldRule { field: Field::Year,       name: "year",         min: 1970, max: 2199, step_max: u32::MAX, names: &[],        name_keys: &[],                   wildcards: b"" },
];

/// Three letters as one number, which is the same for both cases and which nothing but the letters gives.
pub(crate) const fn name_key([a, b, c]: [u8; 3]) -> u32 {
    u32::from_le_bytes([a, b, c, 0]) | 0x20_2020
}

const fn name_keys<const N: usize>(names: [&str; N]) -> [u32; N] {
    let mut keys = [0; N];
    let mut i = 0;
    while i < N {
        keys[i] = match names[i].as_bytes().first_chunk() {
            Some(name) => name_key(*name),
            None => panic!("a name has three letters"),
        };
        i += 1;
    }
    keys
}

impl Field {
    /// All fields in their order, seconds first.
    pub const ALL: [Self; 7] = [
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::DayOfMonth,
        Self::Month,
        Self::DayOfWeek,
        Self::Year,
    ];

    /// What the field may hold.
    pub(crate) const fn rule(self) -> &'static FieldRule {
        &FIELDS[self as usize]
    }

    /// The smallest and the largest value of the field, both inclusive.
    pub const fn bounds(self) -> (u32, u32) {
        let rule = self.rule();
        (rule.min, rule.max)
    }
}

/// The name of the field as error texts have it: `second`, `minute`, `hour`, `day-of-month`, `month`, `day-of-week`,
/// `year`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_fields() {
        for (i, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!((field as usize, FIELDS[i].field), (i, field));
            let names = FIELDS[i].names;
            assert!(
                names.is_empty() || names.len() as u32 == FIELDS[i].max - FIELDS[i].min + 1,
                "{field}"
            );
        }
    }
}
