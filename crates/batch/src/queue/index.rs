//! Where each job is kept, by its id.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::JobId;

/// The slot of each job.
///
/// Ids are given out one after the other, so they are looked up by pages of neighbours: what is in use at one time
/// stays close together, however many ended jobs are remembered.
#[derive(Debug, Default)]
pub(super) struct JobIndex {
    pages: HashMap<u64, Page, BuildHasherDefault<PageHasher>>,
}

#[derive(Debug)]
struct Page {
    n: u8,
    slots: Box<[u32; PAGE_LEN]>,
}

const PAGE_LEN: usize = 64;
/// No slot; there are never so many jobs.
const NONE: u32 = u32::MAX;

impl JobIndex {
    pub(super) fn get(&self, id: JobId) -> Option<u32> {
        let (page, place) = split(id);
        let slot = self.pages.get(&page)?.slots[place];
        (slot != NONE).then_some(slot)
    }

    pub(super) fn insert(&mut self, id: JobId, slot: u32) {
        let (page, place) = split(id);
        let page = self.pages.entry(page).or_insert_with(|| Page {
            n: 0,
            slots: Box::new([NONE; PAGE_LEN]),
        });
        page.n += u8::from(page.slots[place] == NONE);
        page.slots[place] = slot;
    }

    pub(super) fn remove(&mut self, id: JobId) {
        let (number, place) = split(id);
        let Some(page) = self.pages.get_mut(&number) else {
            return;
        };
        page.n -= u8::from(page.slots[place] != NONE);
        page.slots[place] = NONE;
        if page.n == 0 {
            self.pages.remove(&number);
        }
    }
}

/// A hash for page numbers: they are counted up by the queue itself, so nobody can choose those that collide.
#[derive(Debug, Default)]
struct PageHasher(u64);

impl Hasher for PageHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, page: u64) {
        // The high bits of the product depend on every bit of the number; the table looks at both ends.
        self.0 = (self.0 ^ page)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn split(id: JobId) -> (u64, usize) {
    let word = id.to_word();
    (word / PAGE_LEN as u64, (word % PAGE_LEN as u64) as usize)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map(commands in prop::collection::vec((0..3_u8, "(wa1|ca1)-(1|63|64|65|128|9007199254740)", 0..9_u32), 0..60)) {
            let (mut index, mut model) = (JobIndex::default(), BTreeMap::new());
            for (command, id, slot) in commands {
                let id: JobId = id.parse().unwrap();
                match command {
                    0 => index.remove(id),
                    _ => index.insert(id, slot),
                }
                if command == 0 { model.remove(&id) } else { model.insert(id, slot) };
                for id in ["wa1-1", "wa1-63", "wa1-64", "ca1-64", "wa1-65", "wa1-128", "wa1-9007199254740"] {
                    let id = id.parse().unwrap();
                    prop_assert_eq!(index.get(id), model.get(&id).copied());
                }
                let pages: std::collections::BTreeSet<_> = model.keys().map(|id| split(*id).0).collect();
                prop_assert_eq!(index.pages.len(), pages.len());
            }
        }
    }
}
