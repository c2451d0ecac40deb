//! The stream of events: what was committed, in the order in which it was.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Body, Kind, StoreError, Stored};

/// A place in the stream of events: just behind the event of this number. The first event has number 1.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
    /// The last position to which a stream can be trimmed; there is room for as many events after it.
    pub const TRIM_MAX: Self = Self(1 << 62);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that was committed, once and for all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    position: Position,
    kind: Kind,
    scope: Box<str>,
    format: u32,
    body: Body,
}

impl Event {
    /// An event as an adapter found it.
    pub fn new(
        position: Position,
        kind: Kind,
        scope: impl Into<Box<str>>,
        format: u32,
        body: Body,
    ) -> Self {
        Self {
            position,
            kind,
            scope: scope.into(),
            format,
            body,
        }
    }

    /// Its number; a reader that has dealt with it goes on from here.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What sort of event it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whose event it is.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The format of its body.
    pub fn format(&self) -> u32 {
        self.format
    }

    /// Its content.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The value that the event holds.
    ///
    /// # Errors
    ///
    /// As [`Document::read`](crate::Document::read).
    pub fn read<T: Stored>(&self) -> Result<T, StoreError> {
        crate::document::read(&self.kind, self.format, &self.body, || {
            format!("event {}", self.position)
        })
    }
}

/// Some events in a row, and how far the stream reaches.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Events {
    /// The events, earliest first, without a gap between them.
    pub events: Vec<Event>,
    /// The position up to which events have been removed. Beyond where the reader came from, it has missed some.
    pub trimmed: Position,
    /// The position of the last event that has been committed.
    pub last: Position,
}

impl Events {
    /// The most events that one call returns.
    pub const LIMIT_MAX: usize = 1_000;
}
