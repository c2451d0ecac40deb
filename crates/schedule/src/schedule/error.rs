//! Why a text is no schedule: what, where, and what was expected.

mod excerpt;
mod hint;
mod service;
mod text;

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use super::parse::Fault;
use super::{Dialect, Field};
use excerpt::Excerpt;

/// A text is no schedule: which part of it, and what was expected there.
///
/// ```
/// use tagout_schedule::{Field, ParseScheduleErrorKind, Schedule};
///
/// let error = "cron(0 2 ? * FRI#6 *)".parse::<Schedule>().unwrap_err();
/// assert_eq!(error.field(), Some(Field::DayOfWeek));
/// assert_eq!(error.span(), 17..18);
/// assert_eq!(error.value(), "6");
/// assert_eq!(error.kind(), ParseScheduleErrorKind::OutOfRange { min: 1, max: 5 });
/// assert_eq!(error.to_string(), "day-of-week `6` at column 18 is out of range, expected 1 to 5");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParseScheduleError {
    detail: Box<Detail>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Detail {
    kind: ParseScheduleErrorKind,
    field: Option<Field>,
    dialect: Dialect,
    span: Range<usize>,
    /// At most [`VALUE_MAX`] characters of what the span holds.
    value: String,
    /// Characters before the span, plus one.
    column: usize,
    excerpt: Excerpt,
    hint: Option<String>,
    service_text: Option<String>,
}

/// How many characters of a wrong part are kept: enough for a message, and a bound for hostile texts.
const VALUE_MAX: usize = 64;

/// What is wrong with a text that is no schedule.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ParseScheduleErrorKind {
    /// There is no text, or nothing but white space.
    Empty,
    /// The text is longer than the dialect takes: bytes in the documented one, characters in the service's.
    TooLong {
        /// The longest that is taken.
        max: usize,
    },
    /// It does not begin with `cron(`, `rate(` or `at(`.
    UnknownForm,
    /// The word before the parenthesis is not in lower case.
    UpperCase,
    /// The closing parenthesis is missing.
    Unclosed,
    /// Something follows the closing parenthesis.
    TextAfter,
    /// A cron expression has not six or seven fields.
    FieldCount {
        /// How many there are.
        found: usize,
    },
    /// A value is missing: in an empty place of a list, or after `-`, `/` or `#`.
    MissingValue {
        /// The smallest number that could stand there.
        min: u32,
        /// The largest number that could stand there.
        max: u32,
    },
    /// A character stands where it means nothing.
    UnexpectedCharacter,
    /// A word stands where a number is needed.
    NotANumber {
        /// The smallest number that could stand there.
        min: u32,
        /// The largest number that could stand there.
        max: u32,
    },
    /// A word is no name of a month, or of a day of the week.
    UnknownName,
    /// A number is outside its bounds, both inclusive.
    OutOfRange {
        /// The smallest that is taken.
        min: u32,
        /// The largest that is taken.
        max: u32,
    },
    /// A step is 0, or too large for its field.
    StepOutOfRange {
        /// The largest that is taken.
        max: u32,
    },
    /// A step follows a name, where only numbers take one.
    StepAfterName,
    /// A range has a number at one end and a name at the other.
    MixedRange,
    /// A range of years ends before it begins.
    BackwardRange,
    /// A wildcard stands in a field that does not know it.
    Misplaced,
    /// A wildcard that must be the whole field stands beside something else.
    NotAlone,
    /// Both day fields say something, where one has to be `?`.
    BothDays,
    /// Both day fields are `?`.
    NoDay,
    /// `L-nW` counts back past the first day of each month that is named.
    BeforeFirst,
    /// A rate does not begin with a whole number.
    NoCount,
    /// A rate counts 0.
    ZeroRate,
    /// A rate is longer than [`Rate::MINUTES_MAX`](super::Rate::MINUTES_MAX).
    RateTooLong,
    /// A rate is counted in no known unit.
    UnknownUnit,
    /// The unit of a rate is in the plural after 1, or in the singular after another number.
    RatePlural {
        /// Whether the plural is right.
        plural: bool,
    },
    /// Too few or too many blanks stand between the count of a rate and its unit.
    RateSpacing,
    /// What stands in `at(...)` has not the shape of a time.
    AtShape,
    /// What stands in `at(...)` is a time that is in no calendar or on no clock.
    NoSuchTime,
}

/// The schedule takes no offset in days.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("An offset can't be added to the specified schedule.")]
pub struct OffsetRefused;

impl ParseScheduleError {
    #[cold]
    pub(super) fn new(text: &str, dialect: Dialect, fault: Fault) -> Self {
        let start = (0..=fault.start)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        let end = (fault.end..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len());
        let fault = Fault {
            start,
            end,
            ..fault
        };
        Self {
            detail: Box::new(Detail {
                kind: fault.kind,
                field: fault.field,
                dialect,
                span: start..end,
                value: text[start..end].chars().take(VALUE_MAX).collect(),
                column: text[..start].chars().count() + 1,
                excerpt: Excerpt::of(text, start..end),
                hint: hint::hint(text, dialect, &fault),
                service_text: (dialect == Dialect::Service)
                    .then(|| service::service_text(text, &fault)),
            }),
        }
    }

    /// What is wrong, to branch on.
    pub fn kind(&self) -> ParseScheduleErrorKind {
        self.detail.kind
    }

    /// The field of the cron expression that is wrong, where it is one.
    pub fn field(&self) -> Option<Field> {
        self.detail.field
    }

    /// The bytes of the text that are wrong; empty where something is missing.
    pub fn span(&self) -> Range<usize> {
        self.detail.span.clone()
    }

    /// The text within the span, at most its first 64 characters.
    pub fn value(&self) -> &str {
        &self.detail.value
    }

    /// What could have stood there, as a fragment that follows "expected".
    pub fn expected(&self) -> String {
        text::Expected(self).to_string()
    }

    /// What to write instead, as a fragment, where that can be guessed.
    pub fn hint(&self) -> Option<&str> {
        self.detail.hint.as_deref()
    }

    /// What the live service answers in this case, in [`Dialect::Service`] only.
    ///
    /// An empty or overlong text is refused before the service sees it; of that, this is the clause that follows "failed to
    /// satisfy constraint: ". The details of a cron expression are those of Quartz.
    pub fn service_text(&self) -> Option<&str> {
        self.detail.service_text.as_deref()
    }

    /// The dialect that the text was read in.
    pub fn dialect(&self) -> Dialect {
        self.detail.dialect
    }

    /// The expression, a line with carets below what is wrong in it, the message, and the hint if there is one.
    ///
    /// Of a long text, only the part around the carets is shown. What is not printable ASCII is escaped, so that the
    /// carets stand where they should on every terminal, and look-alikes and invisible characters can be seen.
    ///
    /// ```
    /// use tagout_schedule::Schedule;
    ///
    /// let error = "cron(0 2 * * MON *)".parse::<Schedule>().unwrap_err();
    /// assert_eq!(
    ///     error.render(),
    ///     "cron(0 2 * * MON *)\n\
    ///     \x20        ^^^^^^^\n\
    ///      `* * MON` at column 10 sets both day-of-month and day-of-week, expected `?` in one of them\n\
    ///      hint: write `?` in day-of-month"
    /// );
    /// ```
    pub fn render(&self) -> String {
        let mut report = format!("{}\n{self}", self.detail.excerpt);
        if let Some(hint) = self.hint() {
            report.push_str("\nhint: ");
            report.push_str(hint);
        }
        report
    }
}

impl Display for ParseScheduleError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, expected {}",
            text::Complaint(self),
            text::Expected(self)
        )
    }
}

impl std::error::Error for ParseScheduleError {}
