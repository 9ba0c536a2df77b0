//! Quantiles of a latency: a wait for the batch, a lognormal body and rare stalls, by bisection.

/// Spread of the body (assumed, 0.4 to 0.6).
const SIGMA: f64 = 0.4;
/// Points at which the wait for the batch is taken.
const POINTS: usize = 24;

/// The parts of a latency in milliseconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Mixture {
    /// Always there: round trips.
    pub fixed_ms: f64,
    /// Mean of the part that varies.
    pub body_ms: f64,
    /// Longest wait for the batch.
    pub collects_ms: f64,
    /// Share of records that wait that long; the others wait evenly between nothing and it.
    pub first_share: f64,
    /// Brokers each of which may stall.
    pub brokers: f64,
    /// Share of requests that one of them stalls.
    pub stall_share: f64,
    /// The longest stall; the shortest is half of it.
    pub stall_ms: f64,
}

impl Mixture {
    /// The value below which this share of the records is.
    pub fn quantile(&self, share: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        while self.below(high) < share && high < 1e9 {
            high *= 2.0;
        }
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if self.below(middle) < share { low = middle } else { high = middle }
        }
        high
    }

    /// Share of the records that take at most so long.
    fn below(&self, ms: f64) -> f64 {
        let stalled = 1.0 - libm::pow(1.0 - self.stall_share, self.brokers);
        let rest = ms - self.fixed_ms;
        let half = self.stall_ms / 2.0;
        let late = (rest - self.body_ms - self.collects_ms / 2.0 - half) / half.max(f64::MIN_POSITIVE);
        (1.0 - stalled) * self.without_stall(rest) + stalled * late.clamp(0.0, 1.0)
    }

    fn without_stall(&self, ms: f64) -> f64 {
        if self.collects_ms <= 0.0 {
            return self.body(ms);
        }
        let even: f64 =
            (0..POINTS).map(|at| self.body(ms - self.collects_ms * (at as f64 + 0.5) / POINTS as f64)).sum();
        self.first_share * self.body(ms - self.collects_ms) + (1.0 - self.first_share) * even / POINTS as f64
    }

    /// Lognormal with the mean of the body.
    fn body(&self, ms: f64) -> f64 {
        match () {
            () if ms < 0.0 => 0.0,
            () if self.body_ms <= 0.0 => 1.0,
            () if ms == 0.0 => 0.0,
            () => {
                let mu = libm::log(self.body_ms) - SIGMA * SIGMA / 2.0;
                0.5 * libm::erfc(-(libm::log(ms) - mu) / (SIGMA * core::f64::consts::SQRT_2))
            }
        }
    }
}

/// Mean wait for one of `servers` by its dimensionless form W / s (Allen-Cunneen; Sakasegawa's exponent).
pub(super) fn waiting(servers: f64, utilisation: f64, ca2: f64, cs2: f64) -> f64 {
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

    #[test]
    fn published_waits() {
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
    fn quantiles_are_ordered_and_hold_their_share() {
        let mixture = Mixture {
            fixed_ms: 1.0,
            body_ms: 2.0,
            collects_ms: 5.0,
            first_share: 0.2,
            brokers: 3.0,
            stall_share: 0.001,
            stall_ms: 200.0,
        };
        let (p50, p99, p999) = (mixture.quantile(0.5), mixture.quantile(0.99), mixture.quantile(0.999));
        assert!(1.0 < p50 && p50 < p99 && p99 < p999, "{p50} {p99} {p999}");
        assert!(p999 > 100.0, "stalls show in the p99.9 of three brokers");
        assert!((mixture.below(p99) - 0.99).abs() < 1e-9);
    }
}
