//! What is wrong with a request, in the service's own words.

use std::fmt;

use crate::constraint::{Kind, Shape};

/// Every fault that was found in one request: at least one, in the order of its members.
///
/// Printed, it is the message that the service sends with its `ValidationException`: the number of faults, and each
/// with its value, its path and the clause that it breaks.
///
/// # Example
///
/// ```
/// use tagout_window::request::{CreateMaintenanceWindow, Request};
///
/// let request = CreateMaintenanceWindow {
///     name: Some("a b".to_owned()),
///     schedule: Some("rate(1 day)".to_owned()),
///     duration: Some(25),
///     cutoff: Some(1),
///     allow_unassociated_targets: Some(false),
///     ..Default::default()
/// };
/// let violations = request.parse().unwrap_err();
/// assert_eq!(
///     violations.to_string(),
///     "2 validation errors detected: \
///      Value 'a b' at 'name' failed to satisfy constraint: \
///      Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$; \
///      Value '25' at 'duration' failed to satisfy constraint: \
///      Member must have value less than or equal to 24",
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violations(Vec<Violation>);

/// One fault: where it stands, what stood there, and what should have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    path: Box<str>,
    value: Printed,
    clause: Clause,
}

/// What a message shows of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Printed {
    /// There was none.
    Null,
    /// It is sensitive.
    Hidden,
    Text(Box<str>),
}

/// A requirement that a value breaks.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Clause {
    /// A required member is missing.
    NotNull,
    /// Too many characters, bytes or entries; the greatest number is given.
    LengthAtMost(i32),
    /// Too few characters, bytes or entries; the least number is given.
    LengthAtLeast(i32),
    /// Too great a number; the greatest is given.
    ValueAtMost(i32),
    /// Too small a number; the least is given.
    ValueAtLeast(i32),
    /// A text that the regular expression does not match.
    Pattern(&'static str),
    /// A text that is not one of those listed.
    Values(&'static [&'static str]),
    /// A list with at least one entry that is not as the shape asks.
    Each(&'static Shape),
    /// A map with at least one name that is not as the shape asks.
    Keys(&'static Shape),
    /// A map with at least one value that is not as the shape asks.
    MapValues(&'static Shape),
}

impl Violations {
    /// The greatest number of faults that are listed of one request; more are not looked for.
    pub const MAX: usize = 1000;

    /// The faults, if there are any.
    pub(crate) fn new(found: Vec<Violation>) -> Option<Self> {
        (!found.is_empty()).then_some(Self(found))
    }

    /// That these members, by their printed paths, are missing; `None` if there are none.
    pub(crate) fn missing(paths: Vec<&str>) -> Option<Self> {
        let violation = |path: &str| Violation::new(path.into(), Printed::Null, Clause::NotNull);
        Self::new(paths.into_iter().map(violation).collect())
    }

    /// The faults in the order in which they are printed.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl std::error::Error for Violations {}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 { "error" } else { "errors" };
        write!(f, "{} validation {noun} detected: ", self.0.len())?;
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl Violation {
    pub(crate) fn new(path: Box<str>, value: Printed, clause: Clause) -> Self {
        Self {
            path,
            value,
            clause,
        }
    }

    /// Where the fault is: member names in lower camel case joined by dots, such as `targets.1.member.key`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stood there, as the message prints it; `None` if nothing did or if it is sensitive.
    pub fn value(&self) -> Option<&str> {
        match &self.value {
            Printed::Text(text) => Some(text),
            Printed::Null | Printed::Hidden => None,
        }
    }

    /// What it should have been.
    pub fn clause(&self) -> Clause {
        self.clause
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Printed::Null => f.write_str("Value null")?,
            Printed::Hidden => f.write_str("Value")?,
            Printed::Text(text) => write!(f, "Value '{text}'")?,
        }
        write!(
            f,
            " at '{}' failed to satisfy constraint: {}",
            self.path, self.clause
        )
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::LengthAtMost(max) => {
                write!(f, "Member must have length less than or equal to {max}")
            }
            Self::LengthAtLeast(min) => {
                write!(f, "Member must have length greater than or equal to {min}")
            }
            Self::ValueAtMost(max) => {
                write!(f, "Member must have value less than or equal to {max}")
            }
            Self::ValueAtLeast(min) => {
                write!(f, "Member must have value greater than or equal to {min}")
            }
            Self::Pattern(text) => {
                write!(f, "Member must satisfy regular expression pattern: {text}")
            }
            Self::Values(values) => write!(
                f,
                "Member must satisfy enum value set: [{}]",
                values.join(", ")
            ),
            Self::Each(shape) => write!(f, "Member must satisfy constraint: [{}]", Clauses(shape)),
            Self::Keys(shape) => {
                write!(f, "Map keys must satisfy constraint: [{}]", Clauses(shape))
            }
            Self::MapValues(shape) => {
                write!(f, "Map value must satisfy constraint: [{}]", Clauses(shape))
            }
        }
    }
}

impl PartialEq for Clause {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Clause {}

/// All clauses of a shape, broken or not: how the service describes the entries of a list or map.
pub(crate) struct Clauses(pub(crate) &'static Shape);

impl Clauses {
    pub(crate) fn all(&self) -> impl Iterator<Item = Clause> + use<> {
        let shape = self.0;
        let number = matches!(shape.kind, Kind::Integer);
        let max = shape.max.map(if number {
            Clause::ValueAtMost
        } else {
            Clause::LengthAtMost
        });
        let min = shape.min.map(if number {
            Clause::ValueAtLeast
        } else {
            Clause::LengthAtLeast
        });
        let pattern = shape.pattern.map(|pattern| Clause::Pattern(pattern.text));
        let values = (!shape.values.is_empty()).then_some(Clause::Values(shape.values));
        max.into_iter().chain(min).chain(pattern).chain(values)
    }
}

impl fmt::Display for Clauses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, clause) in self.all().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            clause.fmt(f)?;
        }
        Ok(())
    }
}
