//! Random choices: one seed, split by name, so that a change in one component leaves the others alone.

use crate::sim::hash::Fnv;
use rand_core::{Rng as _, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::ops::RangeInclusive;

/// The random numbers of one component.
#[derive(Clone, Debug)]
pub(crate) struct Rng(Pcg64Mcg);

impl Rng {
    /// The stream of the component called `name`, the `nth` of its kind.
    pub(crate) fn stream(seed: u64, name: &str, nth: u64) -> Self {
        let mut state = [0; 16];
        let mut hash = Fnv::default();
        hash.u64(seed).text(name).u64(nth);
        state[..8].copy_from_slice(&hash.0.to_le_bytes());
        hash.u64(1);
        state[8..].copy_from_slice(&hash.0.to_le_bytes());
        Rng(Pcg64Mcg::from_seed(state))
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`; 0 when that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number of a range, evenly drawn; nothing is drawn where there is but one.
    pub(crate) fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        let (least, most) = (*range.start(), *range.end());
        if most <= least { least } else { least + self.below(most - least) }
    }

    /// Whether something of this probability happens.
    pub(crate) fn permille(&mut self, probability: u32) -> bool {
        probability > 0 && self.below(1000) < u64::from(probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_reproducible_and_apart() {
        let draw = |seed, name, nth| Rng::stream(seed, name, nth).next_u64();
        assert_eq!(draw(1, "net", 0), draw(1, "net", 0));
        let all = [draw(1, "net", 0), draw(1, "net", 1), draw(1, "disk", 0), draw(2, "net", 0)];
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
        let mut rng = Rng::stream(7, "x", 0);
        assert!((0..1000).all(|_| rng.below(6) < 6));
    }
}
