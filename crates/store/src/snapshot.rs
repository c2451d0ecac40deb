//! Everything in a store as it was at one instant.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::{Document, Event, Position, StoreError};

/// Everything in a store as it was when the snapshot was taken: documents in the order of their keys, then events.
///
/// Others may go on writing. While it lives, the store keeps what it shows, so it should be read without long pauses.
pub struct Snapshot {
    trimmed: Position,
    last: Position,
    records: Pin<Box<dyn Stream<Item = Result<Record, StoreError>> + Send>>,
}

/// One thing in a snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Record {
    /// A document.
    Document(Document),
    /// An event that has not been trimmed.
    Event(Event),
}

impl Snapshot {
    /// A snapshot that an adapter reads from its database.
    pub fn new(
        trimmed: Position,
        last: Position,
        records: impl Stream<Item = Result<Record, StoreError>> + Send + 'static,
    ) -> Self {
        Self {
            trimmed,
            last,
            records: Box::pin(records),
        }
    }

    /// A snapshot whose records come in batches from another thread or task.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn received(trimmed: Position, last: Position, batches: Batches) -> Self {
        let mut batches = batches;
        let mut batch = Vec::new().into_iter();
        Self::new(
            trimmed,
            last,
            PollFn(move |context: &mut Context<'_>| {
                loop {
                    if let Some(record) = batch.next() {
                        return Poll::Ready(Some(Ok(record)));
                    }
                    match std::task::ready!(batches.poll_recv(context)) {
                        Some(Ok(next)) => batch = Vec::into_iter(next),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => return Poll::Ready(None),
                    }
                }
            }),
        )
    }

    /// The position up to which events had been removed.
    pub fn trimmed(&self) -> Position {
        self.trimmed
    }

    /// The position of the last event.
    pub fn last(&self) -> Position {
        self.last
    }

    /// The next document or event; none after the last.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read to the end; there is then no more to be had.
    pub async fn next(&mut self) -> Result<Option<Record>, StoreError> {
        poll_fn(|context| self.records.as_mut().poll_next(context))
            .await
            .transpose()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("trimmed", &self.trimmed)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// The records of a snapshot, some at a time.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) type Batches = tokio::sync::mpsc::Receiver<Result<Vec<Record>, StoreError>>;

/// A stream of whatever a function answers.
pub(crate) struct PollFn<F>(pub(crate) F);

impl<T, F: FnMut(&mut Context<'_>) -> Poll<Option<T>> + Unpin> Stream for PollFn<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        (self.0)(context)
    }
}
