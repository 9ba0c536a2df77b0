//! One request at a time: what a producer's requests wait for on their way to a broker.
//!
//! A broker that has read a request reads no other one of that connection until the answer is sent
//! (`SocketServer.Processor`: `selector.mute` when a request is complete, `tryUnmuteChannel` when its answer is
//! gone). Of the requests in flight one is worked on; the others lie in the socket. When as many are in flight as
//! may be, records wait in the producer and go out together with the next one: batches grow until the requests fit.

use crate::consequences::gth::RateMatrix;
use crate::consequences::quantile::Piece;

/// More places in line than this are not told apart; a line that grows stands at its end.
const MAX_PLACES: usize = 48;
/// Steps in which a time is summed up.
const STEPS: usize = 24;
/// So seldom is never; but a line that can only grow has no mean.
const NEVER: f64 = 1e-12;

/// One producer's connection to one broker.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Connection {
    pub records_per_ms: f64,
    /// From the first record of a request until it is due: no other one begins before.
    pub collects_ms: f64,
    /// From a request's reading to its answer's sending.
    pub held_ms: f64,
    /// The way to the broker and back.
    pub network_ms: f64,
    /// `max.in.flight.requests.per.connection`
    pub in_flight: f64,
}

impl Connection {
    /// From a request's sending to its answer, when no more of them are in flight than may be and all of them are
    /// used: the line of requests is full, or the way is long.
    pub(super) fn full_round_trip_ms(&self) -> f64 {
        (self.network_ms + self.held_ms).max(self.in_flight.max(1.0) * self.held_ms)
    }

    /// Requests a second, as they would be if they never waited.
    pub(super) fn due_per_s(&self) -> f64 {
        1000.0 / (1.0 / self.records_per_ms.max(f64::MIN_POSITIVE) + self.collects_ms)
    }

    /// How busy the due requests would keep it, 1 being always: above, records gather in the producer.
    pub(super) fn busy(&self) -> f64 {
        self.due_per_s() * self.held_ms / 1000.0
    }

    /// How long records wait beside what their request takes alone.
    pub(super) fn waits(&self) -> Vec<Vec<Piece>> {
        let nothing = |share| Piece { share, low_ms: 0.0, high_ms: 0.0 };
        if self.held_ms <= 0.0 {
            return Vec::new();
        }
        let window = self.in_flight.max(1.0);
        let between_ms = (self.network_ms + self.held_ms) / window;
        if between_ms <= self.held_ms {
            return vec![self.line(window * self.held_ms - self.network_ms)];
        }
        // The way is so long that the window is full before the broker is busy.
        let full = self.window_full();
        let held_back = vec![nothing(1.0 - full), Piece { share: full, low_ms: 0.0, high_ms: between_ms }];
        // Nor do more come to it than the window lets through.
        let let_through = self.records_per_ms.min(1.0 / between_ms);
        let mut line = Connection { records_per_ms: let_through, ..*self }.line(f64::INFINITY);
        line.pop();
        let total: f64 = line.iter().map(|piece| piece.share).sum();
        line.iter_mut().for_each(|piece| piece.share /= total);
        vec![held_back, line]
    }

    /// Places in line: with no, one, two... requests before it, and last the records that gathered while as many were
    /// in flight as may be. Nobody waits longer than `most_ms`.
    fn line(&self, most_ms: f64) -> Vec<Piece> {
        let window = (self.in_flight.max(1.0) as usize).min(MAX_PLACES);
        let skipped = (self.in_flight - window as f64).max(0.0);
        let found = self.found(window);
        let alone = 1.0 + self.records_per_ms * self.collects_ms;
        let rest_ms = (self.collects_ms - self.held_ms).max(0.0);
        let per_request =
            self.records_per_ms * self.held_ms + found[0] * (1.0 + self.records_per_ms * rest_ms);
        let gathered = (per_request - (1.0 - found[window]) * alone).max(found[window] * alone);
        let weights = (0..=window).map(|place| if place < window { found[place] * alone } else { gathered });
        let total: f64 = weights.clone().sum();
        let place = |(place, weight): (usize, f64)| {
            let far = if self.busy() > 1.0 { place as f64 + skipped } else { place as f64 };
            let high_ms = (far * self.held_ms).min(most_ms);
            let low_ms = if place == 0 { 0.0 } else { (high_ms - self.held_ms).max(0.0) };
            Piece { share: weight / total.max(f64::MIN_POSITIVE), low_ms, high_ms }
        };
        let line: Vec<Piece> = weights.enumerate().map(place).collect();
        debug_assert!(
            line.iter().all(|piece| piece.share >= 0.0 && piece.low_ms <= piece.high_ms),
            "{line:?}"
        );
        line
    }

    /// Shares of the requests that find so many before them, as those do that are left behind: the chain between
    /// two answers, of which arrivals and departures see the same.
    fn found(&self, window: usize) -> Vec<f64> {
        let fresh: Vec<f64> = (0..=window).map(|count| self.exactly(count, self.held_ms)).collect();
        let any: Vec<f64> = (0..=window).map(|count| self.exactly_at_any_time(count)).collect();
        // Seen only when an answer leaves (an embedded chain, as for M/D/1 with a finite queue): the next state depends on
        // how many requests become due while one is held, and on nothing before.
        let mut chain = RateMatrix::new(window + 1);
        for left in 0..=window {
            // Whoever finds nobody begins to be worked on as it comes.
            let coming = if left == 0 { &fresh } else { &any };
            let before = left.max(1) - 1;
            let mut rest = 1.0;
            for (next, share) in (before..window).zip(coming) {
                rest -= share;
                if next != left {
                    chain.add(left, next, share.max(NEVER));
                }
            }
            // Beyond the window they are one request.
            if left != window {
                chain.add(left, window, rest.max(0.0));
            }
        }
        chain.stationary()
    }

    /// Share of the times of that length that begin with a request in which exactly so many others become due.
    fn exactly(&self, count: usize, ms: f64) -> f64 {
        self.at_least(count, ms) - self.at_least(count + 1, ms)
    }

    /// The same for at least so many: each takes a record, which comes at random, and then its time to collect.
    fn at_least(&self, count: usize, ms: f64) -> f64 {
        let free_ms = ms - count as f64 * self.collects_ms;
        if count == 0 {
            return 1.0;
        }
        if free_ms <= 0.0 {
            return 0.0;
        }
        // As many records as requests have come within the time that their collecting leaves free: a Poisson tail.
        let mean = self.records_per_ms * free_ms;
        let mut term = libm::exp(-mean);
        let mut fewer = 0.0;
        for k in 0..count {
            fewer += term;
            term *= mean / (k + 1) as f64;
        }
        (1.0 - fewer).max(0.0)
    }

    /// Share of the times that a request is held, begun at any time, in which exactly so many become due.
    fn exactly_at_any_time(&self, count: usize) -> f64 {
        let at_least = |count: usize| match count {
            0 => 1.0,
            // A renewal process met at a random moment: its first event is as likely at any moment, at the rate of the requests;
            // the others follow it as they follow any request.
            _ => {
                self.busy() * (0..STEPS).map(|at| self.exactly(count - 1, self.moment(at))).sum::<f64>()
                    / STEPS as f64
            }
        };
        (at_least(count) - at_least(count + 1)).max(0.0)
    }

    fn moment(&self, at: usize) -> f64 {
        self.held_ms * (at as f64 + 0.5) / STEPS as f64
    }

    /// Share of the requests that become due while as many are in flight as may be, each for as long as its way
    /// takes (Erlang's loss formula: how long that varies does not matter).
    fn window_full(&self) -> f64 {
        // A window of requests takes at least as long to collect: what is answered within that never fills it.
        let window = self.in_flight.max(1.0);
        let open_ms = (self.network_ms + self.held_ms - window * self.collects_ms).max(0.0);
        let load = self.due_per_s() / 1000.0 * open_ms;
        // The recursion B(k) = a B(k-1) / (k + a B(k-1)), which never overflows as the factorials do.
        let mut blocked = 1.0;
        for k in 1..=(self.in_flight.max(1.0) as usize).min(10_000) {
            blocked = load * blocked / (k as f64 + load * blocked);
        }
        blocked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(records_per_s: f64) -> Connection {
        Connection {
            records_per_ms: records_per_s / 1000.0,
            collects_ms: 0.0,
            held_ms: 60.0,
            network_ms: 0.0,
            in_flight: 5.0,
        }
    }

    fn mean(connection: &Connection) -> f64 {
        let pieces = connection.waits().into_iter().flatten();
        pieces.map(|piece| piece.share * (piece.low_ms + piece.high_ms) / 2.0).sum()
    }

    /// M/D/1: rho / (2 (1 - rho)) of a service, as long as the window is out of reach.
    #[test]
    fn requests_wait_as_in_a_line_before_one_server() {
        for busy in [0.1, 0.3, 0.5] {
            let one = Connection { in_flight: 40.0, ..connection(1000.0 * busy / 60.0) };
            let expected = 60.0 * busy / (2.0 * (1.0 - busy));
            assert!((mean(&one) / expected - 1.0).abs() < 0.1, "{busy}: {} for {expected}", mean(&one));
        }
    }

    /// With more than it takes, the window is full: four and a half to five requests before the next one.
    #[test]
    fn a_full_window_is_waited_for() {
        let full = connection(1000.0);
        assert!((mean(&full) - 270.0).abs() < 1.0, "{}", mean(&full));
        assert_eq!(full.full_round_trip_ms(), 300.0);
        let far = Connection { network_ms: 100.0, ..full };
        assert!((mean(&far) - 170.0).abs() < 1.0, "what is under way does not wait: {}", mean(&far));
    }

    #[test]
    fn who_collects_longer_than_a_request_is_held_never_waits() {
        let patient = Connection { collects_ms: 61.0, ..connection(1000.0) };
        assert!(mean(&patient) < 1e-6);
        assert!(mean(&Connection { collects_ms: 50.0, ..patient }) > 100.0);
    }

    /// One in flight: the next one goes when the answer is here.
    #[test]
    fn a_window_of_one_waits_for_the_way_too() {
        let one = Connection { in_flight: 1.0, network_ms: 40.0, ..connection(1000.0) };
        assert!((mean(&one) - 50.0).abs() < 1.0, "{}", mean(&one));
        let seldom = Connection { records_per_ms: 1e-6, ..one };
        assert!(mean(&seldom) < 0.01);
    }

    #[test]
    fn more_load_waits_longer() {
        let waits: Vec<f64> = (1..40).map(|rate| mean(&connection(f64::from(rate)))).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9), "{waits:?}");
    }
}
