//! Where the documentation and the live service differ.

/// Which reading of the language holds where the documentation and the live service differ.
///
/// | | `Documented` | `Service` |
/// |---|---|---|
/// | `cron`, `rate`, `at` before the parenthesis | in lower case | in any case |
/// | unit of a rate | minutes, hours, days, weeks; lower case | minutes, hours, days; any case |
/// | `rate(1 hours)`, `rate(5 hour)` | refused | taken |
/// | between the count and the unit | blanks or tabs, at least one | at most one white-space character |
/// | text after the seventh cron field | refused | ignored |
/// | an offset | goes with every cron | only with `n#k`, `nL` in day-of-week |
/// | length | [`Schedule::TEXT_MAX`](super::Schedule::TEXT_MAX) bytes | 256 characters |
///
/// `Documented` refuses what the user guide rules out or never shows; in `at`, both take the time with and without
/// seconds. That the service reads units in any case is inferred: it does so for the word before the parenthesis.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Dialect {
    /// As AWS documents it.
    #[default]
    Documented,
    /// As the live service was seen to behave.
    Service,
}

/// What a dialect takes, point by point. The only place where the dialects are told apart.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one row of the table of differences"
)]
pub(crate) struct DialectRule {
    /// Longest text, in bytes for the bound and in characters for what it says.
    pub(crate) length: Length,
    /// Whether the prefix and the unit may be in upper case.
    pub(crate) any_case: bool,
    pub(crate) weeks: bool,
    /// Whether `1 hours` and `5 hour` are refused.
    pub(crate) checks_plural: bool,
    pub(crate) rate_blank: RateBlank,
    /// Whether text after the seventh cron field is refused.
    pub(crate) checks_tail: bool,
    /// Whether an offset is refused for crons that name no day by its place in the month's weeks.
    pub(crate) checks_offset: bool,
}

/// The longest text that a dialect takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    Bytes(usize),
    Characters(usize),
}

/// What may stand between the count and the unit of a rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RateBlank {
    /// One or more blanks or tabs.
    Some,
    /// At most one white-space character, `\s?` in the service's own words.
    AtMostOne,
}

const DOCUMENTED: DialectRule = DialectRule {
    length: Length::Bytes(super::Schedule::TEXT_MAX),
    any_case: false,
    weeks: true,
    checks_plural: true,
    rate_blank: RateBlank::Some,
    checks_tail: true,
    checks_offset: false,
};

const SERVICE: DialectRule = DialectRule {
    length: Length::Characters(256),
    any_case: true,
    weeks: false,
    checks_plural: false,
    rate_blank: RateBlank::AtMostOne,
    checks_tail: false,
    checks_offset: true,
};

impl Dialect {
    /// Both dialects.
    pub const ALL: [Self; 2] = [Self::Documented, Self::Service];

    pub(crate) const fn rule(self) -> &'static DialectRule {
        match self {
            Self::Documented => &DOCUMENTED,
            Self::Service => &SERVICE,
        }
    }
}
