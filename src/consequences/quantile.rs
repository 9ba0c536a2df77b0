//! Quantiles of a latency: a wait for the batch, a lognormal body and rare stalls, by bisection.

/// Spread of the body (assumed, 0.4 to 0.6).
const SIGMA: f64 = 0.4;
/// A stretch of even waits counts at so many points, and all waits together at so many.
const POINTS: usize = 24;
const MAX_POINTS: usize = 96;

/// Some records wait evenly between two times; one time when they are equal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Piece {
    /// How many of all.
    pub share: f64,
    pub low_ms: f64,
    pub high_ms: f64,
}

impl Piece {
    fn points(self) -> impl Iterator<Item = (f64, f64)> {
        let count = if self.high_ms > self.low_ms { POINTS } else { 1 };
        let step = (self.high_ms - self.low_ms) / count as f64;
        (0..count).map(move |at| (self.low_ms + step * (at as f64 + 0.5), self.share / count as f64))
    }
}

pub(super) fn mean_of(wait: &[Piece]) -> f64 {
    wait.iter().map(|piece| piece.share * (piece.low_ms + piece.high_ms) / 2.0).sum()
}

/// The parts of a latency in milliseconds.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Mixture {
    /// Always there: round trips.
    pub fixed_ms: f64,
    /// Mean of the part that varies.
    pub body_ms: f64,
    /// What comes on top, each independent of the others: the shares of each add up to 1.
    pub waits: Vec<Vec<Piece>>,
    /// Brokers each of which may stall.
    pub brokers: f64,
    /// Share of requests that one of them stalls.
    pub stall_share: f64,
    /// The longest stall; the shortest is half of it.
    pub stall_ms: f64,
}

impl Mixture {
    /// The value below which this share of the records is.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let waits = self.points();
        if self.below(0.0, &waits) >= share {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.below(high, &waits) < share && high < 1e9 {
            high *= 2.0;
        }
        // The distribution has no closed inverse; fifty halvings are beyond the last printed digit.
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            if self.below(middle, &waits) < share { low = middle } else { high = middle }
        }
        high
    }

    /// All waits together: how long, and for which share.
    fn points(&self) -> Vec<(f64, f64)> {
        self.waits.iter().filter(|wait| !wait.is_empty()).fold(vec![(0.0, 1.0)], |sums, wait| {
            let more: Vec<(f64, f64)> =
                wait.iter().filter(|piece| piece.share > 1e-9).flat_map(|p| p.points()).collect();
            let each =
                sums.iter().flat_map(|(ms, share)| more.iter().map(move |(by, of)| (ms + by, share * of)));
            gathered(each.collect())
        })
    }

    /// Share of the records that take at most so long.
    fn below(&self, ms: f64, waits: &[(f64, f64)]) -> f64 {
        // One stalled broker is enough: each stalls on its own.
        let stalled = 1.0 - libm::pow(1.0 - self.stall_share, self.brokers);
        let rest = ms - self.fixed_ms;
        let half = self.stall_ms / 2.0;
        let mean: f64 = self.waits.iter().map(|wait| mean_of(wait)).sum();
        // A stalled request takes its mean, and on top of it anything from half a stall to a whole one.
        let late = (rest - self.body_ms - mean - half) / half.max(f64::MIN_POSITIVE);
        let in_time: f64 = waits.iter().map(|(wait, share)| share * self.body(rest - wait)).sum();
        let below = (1.0 - stalled) * in_time + stalled * late.clamp(0.0, 1.0);
        debug_assert!((-1e-9..=1.0 + 1e-9).contains(&below), "{below}");
        below
    }

    /// Lognormal with the mean of the body.
    fn body(&self, ms: f64) -> f64 {
        if ms < 0.0 {
            return 0.0;
        }
        if self.body_ms <= 0.0 {
            return 1.0;
        }
        if ms == 0.0 {
            return 0.0;
        }
        let mu = libm::log(self.body_ms) - SIGMA * SIGMA / 2.0;
        0.5 * libm::erfc(-(libm::log(ms) - mu) / (SIGMA * core::f64::consts::SQRT_2))
    }
}

/// The same in fewer points: neighbours are put together at their mean.
fn gathered(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let longest = points.iter().map(|(ms, _)| *ms).fold(0.0, f64::max);
    if points.len() <= MAX_POINTS || longest <= 0.0 {
        return points;
    }
    let mut bins = vec![(0.0, 0.0); MAX_POINTS];
    for (ms, share) in points {
        let bin = &mut bins[((ms / longest * MAX_POINTS as f64) as usize).min(MAX_POINTS - 1)];
        bin.0 += ms * share;
        bin.1 += share;
    }
    bins.into_iter().filter(|bin| bin.1 > 0.0).map(|(sum, share)| (sum / share, share)).collect()
}

/// Mean wait for one of `servers` by its dimensionless form W / s (Allen-Cunneen; Sakasegawa's exponent).
pub(super) fn waiting(servers: f64, utilisation: f64, ca2: f64, cs2: f64) -> f64 {
    // Exact for one server (Pollaczek-Khinchine); for several within a few percent under load.
    debug_assert!((0.0..1.0).contains(&utilisation), "{utilisation}");
    let power = libm::sqrt(2.0 * (servers + 1.0)) - 1.0;
    libm::pow(utilisation, power) / (servers * (1.0 - utilisation)) * (ca2 + cs2) / 2.0
}

/// `1 + 1/2 + ... + 1/k`: the mean of the largest of k exponentials.
pub(super) fn harmonic(k: u32) -> f64 {
    (1..=k).map(|n| 1.0 / f64::from(n)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula worked out by hand.
    #[test]
    fn waits_by_hand() {
        let printed = |k: f64, rhos: &[f64]| -> Vec<String> {
            rhos.iter().map(|rho| format!("{:.2}", waiting(k, *rho, 1.0, 2.0))).collect()
        };
        assert_eq!(printed(1.0, &[0.5, 0.7, 0.8, 0.9, 0.95]), ["1.50", "3.50", "6.00", "13.50", "28.50"]);
        assert_eq!(printed(8.0, &[0.5, 0.7, 0.9, 0.95]), ["0.04", "0.20", "1.33", "3.18"]);
    }

    #[test]
    fn largest_of_k() {
        let printed = [1, 2, 3, 4].map(|k| format!("{:.2}", harmonic(k)));
        assert_eq!(printed, ["1.00", "1.50", "1.83", "2.08"]);
    }

    #[test]
    fn nothing_takes_no_time() {
        let waits = vec![vec![Piece { share: 1.0, low_ms: 0.0, high_ms: 0.0 }]];
        let nothing =
            Mixture { fixed_ms: 0.0, body_ms: 0.0, waits, brokers: 0.0, stall_share: 0.1, stall_ms: 200.0 };
        assert_eq!((nothing.quantile(0.5), nothing.quantile(0.99)), (0.0, 0.0));
    }

    #[test]
    fn quantiles_are_ordered_and_hold_their_share() {
        let mixture = Mixture {
            fixed_ms: 1.0,
            body_ms: 2.0,
            waits: vec![vec![
                Piece { share: 0.2, low_ms: 5.0, high_ms: 5.0 },
                Piece { share: 0.8, low_ms: 0.0, high_ms: 5.0 },
            ]],
            brokers: 3.0,
            stall_share: 0.001,
            stall_ms: 200.0,
        };
        let (p50, p99, p999) = (mixture.quantile(0.5), mixture.quantile(0.99), mixture.quantile(0.999));
        assert!(1.0 < p50 && p50 < p99 && p99 < p999, "{p50} {p99} {p999}");
        assert!(p999 > 100.0, "stalls show in the p99.9 of three brokers");
        assert!((mixture.below(p99, &mixture.points()) - 0.99).abs() < 1e-9);
    }
}
