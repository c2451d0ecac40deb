//! What is wrong with a configuration, and where.

use std::{fmt, path::PathBuf};

/// What is wrong with a configuration.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{place}{key}{problem}", key = Prefix(key))]
pub struct ConfigError {
    place: Place,
    key: String,
    problem: String,
}

/// Where a setting stands.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// In the file, on this line, counted from 1.
    File {
        /// The path of the file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// In this environment variable.
    Environment(String),
    /// In a `--set` option.
    Option,
    /// Nowhere: it is the default, or it is missing.
    Nowhere,
}

impl ConfigError {
    pub(super) fn new(place: Place, key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            place,
            key: key.into(),
            problem: problem.into(),
        }
    }

    /// Where the fault stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The key whose value is at fault, such as `limits.maintenance_windows`; empty if it cannot be told.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Place {
    /// With what separates it from what follows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}: ", path.display()),
            Self::Environment(name) => write!(f, "{name}: "),
            Self::Option => f.write_str("--set "),
            Self::Nowhere => Ok(()),
        }
    }
}

struct Prefix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, "{}: ", self.0)
        }
    }
}
