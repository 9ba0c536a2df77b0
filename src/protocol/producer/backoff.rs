//! Waiting before another try (`ExponentialBackoff`, KIP-580).

use crate::model::Nanos;
use rand_core::Rng;
use rand_pcg::Pcg32;

/// The wait after the `failures`-th failure in a row, counted from 0: doubled each time up to `max`, with
/// 20% jitter; constant and without jitter where `max` is not above `initial` (before 3.7).
pub(super) fn backoff(initial: Nanos, max: Nanos, failures: u32, rng: &mut Pcg32) -> Nanos {
    if max <= initial {
        return initial;
    }
    let doubled = initial.saturating_mul(1 << failures.min(30)).min(max);
    let permille = 800 + u64::from(rng.next_u32() % 401);
    (doubled / 1000).saturating_mul(permille).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_up_to_the_maximum_with_a_fifth_of_jitter() {
        let mut rng = Pcg32::new(1, 1);
        const MS: Nanos = 1_000_000;
        for (failures, middle) in [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (40, 1000)] {
            for _ in 0..50 {
                let wait = backoff(100 * MS, 1000 * MS, failures, &mut rng) / MS;
                assert!(
                    wait >= middle * 8 / 10 && wait <= (middle * 12 / 10).min(1000),
                    "{failures}: {wait}"
                );
            }
        }
        assert_eq!(backoff(100 * MS, 100 * MS, 9, &mut rng), 100 * MS);
    }
}
