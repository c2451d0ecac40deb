//! Lengths on a picture.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A length on a picture, in tenths of a pixel: whole numbers are the same on every machine.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Px(i64);

impl Px {
    pub(super) const ZERO: Self = Self(0);

    pub(super) const fn new(pixels: i64) -> Self {
        Self(pixels * 10)
    }

    pub(super) const fn tenths(tenths: i64) -> Self {
        Self(tenths)
    }

    /// This part of the length, rounded down; `whole` is above 0.
    pub(super) const fn part(self, part: i64, whole: i64) -> Self {
        Self(self.0 * part / whole)
    }
}

impl Add for Px {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Px {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Px {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul<i64> for Px {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

impl Div<i64> for Px {
    type Output = Self;

    fn div(self, parts: i64) -> Self {
        Self(self.0 / parts)
    }
}

impl Sum for Px {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, Add::add)
    }
}

/// In pixels, as SVG reads it: `12.5`.
impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, tenth) = (self.0.abs() / 10, self.0.abs() % 10);
        write!(f, "{sign}{whole}")?;
        if tenth == 0 {
            Ok(())
        } else {
            write!(f, ".{tenth}")
        }
    }
}
