//! How much klever asks of a cluster: a meter of its requests, a budget for them, and longer pauses where brokers
//! take long to answer.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Requests a second for each broker; a screen at rest needs about two.
const PER_BROKER_PER_S: f64 = 20.0;
/// What is left unspent of so many seconds may be spent at once, as at the start.
const SAVED_S: f64 = 30.0;
/// A read is repeated after this many times the time that it took, or later.
const REST: u32 = 4;
/// And no later than this, however long it took.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// Over which the meter takes the mean.
const METER_WINDOW: Duration = Duration::from_secs(10);

/// The least time between the end of a read that took so long and the next of its kind.
pub(super) fn rest_after(took: Duration) -> Duration {
    (took * REST).min(LONGEST_REST)
}

/// What may be sent: so many requests a second in the long run, and more where little was sent before.
pub(super) struct RequestBudget {
    per_s: f64,
    /// Requests that may go out now; below zero where the last reads took more than there was.
    left: f64,
    at: Instant,
    /// Requests that had been sent then.
    sent: u64,
}

impl RequestBudget {
    pub(super) fn new(now: Instant) -> Self {
        RequestBudget { per_s: PER_BROKER_PER_S, left: PER_BROKER_PER_S * SAVED_S, at: now, sent: 0 }
    }

    /// Takes the number of requests that were sent so far, to so many brokers.
    pub(super) fn settle(&mut self, now: Instant, sent: u64, brokers: usize) {
        self.per_s = PER_BROKER_PER_S * brokers.max(1) as f64;
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * self.per_s;
        let spent = sent.saturating_sub(self.sent) as f64;
        self.left = (self.left + earned - spent).min(self.per_s * SAVED_S);
        (self.at, self.sent) = (now, sent);
    }

    /// From when on a read may start.
    pub(super) fn open_at(&self) -> Instant {
        self.at + Duration::from_secs_f64((-self.left).max(0.0) / self.per_s)
    }
}

/// Requests a second, as the screen shows them.
#[derive(Default)]
pub(super) struct RequestMeter {
    /// When so many had been sent, the oldest first.
    samples: VecDeque<(Instant, u64)>,
    told: Option<u64>,
}

impl RequestMeter {
    /// The rate, when it is another one than was told last.
    pub(super) fn newer(&mut self, now: Instant, sent: u64) -> Option<u64> {
        self.samples.push_back((now, sent));
        while self.samples.get(1).is_some_and(|(at, _)| *at + METER_WINDOW <= now) {
            self.samples.pop_front();
        }
        let (since, before) = *self.samples.front()?;
        let seconds = now.saturating_duration_since(since).as_secs_f64();
        if seconds < 1.0 {
            return None;
        }
        let rate = (sent.saturating_sub(before) as f64 / seconds).round() as u64;
        (self.told != Some(rate)).then(|| *self.told.insert(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_took_long_rests_long_and_never_for_ever() {
        let ms = Duration::from_millis;
        assert_eq!(rest_after(ms(20)), ms(80));
        assert_eq!(rest_after(ms(5_000)), ms(20_000));
        assert_eq!(rest_after(ms(60_000)), LONGEST_REST);
    }

    #[test]
    fn a_budget_that_is_spent_opens_again_when_it_is_earned() {
        let start = Instant::now();
        let mut budget = RequestBudget::new(start);
        budget.settle(start, 0, 3);
        assert_eq!(budget.open_at(), start, "the start is not held up");
        // Three brokers earn 60 a second: 1,200 more than there was take 20 s.
        budget.settle(start, 600 + 1_200, 3);
        assert_eq!(budget.open_at(), start + Duration::from_secs(20));
        let later = start + Duration::from_secs(20);
        budget.settle(later, 1_800, 3);
        assert_eq!(budget.open_at(), later);
        let much_later = start + Duration::from_secs(3_600);
        budget.settle(much_later, 1_800, 3);
        budget.settle(much_later, 1_800 + 1_800 + 60, 3);
        assert_eq!(budget.open_at(), much_later + Duration::from_secs(1), "saved up for half a minute only");
    }

    #[test]
    fn the_meter_tells_the_mean_of_the_last_seconds_and_only_what_is_new() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut meter = RequestMeter::default();
        assert_eq!(meter.newer(at(0), 100), None, "a rate takes two moments");
        assert_eq!(meter.newer(at(2), 110), Some(5));
        assert_eq!(meter.newer(at(4), 120), None);
        assert_eq!(meter.newer(at(14), 320), Some(20));
        assert_eq!(meter.newer(at(24), 320), Some(0));
    }
}
