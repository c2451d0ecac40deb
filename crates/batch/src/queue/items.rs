//! The items of a job, as the queue keeps them.

use crate::Item;

/// An item, and where its server is kept.
///
/// The slot is that of the server as long as the item has not ended; afterwards it may be anyone's.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) item: Item,
    pub(super) server: u32,
}

/// The items of a job, in order.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a>(&'a [Held]);

impl<'a> Items<'a> {
    pub(super) fn new(items: &'a [Held]) -> Self {
        Self(items)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The item at this place, from 0.
    pub fn get(&self, index: usize) -> Option<&'a Item> {
        self.0.get(index).map(|held| &held.item)
    }

    /// One after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a Item> + use<'a> {
        self.0.iter().map(|held| &held.item)
    }
}
