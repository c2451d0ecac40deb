//! Places in memory that keep their number, and the servers in such places.

use std::collections::HashMap;

use super::items::Held;
use crate::admission::Shelf;
use crate::{Item, Server, ServerId};

/// Values in numbered places; a place that was given up is used again.
///
/// The places are kept in chunks, so that a queue that grows never moves what it has.
#[derive(Debug)]
pub(super) struct Slots<T> {
    chunks: Vec<Vec<Option<T>>>,
    free: Vec<u32>,
}

const CHUNK_LEN: usize = 512;

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slots<T> {
    pub(super) fn put(&mut self, value: T) -> u32 {
        if let Some(slot) = self.free.pop()
            && let Some(place) = self.place(slot)
        {
            *place = Some(value);
            return slot;
        }
        if self
            .chunks
            .last()
            .is_none_or(|chunk| chunk.len() == CHUNK_LEN)
        {
            self.chunks.push(Vec::with_capacity(CHUNK_LEN));
        }
        let n_before = (self.chunks.len() - 1) * CHUNK_LEN;
        let chunk = &mut self.chunks[n_before / CHUNK_LEN];
        chunk.push(Some(value));
        (n_before + chunk.len() - 1) as u32
    }

    pub(super) fn get(&self, slot: u32) -> Option<&T> {
        let slot = slot as usize;
        self.chunks
            .get(slot / CHUNK_LEN)?
            .get(slot % CHUNK_LEN)?
            .as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.place(slot)?.as_mut()
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<T> {
        let value = self.place(slot)?.take()?;
        self.free.push(slot);
        Some(value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..)
            .zip(self.chunks.iter().flatten())
            .filter_map(|(slot, value)| Some((slot, value.as_ref()?)))
    }

    fn place(&mut self, slot: u32) -> Option<&mut Option<T>> {
        let slot = slot as usize;
        self.chunks
            .get_mut(slot / CHUNK_LEN)?
            .get_mut(slot % CHUNK_LEN)
    }
}

/// The servers, by id.
#[derive(Debug, Default)]
pub(super) struct Servers {
    slots: Slots<Server>,
    by_id: HashMap<ServerId, u32>,
}

impl Servers {
    /// Brings in a server, in place of the one with its id.
    pub(super) fn put(&mut self, server: Server) -> u32 {
        if let Some(&slot) = self.by_id.get(&server.id()) {
            if let Some(known) = self.slots.get_mut(slot) {
                *known = server;
            }
            return slot;
        }
        let id = server.id();
        let slot = self.slots.put(server);
        self.by_id.insert(id, slot);
        slot
    }

    pub(super) fn slot(&self, id: &ServerId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(super) fn by_id(&self, id: &ServerId) -> Option<&Server> {
        self.slots.get(self.slot(id)?)
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Server> {
        self.slots.get(slot)
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Server> {
        self.slots.get_mut(slot)
    }

    pub(super) fn remove(&mut self, id: &ServerId) {
        if let Some(slot) = self.by_id.remove(id) {
            self.slots.remove(slot);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Server> {
        self.slots.iter().map(|(_, server)| server)
    }
}

impl Shelf for Servers {
    type Kept = Held;

    fn place(&self, id: &ServerId) -> Option<u32> {
        self.slot(id)
    }

    fn server(&mut self, _: &ServerId, place: u32) -> Option<&mut Server> {
        self.slots.get_mut(place)
    }

    fn keep(item: Item, server: u32) -> Held {
        Held { item, server }
    }
}
