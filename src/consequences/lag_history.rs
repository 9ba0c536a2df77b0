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

/// What a group's lag was; `None` for a time in which nobody knows it.
type TrendMoments = VecDeque<(Millis, Option<i64>)>;

/// The lag of every group over the last two windows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LagHistory {
    window_ms: Millis,
    of: BTreeMap<Arc<str>, Moments>,
    trends: BTreeMap<Arc<str>, TrendMoments>,
}

/// Moments of a trend, and how far apart they are at least.
const TREND: usize = 32;
const TREND_STEP_MS: Millis = 2_000;
/// Moments further apart than this, and than so many usual steps, have a gap between them: a live screen reads every
/// lag each 30 seconds.
const GAP_MS: Millis = 60_000;
const GAP_STEPS: Millis = 4;

impl LagHistory {
    /// Notes the lag of every group, and for its trend that it is not known; forgets groups that are gone.
    pub fn note(&mut self, cluster: &Cluster) {
        self.window_ms = window_ms(cluster);
        let now = cluster.taken_at;
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        let mut noted = BTreeMap::new();
        let mut trends = BTreeMap::new();
        for group in groups {
            let lag = if let Lag::Records(lag) = cluster.lag_of_group(group) { Some(lag) } else { None };
            let mut trend = self.trends.remove(&group.id).unwrap_or_default();
            // A trend begins with a lag that is known.
            if lag.is_some() || !trend.is_empty() {
                note_trend(&mut trend, now, lag);
                trends.insert(group.id.clone(), trend);
            }
            let Some(lag) = lag else { continue };
            let mut moments = self.of.remove(&group.id).unwrap_or_default();
            note(&mut moments, now, lag, self.window_ms);
            noted.insert(group.id.clone(), moments);
        }
        self.of = noted;
        self.trends = trends;
    }

    /// A group's lag as it was, the oldest first: at most 32 moments, two seconds or more apart. `None` where it was not
    /// known, and once where nobody looked for longer than usual.
    pub fn trend(&self, group: &str) -> impl Iterator<Item = Option<i64>> + '_ {
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

fn note_trend(trend: &mut TrendMoments, now: Millis, lag: Option<i64>) {
    while trend.back().is_some_and(|(at, _)| *at > now) {
        trend.pop_back();
    }
    if trend.back().is_some_and(|(at, _)| now - at < TREND_STEP_MS) {
        return;
    }
    if let (Some((last, Some(_))), Some(step_ms)) = (trend.back(), usual_step_ms(trend))
        && now - last > GAP_MS.max(GAP_STEPS * step_ms)
    {
        trend.push_back((last + step_ms, None));
    }
    trend.push_back((now, lag));
    while trend.len() > TREND {
        trend.pop_front();
    }
}

/// How far its moments are apart in the mean.
fn usual_step_ms(trend: &TrendMoments) -> Option<Millis> {
    let steps = Millis::try_from(trend.len()).ok()? - 1;
    let span = trend.back()?.0 - trend.front()?.0;
    (steps > 0).then(|| span / steps)
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
    use crate::hypothesis::reference;
    use crate::model::{
        Datum, Group, GroupOffset, GroupState, KafkaVersion, Origin, PartitionIx, Partitions,
    };

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
        let mut trend = TrendMoments::new();
        (0..200).for_each(|second| note_trend(&mut trend, second * 1_000, Some(second)));
        assert_eq!((trend.len(), trend.back()), (TREND, Some(&(198_000, Some(198)))));
        assert_eq!(trend.front(), Some(&(136_000, Some(136))));
        note_trend(&mut trend, 150_000, Some(7));
        assert_eq!(trend.back(), Some(&(150_000, Some(150))), "known for that moment already");
        note_trend(&mut trend, 140_500, Some(7));
        assert_eq!(trend.len(), 3);
    }

    #[test]
    fn a_gap_in_a_trend_stays_one() {
        let lags = |moments: &[(Millis, Option<i64>)]| {
            let mut trend = TrendMoments::new();
            moments.iter().for_each(|(second, lag)| note_trend(&mut trend, second * 1_000, *lag));
            trend.into_iter().map(|(_, lag)| lag).collect::<Vec<_>>()
        };
        let known = |seconds: &[Millis]| seconds.iter().map(|at| (*at, Some(5))).collect::<Vec<_>>();
        assert_eq!(lags(&known(&[0, 5, 10, 600])), [Some(5), Some(5), Some(5), None, Some(5)]);
        assert_eq!(lags(&known(&[0, 30, 60, 120])).len(), 4, "a sweep that was late is no gap");
        assert_eq!(lags(&known(&[0, 300, 600, 900])).len(), 4, "nor is a clock that runs fast");
        assert_eq!(lags(&[(0, Some(1)), (5, None), (10, Some(2))]), [Some(1), None, Some(2)]);
    }

    #[test]
    fn a_lag_that_is_not_known_for_a_while_leaves_a_gap_and_what_was_known_before() {
        let lag = |at_s: Millis, end: Option<i64>| {
            let mut cluster = reference(KafkaVersion::REFERENCE);
            let mut rows = cluster.partitions.to_rows();
            (rows[0].log_start, rows[0].high_watermark) = (Some(0), end);
            let complete = cluster.partitions.elr.map(|_| ());
            cluster.partitions = Partitions::from_rows(&rows, complete);
            let broker = Origin::Broker;
            let offset = GroupOffset::new(PartitionIx(0), Some(2));
            let group = Group {
                id: "g".into(),
                state: GroupState::Stable,
                protocol: "classic".into(),
                coordinator: None,
                member_count: Datum::known(1, 0, broker.clone()),
                members: Datum::known([].into(), 0, broker.clone()),
                offsets: Datum::known([offset].into(), 0, broker.clone()),
            };
            cluster.groups = Datum::known([group].into(), 0, broker);
            cluster.taken_at = at_s * 1000;
            cluster
        };
        let mut lags = LagHistory::default();
        for (at_s, end) in [(0, Some(9)), (5, None), (10, Some(3))] {
            lags.note(&lag(at_s, end));
        }
        assert_eq!(lags.trend("g").collect::<Vec<_>>(), [Some(7), None, Some(1)]);
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
