//! Sets of numbers as ranges that merge: a million records in order are one range.

/// Numbers as disjoint, ascending, non-touching half-open ranges.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Intervals {
    ranges: Vec<(u64, u64)>,
}

impl Intervals {
    /// Adds `first..end`; answers how many of them were in already.
    pub(crate) fn add(&mut self, first: u64, end: u64) -> u64 {
        if first >= end {
            return 0;
        }
        match self.ranges.last_mut() {
            Some(last) if last.1 == first => {
                last.1 = end;
                return 0;
            }
            Some(last) if last.1 > first => {}
            _ => {
                self.ranges.push((first, end));
                return 0;
            }
        }
        let from = self.ranges.partition_point(|range| range.1 < first);
        let to = self.ranges.partition_point(|range| range.0 <= end);
        let touched = &self.ranges[from..to];
        let known = touched.iter().map(|range| range.1.min(end).saturating_sub(range.0.max(first))).sum();
        let low = touched.first().map_or(first, |range| range.0.min(first));
        let high = touched.last().map_or(end, |range| range.1.max(end));
        self.ranges.splice(from..to, [(low, high)]);
        known
    }

    /// How many numbers are in.
    pub(crate) fn len(&self) -> u64 {
        self.ranges.iter().map(|(first, end)| end - first).sum()
    }

    /// Whether a number is in.
    pub(crate) fn contains(&self, number: u64) -> bool {
        let at = self.ranges.partition_point(|range| range.1 <= number);
        self.ranges.get(at).is_some_and(|range| range.0 <= number)
    }

    /// Whether a number as large as this one is in.
    pub(crate) fn reaches(&self, number: u64) -> bool {
        self.ranges.last().is_some_and(|(_, end)| *end > number)
    }

    pub(crate) fn ranges(&self) -> &[(u64, u64)] {
        &self.ranges
    }

    /// What is in here of `first..end`.
    pub(crate) fn within(&self, first: u64, end: u64) -> Intervals {
        let from = self.ranges.partition_point(|range| range.1 <= first);
        let to = self.ranges.partition_point(|range| range.0 < end);
        let inside = self.ranges.get(from..to).unwrap_or_default();
        let cut = |range: &(u64, u64)| (range.0.max(first), range.1.min(end));
        Intervals { ranges: inside.iter().map(cut).collect() }
    }

    /// What is in here and not in `other`, as ranges.
    pub(crate) fn without(&self, other: &Intervals) -> Intervals {
        let mut left = Intervals::default();
        let mut at = 0;
        for &(first, end) in &self.ranges {
            let mut from = first;
            while at < other.ranges.len() && other.ranges[at].1 <= from {
                at += 1;
            }
            let mut next = at;
            while next < other.ranges.len() && other.ranges[next].0 < end {
                let (hole, hole_end) = other.ranges[next];
                left.add(from, hole.max(from));
                from = from.max(hole_end);
                next += 1;
            }
            left.add(from, end);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn sets() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0u64..60, 0u64..8).prop_map(|(first, len)| (first, first + len)), 0..30)
    }

    fn both(ranges: &[(u64, u64)]) -> (Intervals, BTreeSet<u64>) {
        let (mut intervals, mut set) = (Intervals::default(), BTreeSet::new());
        for &(first, end) in ranges {
            let known = (first..end).filter(|number| set.contains(number)).count() as u64;
            assert_eq!(intervals.add(first, end), known);
            set.extend(first..end);
        }
        (intervals, set)
    }

    proptest! {
        #[test]
        fn is_a_set(ranges in sets(), others in sets()) {
            let ((a, a_set), (b, b_set)) = (both(&ranges), both(&others));
            prop_assert_eq!(a.len(), a_set.len() as u64);
            prop_assert!((0..70).all(|number| a.contains(number) == a_set.contains(&number)));
            let left: BTreeSet<u64> =
                a.without(&b).ranges().iter().flat_map(|(first, end)| *first..*end).collect();
            prop_assert_eq!(left, a_set.difference(&b_set).copied().collect());
            let (first, end) = others.first().copied().unwrap_or((0, 70));
            let within: BTreeSet<u64> =
                a.within(first, end).ranges().iter().flat_map(|(first, end)| *first..*end).collect();
            prop_assert_eq!(within, a_set.range(first..end.max(first)).copied().collect());
            prop_assert!(a.ranges().windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
