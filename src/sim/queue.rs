//! The event queue: the earliest first, and among equals the one that was put in first.

use crate::model::Nanos;

/// A place in the queue: when, then the number of the entry and where its content is. One number, because one
/// comparison of 128 bits is decided without a jump.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

impl Key {
    /// `order`: 40 bits of sequence number above 24 bits of slot.
    fn new(at: Nanos, order: u64) -> Self {
        Key(u128::from(at) << 64 | u128::from(order))
    }

    fn at(self) -> Nanos {
        (self.0 >> 64) as Nanos
    }

    fn slot(self) -> u32 {
        (self.0 as u64 & SLOT_MASK) as u32
    }
}

/// A heap of four children a node over small keys; the contents stay where they are.
///
/// Four children halve the depth of a binary heap, and the four keys of a node share a cache line.
#[derive(Clone)]
pub struct Queue<T> {
    heap: Vec<Key>,
    slots: Vec<Option<T>>,
    free: Vec<u32>,
    next: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { heap: Vec::new(), slots: Vec::new(), free: Vec::new(), next: 0 }
    }
}

impl<T> Queue<T> {
    /// How many entries wait.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// When the next one is due.
    pub fn next_at(&self) -> Option<Nanos> {
        self.heap.first().map(|key| key.at())
    }

    /// Puts one in.
    ///
    /// # Panics
    /// With more than 2^24 entries waiting or 2^40 ever put in.
    pub fn push(&mut self, at: Nanos, item: T) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(item);
                slot
            }
            None => {
                self.slots.push(Some(item));
                self.slots.len() as u32 - 1
            }
        };
        assert!(u64::from(slot) <= SLOT_MASK && self.next < 1 << (64 - SLOT_BITS), "the queue is full");
        let order = self.next << SLOT_BITS | u64::from(slot);
        self.next += 1;
        self.heap.push(Key::new(at, order));
        self.rise(self.heap.len() - 1);
    }

    /// Takes the next one out if it is due by `until`.
    pub fn pop_until(&mut self, until: Nanos) -> Option<(Nanos, T)> {
        let first = *self.heap.first()?;
        if first.at() > until {
            return None;
        }
        let last = self.heap.pop()?;
        if !self.heap.is_empty() {
            self.heap[0] = last;
            self.sink(0);
        }
        self.free.push(first.slot());
        let item = self.slots[first.slot() as usize].take()?;
        Some((first.at(), item))
    }

    fn rise(&mut self, mut at: usize) {
        let key = self.heap[at];
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.heap[parent] <= key {
                break;
            }
            self.heap[at] = self.heap[parent];
            at = parent;
        }
        self.heap[at] = key;
    }

    fn sink(&mut self, mut at: usize) {
        let key = self.heap[at];
        while let Some((least, child)) = self.least_child(at) {
            if key <= child {
                break;
            }
            self.heap[at] = child;
            at = least;
        }
        self.heap[at] = key;
    }

    fn least_child(&self, at: usize) -> Option<(usize, Key)> {
        let first = at * 4 + 1;
        let children = self.heap.get(first..)?;
        let (nth, key) = match children.first_chunk::<4>() {
            Some([a, b, c, d]) => {
                let left = if b < a { (1, *b) } else { (0, *a) };
                let right = if d < c { (3, *d) } else { (2, *c) };
                if right.1 < left.1 { right } else { left }
            }
            None => children.iter().copied().enumerate().min_by_key(|(_, key)| *key)?,
        };
        Some((first + nth, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The same order as a stable sort by time.
        #[test]
        fn comes_out_by_time_then_by_age(times in prop::collection::vec(0u64..50, 0..200)) {
            let mut queue = Queue::default();
            let mut expected: Vec<(Nanos, usize)> = times.iter().copied().zip(0..).collect();
            expected.iter().for_each(|(at, item)| queue.push(*at, *item));
            expected.sort_by_key(|(at, _)| *at);
            let found: Vec<_> = std::iter::from_fn(|| queue.pop_until(u64::MAX)).collect();
            prop_assert_eq!(found, expected);
        }

        /// Slots are used again and nothing comes before its time.
        #[test]
        fn nothing_is_taken_early(steps in prop::collection::vec((0u64..20, 0u64..20), 1..200)) {
            let mut queue = Queue::default();
            let mut now = 0;
            for (ahead, wait) in steps {
                queue.push(now + ahead, now + ahead);
                now += wait;
                while let Some((at, item)) = queue.pop_until(now) {
                    prop_assert!(at == item && at <= now);
                }
                prop_assert!(queue.next_at().is_none_or(|at| at > now));
            }
        }
    }
}
