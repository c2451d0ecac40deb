//! What a store answers when it does not do as asked.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::{InvalidBody, InvalidDraft, InvalidKey, Key, Position, Version};

/// Why a store did not do as asked.
///
/// Branch on [`kind`](Self::kind). Clones share the cause, because one failed write may have been on behalf of many
/// callers. No text of this type, nor of its causes, quotes the body of a document.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What a commit was decided from is no longer what is stored. Nothing was changed.
    #[error("{key} is {}, expected {}", Standing(*found), Standing(*expected))]
    Conflict {
        /// The document that moved.
        key: Key,
        /// The version that the commit named; none where it was to create the document.
        expected: Option<Version>,
        /// The version that is stored; none where there is no such document.
        found: Option<Version>,
    },
    /// A counter would have gone above its limit, or below zero. Nothing was changed.
    #[error("counter {key} is {value}, {}", beyond(*by, *max))]
    Limit {
        /// The counter.
        key: Key,
        /// What it stands at.
        value: u64,
        /// What was to be added.
        by: i64,
        /// The limit that was named.
        max: u64,
    },
    /// The changes could not be committed against any store. Nothing was changed.
    #[error("cannot commit: {0}")]
    Invalid(#[from] InvalidChanges),
    /// The store did not answer, or was too busy. Nothing was changed.
    #[error("{store} cannot be reached")]
    Unavailable {
        /// Which store, without secrets.
        store: Arc<str>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// The store was lost while it committed: all of the changes were made, or none.
    #[error("{store} was lost during a commit, which was made or was not")]
    Uncertain {
        /// Which store, without secrets.
        store: Arc<str>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// There is no room left to write to. Nothing was changed.
    #[error("{store} has no room left")]
    Full {
        /// Which store.
        store: Arc<str>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// The store may be read, not written. Nothing was changed.
    #[error("{store} is read-only")]
    ReadOnly {
        /// Which store.
        store: Arc<str>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// The store holds something that it was not given: it is damaged, or someone else wrote to it.
    #[error("{store} is damaged: {what}")]
    Damaged {
        /// Which store.
        store: Arc<str>,
        /// What was found where.
        what: Box<str>,
    },
    /// What stands at that place is no store of tagout. Nothing was written to it.
    #[error("{store} is not a tagout store: {what}")]
    NotAStore {
        /// Which place.
        store: Arc<str>,
        /// What was found there.
        what: Box<str>,
    },
    /// The store was written by a newer version of this program. Nothing was written to it.
    #[error("{store} has schema {found}, this program knows up to {known}: use a newer one")]
    NewerSchema {
        /// Which store.
        store: Arc<str>,
        /// The schema that is stored.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// A document was written by a newer version of this program.
    #[error("{what} has format {found}, this program knows up to {known}: use a newer one")]
    NewerFormat {
        /// Which document or event.
        what: Box<str>,
        /// The format that is stored.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// A document is not what its reader took it for.
    #[error("{what} cannot be read: {why}")]
    Unreadable {
        /// Which document or event.
        what: Box<str>,
        /// The place and the sort of the mistake; no part of the body.
        why: Box<str>,
    },
    /// The database refused in a way that this adapter does not know.
    #[error("{store} failed")]
    Failed {
        /// Which store.
        store: Arc<str>,
        /// What it said.
        #[source]
        source: Cause,
    },
}

/// The error beneath a [`StoreError`], whatever library it comes from.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// The class of a [`StoreError`] to branch on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Load again, decide again, commit again.
    Conflict,
    /// Refuse what was asked for: a limit holds.
    Limit,
    /// Nothing was changed; the same may work later.
    Transient,
    /// Load, look whether it was done, and then go on.
    Uncertain,
    /// Nothing was changed, and nothing will be until someone acts: report.
    Permanent,
}

impl StoreError {
    /// The class to branch on.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Limit { .. } => ErrorKind::Limit,
            Self::Unavailable { .. } | Self::Full { .. } => ErrorKind::Transient,
            Self::Uncertain { .. } => ErrorKind::Uncertain,
            Self::Invalid(_)
            | Self::ReadOnly { .. }
            | Self::Damaged { .. }
            | Self::NotAStore { .. }
            | Self::NewerSchema { .. }
            | Self::NewerFormat { .. }
            | Self::Unreadable { .. }
            | Self::Failed { .. } => ErrorKind::Permanent,
        }
    }
}

/// Why changes could not be committed against any store.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChanges {
    /// Two changes are about one document.
    #[error("{key} is changed twice")]
    Twice {
        /// The document.
        key: Key,
    },
    /// More changes than one commit may hold.
    #[error("{n_changes} changes, expected at most {max}")]
    TooMany {
        /// How many there are.
        n_changes: usize,
        /// The most.
        max: usize,
    },
    /// The stream is to be trimmed further than positions go.
    #[error("cannot trim through position {through}, expected at most {max}")]
    TrimTooFar {
        /// The position that was named.
        through: Position,
        /// The last that may be.
        max: Position,
    },
    /// A number is to be added to a document that is no counter.
    #[error("{key} is not a counter")]
    NotACounter {
        /// The document.
        key: Key,
    },
    /// What was to be written is no document or event.
    #[error(transparent)]
    Draft(#[from] InvalidDraft),
}

impl From<InvalidDraft> for StoreError {
    fn from(error: InvalidDraft) -> Self {
        InvalidChanges::Draft(error).into()
    }
}

impl From<InvalidKey> for StoreError {
    fn from(error: InvalidKey) -> Self {
        InvalidDraft::Key(error).into()
    }
}

impl From<InvalidBody> for StoreError {
    fn from(error: InvalidBody) -> Self {
        InvalidDraft::Body(error).into()
    }
}

/// A version, or none, in the words of a conflict.
struct Standing(Option<Version>);

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(version) => write!(f, "at version {version}"),
            None => f.write_str("absent"),
        }
    }
}

fn beyond(by: i64, max: u64) -> String {
    if by < 0 {
        format!("taking {} would pass zero", by.unsigned_abs())
    } else {
        format!("adding {by} would pass its limit of {max}")
    }
}

/// An error that says what it was told, where there is no other error beneath.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Said(pub(crate) Box<str>);

impl Said {
    pub(crate) fn cause(text: impl Into<Box<str>>) -> Cause {
        Arc::new(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<StoreError>();
    };

    #[track_caller]
    fn check(error: &StoreError, kind: ErrorKind, text: &str) {
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
    }

    #[test]
    fn errors_name_what_stands_and_what_was_expected() {
        let key = Key::new(Kind::constant("server"), "acct", "web-1").unwrap();
        let store: Arc<str> = "sqlite file `a.tagout`".into();
        let source = Said::cause("told so");
        let version = |number| Some(Version(number));
        check(
            &StoreError::Conflict {
                key: key.clone(),
                expected: version(5),
                found: version(7),
            },
            ErrorKind::Conflict,
            "server/acct/web-1 is at version 7, expected at version 5",
        );
        check(
            &StoreError::Conflict {
                key: key.clone(),
                expected: None,
                found: version(7),
            },
            ErrorKind::Conflict,
            "server/acct/web-1 is at version 7, expected absent",
        );
        check(
            &StoreError::Conflict {
                key: key.clone(),
                expected: version(5),
                found: None,
            },
            ErrorKind::Conflict,
            "server/acct/web-1 is absent, expected at version 5",
        );
        check(
            &StoreError::Limit {
                key: key.clone(),
                value: 50,
                by: 1,
                max: 50,
            },
            ErrorKind::Limit,
            "counter server/acct/web-1 is 50, adding 1 would pass its limit of 50",
        );
        check(
            &StoreError::Limit {
                key: key.clone(),
                value: 0,
                by: -1,
                max: 50,
            },
            ErrorKind::Limit,
            "counter server/acct/web-1 is 0, taking 1 would pass zero",
        );
        check(
            &InvalidChanges::Twice { key }.into(),
            ErrorKind::Permanent,
            "cannot commit: server/acct/web-1 is changed twice",
        );
        check(
            &StoreError::Unavailable {
                store: store.clone(),
                source: source.clone(),
            },
            ErrorKind::Transient,
            "sqlite file `a.tagout` cannot be reached",
        );
        check(
            &StoreError::Uncertain {
                store: store.clone(),
                source: source.clone(),
            },
            ErrorKind::Uncertain,
            "sqlite file `a.tagout` was lost during a commit, which was made or was not",
        );
        check(
            &StoreError::NewerSchema {
                store,
                found: 9,
                known: 1,
            },
            ErrorKind::Permanent,
            "sqlite file `a.tagout` has schema 9, this program knows up to 1: use a newer one",
        );
        assert_eq!(source.to_string(), "told so");
    }
}
