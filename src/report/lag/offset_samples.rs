//! An offset that only grows, seen at several times: how fast it grows, and when it passed another one.

use crate::model::Millis;
use std::collections::VecDeque;

/// Samples kept of one offset; older ones are thinned, so that they reach back further.
const KEPT: usize = 96;

/// When a record was written, by the growth of the log between the looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Written {
    /// Between two looks.
    At(f64),
    /// Before the first look; the estimate goes on at the mean rate, where there was one.
    Before { first: Millis, estimate: Option<f64> },
}

/// Times and offsets, the oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct OffsetSamples {
    samples: VecDeque<(Millis, i64)>,
}

impl OffsetSamples {
    /// Says whether the offset went back: what was seen before says nothing then.
    pub(super) fn note(&mut self, at: Millis, offset: i64) -> bool {
        let went_back = self.samples.back().is_some_and(|(_, last)| offset < *last);
        // A clock that was put back makes every span of time wrong.
        if went_back || self.samples.back().is_some_and(|(last, _)| at <= *last) {
            self.samples.clear();
        }
        self.samples.push_back((at, offset));
        if self.samples.len() > KEPT {
            let half = KEPT / 2;
            let kept = self.samples.iter().enumerate().filter(|(nth, _)| *nth >= half || nth % 2 == 0);
            self.samples = kept.map(|(_, sample)| *sample).collect();
        }
        went_back
    }

    /// Growth a second over the last `window_ms` or a little more, and over how long it was measured.
    pub(super) fn rate(&self, window_ms: Millis) -> Option<(f64, Millis)> {
        let (last, end) = self.samples.back()?;
        let in_window = |(at, _): &&(Millis, i64)| last - at >= window_ms;
        let (first, start) = self.samples.iter().rev().find(in_window).or(self.samples.front())?;
        let span = last - first;
        (span > 0).then(|| ((end - start) as f64 * 1000.0 / span as f64, span))
    }

    /// When the record at this offset was written; `None` where the log does not reach it.
    pub(super) fn written(&self, offset: i64) -> Option<Written> {
        let (first, start) = *self.samples.front()?;
        if self.samples.back().is_some_and(|(_, end)| *end <= offset) {
            return None;
        }
        if offset < start {
            let rate = self.rate(Millis::MAX).map(|(per_s, _)| per_s).filter(|per_s| *per_s > 0.0);
            let estimate = rate.map(|per_s| first as f64 - (start - offset) as f64 * 1000.0 / per_s);
            return Some(Written::Before { first, estimate });
        }
        let pairs = self.samples.iter().zip(self.samples.iter().skip(1));
        let ((from, low), (to, high)) = pairs.into_iter().find(|(_, (_, high))| *high > offset)?;
        let share = (offset - low) as f64 / (high - low) as f64;
        Some(Written::At(*from as f64 + share * (to - from) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(all: &[(Millis, i64)]) -> OffsetSamples {
        let mut samples = OffsetSamples::default();
        for (at, offset) in all {
            samples.note(*at, *offset);
        }
        samples
    }

    #[test]
    fn rates_are_those_of_the_window() {
        let seen = samples(&[(0, 0), (10_000, 100), (20_000, 400), (30_000, 400)]);
        assert_eq!(seen.rate(10_000), Some((0.0, 10_000)));
        assert_eq!(seen.rate(20_000), Some((15.0, 20_000)));
        assert_eq!(seen.rate(3_600_000), Some((400.0 / 30.0, 30_000)), "all there is");
        assert_eq!(samples(&[(5, 7)]).rate(1_000), None, "one look tells no rate");
    }

    #[test]
    fn a_record_was_written_where_the_log_passed_its_offset() {
        let seen = samples(&[(0, 100), (10_000, 200), (20_000, 200), (30_000, 300)]);
        assert_eq!(seen.written(150), Some(Written::At(5_000.0)));
        assert_eq!(seen.written(200), Some(Written::At(20_000.0)), "nothing was written for ten seconds");
        assert_eq!(seen.written(300), None, "not written yet");
        let rate = 200.0 / 30.0;
        let estimate = Some(-(60.0 * 1000.0 / rate));
        assert_eq!(seen.written(40), Some(Written::Before { first: 0, estimate }));
        let still = samples(&[(0, 100), (10_000, 100)]);
        assert_eq!(
            still.written(40),
            Some(Written::Before { first: 0, estimate: None }),
            "no rate, no estimate"
        );
    }

    #[test]
    fn an_offset_or_a_clock_that_goes_back_starts_anew() {
        let mut seen = samples(&[(0, 100), (10_000, 200)]);
        assert!(seen.note(20_000, 50), "it went back");
        assert_eq!(seen.rate(60_000), None);
        assert!(!seen.note(15_000, 60), "the clock did");
        assert_eq!(seen.rate(60_000), None);
    }

    #[test]
    fn old_samples_are_thinned_and_reach_back() {
        let all: Vec<(Millis, i64)> = (0..5_000).map(|at| (at * 1_000, at * 10)).collect();
        let seen = samples(&all);
        assert!(seen.samples.len() <= KEPT);
        assert_eq!(seen.samples.front(), Some(&(0, 0)));
        assert_eq!(seen.rate(10_000), Some((10.0, 10_000)));
    }
}
