//! How each group's lag goes on, over windows longer than its commits are apart.
//!
//! Between two commits the lag of a healthy group grows with every record and falls at the commit: a sawtooth.
//! Two moments say nothing about its trend; the means of two windows of whole commit intervals do.

use crate::knobs::{Knob, Value, consumer, resolve};
use crate::model::{Cluster, Lag, Millis};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

const MIN_WINDOW_MS: Millis = 5_000;
/// Commit intervals in a window.
const INTERVALS: Millis = 2;
/// Moments kept of a window; closer ones are not noted.
const MOMENTS: Millis = 32;
/// A difference of the means below this share of the sawtooth's height is none.
const NOISE: f64 = 0.1;

/// What a group's lag was: moments and records, the oldest first.
type Moments = VecDeque<(Millis, i64)>;

/// The lag of every group over the last two windows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LagHistory {
    window_ms: Millis,
    of: BTreeMap<Arc<str>, Moments>,
    trends: BTreeMap<Arc<str>, Moments>,
}

/// Moments of a trend, and how far apart they are at least.
const TREND: usize = 32;
const TREND_STEP_MS: Millis = 2_000;

impl LagHistory {
    /// Notes the lag of every group of which it is known; forgets groups that are gone.
    pub fn note(&mut self, cluster: &Cluster) {
        self.window_ms = window_ms(cluster);
        let now = cluster.taken_at;
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        let mut noted = BTreeMap::new();
        let mut trends = BTreeMap::new();
        for group in groups {
            let Lag::Records(lag) = cluster.lag_of_group(group) else { continue };
            let mut moments = self.of.remove(&group.id).unwrap_or_default();
            note(&mut moments, now, lag, self.window_ms);
            noted.insert(group.id.clone(), moments);
            let mut trend = self.trends.remove(&group.id).unwrap_or_default();
            note_trend(&mut trend, now, lag);
            trends.insert(group.id.clone(), trend);
        }
        self.of = noted;
        self.trends = trends;
    }

    /// A group's lag as it was, the oldest first: at most 32 moments, two seconds or more apart.
    pub fn trend(&self, group: &str) -> impl Iterator<Item = i64> + '_ {
        self.trends.get(group).into_iter().flatten().map(|(_, lag)| *lag)
    }

    /// Records a second by which a group's lag grows (or shrinks, when negative), once it was seen for two
    /// windows.
    pub fn growth_per_s(&self, group: &str) -> Option<f64> {
        growth_per_s(self.of.get(group)?, self.window_ms)
    }
}

/// Whole commit intervals of the assumed consumer.
fn window_ms(cluster: &Cluster) -> Millis {
    let value = |knob: &Knob| resolve(cluster, None, knob).get().cloned();
    let auto = value(&consumer::ENABLE_AUTO_COMMIT).as_ref().and_then(Value::bool) != Some(false);
    let interval = value(&consumer::AUTO_COMMIT_INTERVAL_MS).as_ref().and_then(Value::int).filter(|_| auto);
    (INTERVALS * interval.unwrap_or(0)).max(MIN_WINDOW_MS)
}

fn note(moments: &mut Moments, now: Millis, lag: i64, window_ms: Millis) {
    // Time went back: what was seen later has not happened.
    while moments.back().is_some_and(|(at, _)| *at >= now) {
        moments.pop_back();
    }
    if moments.len() > 1 && moments.back().is_some_and(|(at, _)| now - at < window_ms / MOMENTS) {
        return;
    }
    moments.push_back((now, lag));
    while moments.get(1).is_some_and(|(at, _)| now - at >= 2 * window_ms) {
        moments.pop_front();
    }
}

fn note_trend(trend: &mut Moments, now: Millis, lag: i64) {
    while trend.back().is_some_and(|(at, _)| *at > now) {
        trend.pop_back();
    }
    if trend.back().is_some_and(|(at, _)| now - at < TREND_STEP_MS) {
        return;
    }
    trend.push_back((now, lag));
    if trend.len() > TREND {
        trend.pop_front();
    }
}

fn growth_per_s(moments: &Moments, window_ms: Millis) -> Option<f64> {
    let (first, last) = (moments.front()?.0, moments.back()?.0);
    if window_ms <= 0 || last - first < 2 * window_ms {
        return None;
    }
    let middle = last - window_ms;
    let (before, after) = (mean(moments, middle - window_ms, middle)?, mean(moments, middle, last)?);
    let recent = || moments.iter().filter(|(at, _)| *at >= middle).map(|(_, lag)| *lag);
    let height = recent().max()? - recent().min()?;
    let change = after - before;
    let steady = change.abs() <= NOISE * height as f64;
    Some(if steady { 0.0 } else { change * 1000.0 / window_ms as f64 })
}

/// The mean over a span of time, straight between the moments.
fn mean(moments: &Moments, from: Millis, to: Millis) -> Option<f64> {
    let mut area = 0.0;
    for ((start, low), (end, high)) in moments.iter().zip(moments.iter().skip(1)) {
        let (left, right) = ((*start).max(from), (*end).min(to));
        if right <= left {
            continue;
        }
        let slope = (high - low) as f64 / (end - start) as f64;
        let at = |time: Millis| *low as f64 + slope * (time - start) as f64;
        area += (at(left) + at(right)) / 2.0 * (right - left) as f64;
    }
    (to > from).then(|| area / (to - from) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT_MS: Millis = 5_000;
    const WINDOW_MS: Millis = INTERVALS * COMMIT_MS;

    /// A group that commits every five seconds at 1000 records/s and falls back by `behind_per_s`, seen
    /// every `every` milliseconds from `phase` on.
    fn seen(behind_per_s: i64, every: Millis, phase: Millis, until: Millis) -> Moments {
        let mut moments = Moments::new();
        for now in (phase..until).step_by(every as usize) {
            let lag = (now % COMMIT_MS) + 100_000 + behind_per_s * now / 1000;
            note(&mut moments, now, lag, WINDOW_MS);
        }
        moments
    }

    #[test]
    fn a_sawtooth_between_commits_is_steady() {
        for every in [100, 333, 500, 1000, 2000] {
            for phase in [0, 1700, 4900] {
                for until in (21_500..60_000).step_by(1_370) {
                    let moments = seen(0, every, phase, until + phase);
                    let growth = growth_per_s(&moments, WINDOW_MS);
                    assert!(matches!(growth, None | Some(0.0)), "{every} {phase} {until}: {growth:?}");
                }
            }
        }
        assert_eq!(growth_per_s(&seen(0, 500, 0, 40_000), WINDOW_MS), Some(0.0));
    }

    #[test]
    fn a_trend_under_the_sawtooth_is_seen() {
        for behind in [-400, -200, 200, 1000] {
            let growth = growth_per_s(&seen(behind, 250, 0, 40_000), WINDOW_MS).unwrap();
            assert!((growth - behind as f64).abs() < 60.0, "{behind}: {growth}");
        }
    }

    #[test]
    fn a_trend_is_bounded_and_forgets_what_has_not_happened() {
        let mut trend = Moments::new();
        (0..200).for_each(|second| note_trend(&mut trend, second * 1_000, second));
        assert_eq!((trend.len(), trend.back()), (TREND, Some(&(198_000, 198))));
        assert_eq!(trend.front(), Some(&(136_000, 136)));
        note_trend(&mut trend, 150_000, 7);
        assert_eq!(trend.back(), Some(&(150_000, 150)), "known for that moment already");
        note_trend(&mut trend, 140_500, 7);
        assert_eq!(trend.len(), 3);
    }

    #[test]
    fn two_windows_are_needed_and_a_rewind_forgets() {
        assert_eq!(growth_per_s(&seen(200, 500, 0, 20_000), WINDOW_MS), None);
        let mut moments = seen(200, 500, 0, 40_000);
        note(&mut moments, 1_000, 5, WINDOW_MS);
        assert_eq!(moments.back(), Some(&(1_000, 5)));
        assert_eq!(growth_per_s(&moments, WINDOW_MS), None);
        let many = seen(0, 1, 0, 60_000);
        assert!(many.len() as i64 <= 2 * MOMENTS + 3, "{}", many.len());
    }
}
