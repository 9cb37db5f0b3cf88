use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::facts::ObjectId;

/// Proofs of existence (EN 319 102-1 clause 5.6.2.3): for each object the earliest time at which it is proven to have existed. Everything is
/// there now.
pub(super) struct Poe {
    now: Timestamp,
    earliest: BTreeMap<ObjectId, Timestamp>,
}

impl Poe {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, earliest: BTreeMap::new() }
    }
    /// All these objects existed at `time`.
    pub(super) fn add(&mut self, objects: &[ObjectId], time: Timestamp) {
        for id in objects {
            let known = self.earliest.entry(*id).or_insert(time);
            *known = time.min(*known);
        }
    }
    /// Since when the object is proven to exist.
    pub(super) fn of(&self, object: ObjectId) -> Timestamp {
        self.earliest.get(&object).map_or(self.now, |t| self.now.min(*t))
    }
    /// Of an object that is carried in several encodings: the best of them.
    pub(super) fn of_any(&self, objects: &[ObjectId]) -> Timestamp {
        objects.iter().map(|o| self.of(*o)).min().unwrap_or(self.now)
    }
    /// Whether anything but its presence proves it.
    pub(super) fn is_proven(&self, object: ObjectId) -> bool {
        self.earliest.contains_key(&object)
    }
    /// All proofs, for the detailed report.
    pub(super) fn rows(&self) -> Vec<(ObjectId, Timestamp)> {
        self.earliest.iter().map(|(id, at)| (*id, *at)).collect()
    }
}
