//! Copysets: the distinct sets of brokers that hold partitions, and what several brokers gone at once take.
//!
//! A loss hits one set of brokers, not one partition (Cidon et al., ATC 2013), and the order of a replica
//! list, which says only who leads first, does not matter to it.

use crate::model::Partitions;
use std::ops::Range;

/// Of a list that holds no assessed partition.
pub(super) const UNUSED: u32 = u32::MAX;

/// The copysets of the assessed partitions.
pub(super) struct Copysets {
    /// The copyset of each replica list; [`UNUSED`] for lists without an assessed partition.
    pub of_list: Vec<u32>,
    /// How many brokers each copyset has.
    pub sizes: Vec<u32>,
}

impl Copysets {
    /// Those of a range of partitions, numbered in the order in which they appear.
    pub(super) fn of(columns: &Partitions, range: &Range<u32>) -> Self {
        let of_all = columns.sets.copysets();
        let mut number_of = vec![UNUSED; of_all.len()];
        let mut of_list = vec![UNUSED; of_all.len()];
        let mut sizes = Vec::new();
        for list in &columns.replicas[range.start as usize..range.end as usize] {
            let at = *list as usize;
            if of_list[at] == UNUSED {
                let number = &mut number_of[of_all[at] as usize];
                if *number == UNUSED {
                    *number = sizes.len() as u32;
                    sizes.push(columns.sets[at].len() as u32);
                }
                of_list[at] = *number;
            }
        }
        Copysets { of_list, sizes }
    }

    pub(super) fn count(&self) -> usize {
        self.sizes.len()
    }

    /// How many have so many brokers.
    pub(super) fn of_size(&self, brokers: u32) -> usize {
        self.sizes.iter().filter(|size| **size == brokers).count()
    }
}

/// How many ways there are to take `take` of `of`.
pub(super) fn subsets(of: u32, take: u32) -> f64 {
    if take > of {
        return 0.0;
    }
    (0..take).map(|at| f64::from(of - at) / f64::from(at + 1)).product()
}

/// How many distinct sets so many partitions make of the possible ones when each is drawn at random.
pub(super) fn distinct_at_random(partitions: f64, possible: f64) -> f64 {
    if possible <= 1.0 {
        return partitions.min(1.0);
    }
    // possible x (1 - (1 - 1 / possible)^partitions), written so that small differences from 1 keep their digits.
    -possible * libm::expm1(partitions * libm::log1p(-1.0 / possible))
}

/// Probability that `gone` brokers drawn from all take at least `least` replicas of one partition.
pub(super) fn hit_probability(brokers: u32, gone: u32, replicas: u32, least: u32) -> f64 {
    // Hypergeometric: so many of the partition's brokers among those gone, the rest among the others.
    let ways = |taken: u32| match brokers.checked_sub(replicas) {
        Some(others) if taken <= gone => subsets(replicas, taken) * subsets(others, gone - taken),
        _ => 0.0,
    };
    let all = subsets(brokers, gone);
    if all == 0.0 {
        return 0.0;
    }
    let chance = (least..=replicas.min(gone)).map(ways).sum::<f64>() / all;
    debug_assert!((0.0..=1.0 + 1e-9).contains(&chance), "{chance}");
    chance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequences::fixtures::ClusterSpec;

    /// Three replicas, three random brokers gone; partitions placed at random, by hand (Cidon et al., ATC 2013).
    #[test]
    fn chances_that_three_brokers_take_a_partition() {
        let by_hand = [
            (6, 100.0, 0.99),
            (12, 100.0, 0.37),
            (12, 1e3, 0.99),
            (30, 1e3, 0.22),
            (30, 1e4, 0.915),
            (100, 1e4, 0.06),
        ];
        for (brokers, partitions, printed) in by_hand {
            let possible = subsets(brokers, 3);
            let chance = distinct_at_random(partitions, possible) / possible;
            assert!((chance - printed).abs() <= 0.005, "{brokers} {partitions}: {chance}");
        }
    }

    /// Two brokers down, three replicas, min ISR 2: two replicas of a partition among them refuse writes.
    #[test]
    fn partitions_that_refuse_writes() {
        let refused =
            |brokers: u32, partitions: f64| format!("{:.0}", partitions * hit_probability(brokers, 2, 3, 2));
        assert_eq!([refused(12, 1000.0), refused(30, 1000.0)], ["45", "7"]);
    }

    #[test]
    fn chances_cover_everything() {
        for (brokers, gone, replicas) in [(6, 3, 3), (12, 2, 3), (5, 4, 2), (3, 3, 3)] {
            assert!((hit_probability(brokers, gone, replicas, 0) - 1.0).abs() < 1e-12);
        }
        assert_eq!((hit_probability(3, 3, 3, 3), hit_probability(12, 2, 3, 3)), (1.0, 0.0));
        assert_eq!((subsets(12, 3), subsets(2, 3)), (220.0, 0.0));
    }

    #[test]
    fn the_order_of_a_list_does_not_matter() {
        let cluster = ClusterSpec { brokers: 3, partitions: 12, ..ClusterSpec::default() }.build();
        let sets = Copysets::of(&cluster.partitions, &(0..12));
        assert_eq!((cluster.partitions.sets.len(), sets.count()), (3, 1));
        let wide =
            ClusterSpec { brokers: 12, partitions: 12, replicas: 10, ..ClusterSpec::default() }.build();
        assert_eq!(Copysets::of(&wide.partitions, &(0..12)).count(), 12);
        assert_eq!(Copysets::of(&wide.partitions, &(0..1)).sizes, [10]);
    }
}
