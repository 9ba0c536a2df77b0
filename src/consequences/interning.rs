//! Small numbers for values that repeat, with a hash that is fast and the same in every run.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Numbers distinct values in the order in which they appear.
pub(super) struct Interner<T> {
    known: HashMap<T, u32, BuildHasherDefault<Multiply>>,
    last: Option<(T, u32)>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Interner { known: HashMap::default(), last: None }
    }
}

impl<T: Copy + Eq + Hash> Interner<T> {
    /// The number of this value; a new one gets the next.
    pub(super) fn intern(&mut self, value: T) -> u32 {
        if let Some((last, number)) = self.last
            && last == value
        {
            return number;
        }
        let next = self.known.len() as u32;
        let number = *self.known.entry(value).or_insert(next);
        self.last = Some((value, number));
        number
    }

    /// The values by their numbers.
    pub(super) fn into_values(self) -> Vec<T> {
        let mut numbered: Vec<(u32, T)> =
            self.known.into_iter().map(|(value, number)| (number, value)).collect();
        numbered.sort_unstable_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, value)| value).collect()
    }
}

/// Multiplies and rotates; good enough for keys that nobody chooses to collide.
#[derive(Default)]
pub(super) struct Multiply(u64);

impl Multiply {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, word: u8) {
        self.mix(u64::from(word));
    }
    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }
    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }
}
