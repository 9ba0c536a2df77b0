//! What a hostile day makes of a good file: a seeded draw of the same mutations for tests.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::ops::Range;

/// Pieces that have broken readers somewhere.
const PIECES: [&str; 30] = [
    "",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "\r",
    "\n\n",
    "-1",
    "0",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "NaN",
    "inf",
    "true",
    "null",
    "\"",
    "'''",
    "[[",
    "]",
    "{",
    "}",
    "=",
    "\\u",
    "\\",
    "${env:SECRET}",
    "../../x",
    "\u{1b}[200~",
    "\u{1b}]11;",
    "é漢👩‍👩‍👧",
];

/// Draws; the same seed draws the same.
pub(crate) struct Draw(Pcg64Mcg);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(Pcg64Mcg::seed_from_u64(seed))
    }

    /// From 0 to `bound` - 1; 0 where there is no choice.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound.max(1) as u64) as usize
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(crate) fn piece(&mut self) -> &'static str {
        self.one_of::<&'static str>(&PIECES)
    }

    /// One of the samples after one to six mutations.
    pub(crate) fn mutant(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.one_of(samples).clone();
        for _ in 0..=self.below(6) {
            self.mutate(&mut bytes, samples);
        }
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        let range = self.range(bytes.len());
        match self.below(8) {
            0 => bytes.iter_mut().skip(range.start).take(1).for_each(|byte| *byte = byte.rotate_left(3)),
            1 => drop(bytes.drain(range)),
            2 => {
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, again);
            }
            3 => bytes.truncate(range.start),
            4 => {
                let other = self.one_of(samples);
                let part = self.range(other.len());
                bytes.splice(range.start..range.start, other[part].iter().copied());
            }
            5 => {
                let word = word_at(bytes, range.start);
                bytes.splice(word, self.piece().bytes());
            }
            6 => {
                let number = number_after(bytes, range.start);
                bytes.splice(number, self.piece().bytes());
            }
            _ => {
                bytes.splice(range.start..range.start, self.piece().bytes());
            }
        }
    }

    /// A short range within so many bytes.
    fn range(&mut self, length: usize) -> Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(60)).min(length)
    }
}

/// The word in which a place is, or nothing there.
fn word_at(bytes: &[u8], at: usize) -> Range<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.' || *byte == b'_';
    let start = at - bytes[..at].iter().rev().take_while(|byte| is_word(byte)).count();
    start..at + bytes[at..].iter().take_while(|byte| is_word(byte)).count()
}

/// The next number after a place, or nothing at the end.
fn number_after(bytes: &[u8], at: usize) -> Range<usize> {
    let start = at + bytes[at..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
    start..start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}
