//! Figures along time: the simulator's own samples, or those of the states of a real cluster as they came in; the
//! part of them in view, and a moment in it that is looked at.

use crate::app::{App, Command, Effect, Level, Pane};
use crate::model::{
    BrokerStatus, Cluster, Lag, Mark, MarkKind, Millis, PartitionIx, QuorumState, Sample, human_duration_ms,
};
use std::collections::VecDeque;
use std::sync::Arc;

mod recorded;

/// So many samples of a real cluster are kept, and so many marks.
const SAMPLES: usize = 1_200;
const MARKS: usize = 200;
/// States that are closer are one sample.
const CLOSEST_MS: Millis = 1_000;
/// How long a sample of the simulator tells of the time before it.
const SIMULATED_MS: Millis = 1_500;
/// Spans of time in view, to zoom through.
const SPANS_MS: [Millis; 6] = [30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000];
/// Steps of the cursor in a span.
const STEPS: Millis = 60;

/// What was seen of a real cluster, and what is in view.
#[derive(Clone, Debug)]
pub(super) struct TimeLine {
    samples: Vec<Sample>,
    marks: VecDeque<Mark>,
    last: Option<Arc<Cluster>>,
    /// Whether it is a recording: it does not go on, and the moments of it can be gone to.
    is_recorded: bool,
    /// What it saw, until that is noted.
    recorded: Vec<Arc<Cluster>>,
    span: usize,
    /// The moment looked at, and the end of what is in view while it is.
    cursor: Option<(Millis, Millis)>,
}

/// A figure that is drawn along time.
#[derive(Clone, Copy)]
pub struct Series {
    pub name: &'static str,
    /// Whether a small number is the worse one.
    pub less_is_worse: bool,
    /// How a value above 0 is meant.
    pub level: Option<Level>,
    value: fn(&Sample) -> Option<f64>,
}

fn number(value: Option<u64>) -> Option<f64> {
    value.map(|value| value as f64)
}

/// All of them, the most telling first.
static SERIES: [Series; 8] = [
    Series { name: "acked/s", less_is_worse: true, level: None, value: |one| one.acked_per_s },
    Series { name: "LOST", less_is_worse: false, level: Some(Level::Bad), value: |one| number(one.lost) },
    Series {
        name: "under-repl.",
        less_is_worse: false,
        level: Some(Level::Warn),
        value: |one| number(one.under_replicated),
    },
    Series { name: "lag", less_is_worse: false, level: None, value: |one| number(one.lag) },
    Series { name: "ack p99 ms", less_is_worse: false, level: None, value: |one| one.ack_p99_ms },
    Series {
        name: "< min ISR",
        less_is_worse: false,
        level: Some(Level::Bad),
        value: |one| number(one.below_min_isr),
    },
    Series {
        name: "no leader",
        less_is_worse: false,
        level: Some(Level::Bad),
        value: |one| number(one.offline),
    },
    Series { name: "elections", less_is_worse: false, level: None, value: |one| number(one.leader_moves) },
];

impl Series {
    /// Its value in a sample; `None` where the source did not give it.
    pub fn of(&self, sample: &Sample) -> Option<f64> {
        (self.value)(sample)
    }

    /// The worse of two values.
    fn worse(&self, one: f64, other: f64) -> f64 {
        if self.less_is_worse { one.min(other) } else { one.max(other) }
    }
}

/// A span of time in so many cells.
#[derive(Clone, Copy, Debug)]
pub struct TimeWindow {
    pub from_ms: Millis,
    pub end_ms: Millis,
    /// How long a sample tells of the time before it, at most.
    covers_ms: Millis,
}

impl TimeWindow {
    /// The cell of a moment; `None` outside.
    pub fn cell_of(&self, at_ms: Millis, cells: u16) -> Option<u16> {
        let inside = at_ms > self.from_ms && at_ms <= self.end_ms && cells > 0;
        let share = (at_ms - self.from_ms - 1) as f64 / (self.end_ms - self.from_ms) as f64;
        inside.then(|| ((share * f64::from(cells)) as u16).min(cells - 1))
    }

    /// The worst value in each cell. A cell of which nothing is known is empty, not 0.
    pub fn values(&self, series: &Series, samples: &[Sample], cells: u16) -> Vec<Option<f64>> {
        let mut values = vec![None; usize::from(cells)];
        let first = samples.partition_point(|sample| sample.at_ms <= self.from_ms);
        for at in first..samples.len() {
            let sample = &samples[at];
            let before = at.checked_sub(1).map_or(Millis::MIN, |before| samples[before].at_ms);
            let since = before.max(sample.at_ms - self.covers_ms).max(self.from_ms) + 1;
            let (Some(value), Some(end)) = (series.of(sample), self.cell_of(sample.at_ms, cells)) else {
                continue;
            };
            let start = self.cell_of(since, cells).unwrap_or(end);
            for cell in &mut values[usize::from(start)..=usize::from(end)] {
                *cell = Some(cell.map_or(value, |known| series.worse(known, value)));
            }
        }
        values
    }
}

impl App {
    /// The samples, the oldest first.
    pub fn time_samples(&self) -> &[Sample] {
        self.detail.as_ref().map_or(&self.time_line.samples, |detail| &detail.samples)
    }

    /// What happened along them, the oldest first.
    pub fn time_marks(&self) -> Vec<&Mark> {
        match &self.detail {
            Some(detail) => detail.marks.iter().collect(),
            None => self.time_line.marks.iter().collect(),
        }
    }

    /// The series of which anything is known.
    pub fn time_series(&self) -> impl Iterator<Item = &'static Series> + '_ {
        let known = |series: &&Series| self.time_samples().iter().any(|sample| series.of(sample).is_some());
        SERIES.iter().filter(known)
    }

    /// The span of time in view.
    pub fn time_window(&self) -> TimeWindow {
        let end_ms = self.time_line.cursor.map_or_else(|| self.time_end(), |(_, end)| end);
        let covers_ms = if self.detail.is_some() { SIMULATED_MS } else { self.stale_ms };
        TimeWindow { from_ms: end_ms - SPANS_MS[self.time_line.span], end_ms, covers_ms }
    }

    /// The moment looked at; `None` while it is the newest.
    pub fn time_cursor(&self) -> Option<Millis> {
        self.time_line.cursor.map(|(at, _)| at)
    }

    /// The sample that tells of the moment looked at. The newest one knows of losses that came after it.
    pub fn time_sample(&self) -> Option<Sample> {
        let samples = self.time_samples();
        let Some(at) = self.time_cursor() else {
            let newest = *samples.last()?;
            let lost = self.detail.as_ref().map(|detail| detail.counters.lost_acked);
            return Some(Sample { lost: lost.or(newest.lost), ..newest });
        };
        let sample = *samples.get(samples.partition_point(|sample| sample.at_ms < at))?;
        (sample.at_ms - at < self.time_window().covers_ms).then_some(sample)
    }

    /// Which span of time is in view, and which moment is looked at.
    pub(super) fn time_about(&self) -> String {
        let span = human_duration_ms(SPANS_MS[self.time_line.span]);
        match self.time_cursor() {
            None => format!("last {span}"),
            Some(at) if self.is_recorded() => {
                let keys = self.keys_text_on(Pane::Time, "time-go");
                let go = if keys.is_empty() { keys } else { format!(", {keys} goes there") };
                format!("{} before the end{go}", human_duration_ms((self.time_end() - at).max(0)))
            }
            Some(at) if self.clock.is_some() => {
                let keys = self.keys_text_on(Pane::Time, "time-go");
                let go = if keys.is_empty() { keys } else { format!(", {keys} goes there") };
                format!("at {:.1} s{go}", at as f64 / 1000.0)
            }
            Some(at) => format!("{} before the newest", human_duration_ms((self.time_end() - at).max(0))),
        }
    }

    fn time_end(&self) -> Millis {
        let last = self.time_samples().last().map_or(0, |sample| sample.at_ms);
        self.time_marks().last().map_or(last, |mark| mark.at_ms.max(last))
    }

    /// Looks at a moment so many steps later, or earlier when negative; past the newest it is the newest again.
    pub(super) fn step_time(&mut self, steps: Millis) {
        let span = SPANS_MS[self.time_line.span];
        let newest = self.time_end();
        let (at, end) = self.time_line.cursor.unwrap_or((newest, newest));
        let first = self.time_samples().first().map_or(0, |sample| sample.at_ms);
        let at = (at + steps * (span / STEPS).max(CLOSEST_MS)).max(first);
        let end = if at <= end - span { at + span / 2 } else { end.max(at) };
        self.time_line.cursor = (at < newest).then_some((at, end.min(newest)));
    }

    /// Shows a longer span of time, or a shorter one.
    pub(super) fn zoom_time(&mut self, longer: bool) {
        let span = self.time_line.span.saturating_add_signed(if longer { 1 } else { -1 });
        self.time_line.span = span.min(SPANS_MS.len() - 1);
    }

    /// Looks at the newest moment again. Says whether it did not before.
    pub(super) fn leave_time_cursor(&mut self) -> bool {
        self.time_line.cursor.take().is_some()
    }

    /// Takes the simulator, or a recording, to the moment looked at.
    pub(super) fn go_to_time_cursor(&mut self) -> Vec<Effect> {
        if self.is_recorded() {
            let at = self.time_cursor();
            return at.map(|at| Effect::Drive(Command::Seek(at))).into_iter().collect();
        }
        let Some((at, _)) = self.time_line.cursor.take() else { return Vec::new() };
        let keys = self.keys_text("forward");
        let forward = if keys.is_empty() { keys } else { format!("; {keys} goes forward") };
        self.notify(Level::Notice, format!("went back to {:.1} s{forward}", at as f64 / 1000.0));
        vec![Effect::Drive(Command::Seek(at))]
    }

    /// Notes a newer state of a cluster that has no samples of its own.
    pub(super) fn note_time(&mut self) {
        if self.is_recorded() {
            return self.note_recorded();
        }
        if self.detail.is_some() {
            return;
        }
        if let Some(cluster) = self.hypothesis.as_ref().map(|hypothesis| hypothesis.base().clone()) {
            self.note_state(cluster);
        }
    }

    fn note_state(&mut self, cluster: Arc<Cluster>) {
        let at_ms = cluster.taken_at;
        let before = self.time_line.last.replace(cluster.clone());
        let time = &mut self.time_line;
        if before.as_ref().is_some_and(|before| at_ms < before.taken_at) {
            // Another time: what was seen does not belong to it.
            (time.samples, time.marks) = (Vec::new(), VecDeque::new());
        }
        for mark in before.iter().flat_map(|before| marks_between(before, &cluster)) {
            mark.add_to(&mut self.time_line.marks, MARKS);
        }
        let sample = self.sample_of(&cluster, before.as_deref());
        let samples = &mut self.time_line.samples;
        let is_close = |last: &Sample| last.at_ms / CLOSEST_MS == at_ms / CLOSEST_MS;
        match samples.last_mut().filter(|last| is_close(last)) {
            Some(last) => *last = merged(last, sample),
            None => samples.push(sample),
        }
        let over = samples.len().saturating_sub(SAMPLES);
        samples.drain(..over);
    }

    /// What can be told of a real cluster: nothing of acknowledgements or of losses.
    fn sample_of(&self, cluster: &Cluster, before: Option<&Cluster>) -> Sample {
        let seen = !cluster.partitions.is_empty();
        let count = |is: &dyn Fn(PartitionIx) -> bool| {
            seen.then(|| cluster.partitions.iter().filter(|partition| is(partition.ix)).count() as u64)
        };
        let view = |ix: PartitionIx| cluster.partitions.view(ix);
        // What-ifs change what is below its minimum; then that of the real cluster is not counted.
        let min_isr = |ix: PartitionIx| self.summary.min_isr(cluster, ix);
        let known =
            seen && !self.is_what_if() && cluster.partitions.iter().all(|one| min_isr(one.ix).is_some());
        let below = |ix: PartitionIx| min_isr(ix).is_some_and(|min| view(ix).isr_len() < min as usize);
        Sample {
            at_ms: cluster.taken_at,
            under_replicated: count(&|ix| view(ix).is_under_replicated()),
            below_min_isr: count(&below).filter(|_| known),
            offline: count(&|ix| view(ix).leader().is_none()),
            lag: lag_of(cluster),
            leader_moves: before.and_then(|before| leader_moves(before, cluster)),
            ..Sample::default()
        }
    }
}

/// The worst of two states of the same second, as the newer one, and all that moved in it. What one of them knows
/// is known.
fn merged(before: &Sample, now: Sample) -> Sample {
    let moves = before.leader_moves.into_iter().chain(now.leader_moves);
    Sample {
        under_replicated: before.under_replicated.max(now.under_replicated),
        below_min_isr: before.below_min_isr.max(now.below_min_isr),
        offline: before.offline.max(now.offline),
        leader_moves: moves.reduce(|one, other| one + other),
        ..now
    }
}

/// The lag of all groups that have committed; `None` while that of one of them is not known.
fn lag_of(cluster: &Cluster) -> Option<u64> {
    let mut total = None;
    for group in cluster.groups.get()?.iter() {
        match cluster.lag_of_group(group) {
            Lag::Records(records) => total = Some(total.unwrap_or(0) + records.max(0) as u64),
            Lag::NoCommit => {}
            Lag::AtLeast(_) | Lag::Unknown => return None,
        }
    }
    total
}

/// Partitions with another leader; `None` when the partitions are not the same ones.
fn leader_moves(before: &Cluster, now: &Cluster) -> Option<u64> {
    let (before, now) = (&before.partitions, &now.partitions);
    let same = Arc::ptr_eq(&before.number, &now.number) || before.number == now.number;
    let moved = || before.leader.iter().zip(now.leader.iter()).filter(|(a, b)| a != b && **b >= 0);
    (same && before.topic == now.topic && !now.is_empty()).then(|| moved().count() as u64)
}

fn marks_between(before: &Cluster, now: &Cluster) -> Vec<Mark> {
    let mark = |kind, count, first: String| Mark { at_ms: now.taken_at, kind, count, first: first.into() };
    let down = |status: BrokerStatus| status == BrokerStatus::Down || !status.answers();
    let mut marks = Vec::new();
    for broker in now.brokers.iter() {
        let Some(was) = before.broker(broker.id) else { continue };
        if down(was.state) != down(broker.state) {
            let (kind, word) = match broker.state {
                BrokerStatus::Silent => (MarkKind::BrokerDown, "silent"),
                BrokerStatus::Refused => (MarkKind::BrokerDown, "refusing connections"),
                BrokerStatus::Down => (MarkKind::BrokerDown, "down"),
                _ => (MarkKind::BrokerUp, "back"),
            };
            marks.push(mark(kind, 1, format!("broker {} is {word}", broker.id)));
        }
    }
    if let Some(moves) = leader_moves(before, now).filter(|moves| *moves > 0) {
        marks.push(mark(MarkKind::Election, moves, "a partition got another leader".into()));
    }
    // Of what is not known any more nothing is said.
    let word = match (before.quorum_state().is_lost(), now.quorum_state()) {
        (false, QuorumState::Lost(_) | QuorumState::Unreachable) => Some("no"),
        (true, QuorumState::Works(_)) => Some("again a"),
        _ => None,
    };
    marks.extend(word.map(|word| mark(MarkKind::Controller, 1, format!("{word} majority of controllers"))));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_ms: Millis, lag: Option<u64>) -> Sample {
        Sample { at_ms, lag, ..Sample::default() }
    }

    #[test]
    fn a_cell_has_the_worst_value_and_what_is_not_known_is_a_gap() {
        let window = TimeWindow { from_ms: 0, end_ms: 10_000, covers_ms: 1_500 };
        let lag = SERIES.iter().find(|series| series.name == "lag").unwrap();
        let samples = [
            sample(1_000, Some(3)),
            sample(2_000, Some(7)),
            sample(3_000, None),
            sample(9_000, Some(0)),
            sample(10_000, Some(1)),
        ];
        let seen = |cells| window.values(lag, &samples, cells);
        let none = None;
        assert_eq!(
            seen(10),
            [Some(3.0), Some(7.0), none, none, none, none, none, Some(0.0), Some(0.0), Some(1.0)]
        );
        assert_eq!(seen(5)[0], Some(7.0));
        assert_eq!(seen(0), []);
        let acked = &SERIES[0];
        assert!(acked.less_is_worse && window.values(acked, &samples, 4).iter().all(Option::is_none));
    }

    #[test]
    fn moments_have_cells() {
        let window = TimeWindow { from_ms: 100, end_ms: 200, covers_ms: 10 };
        let cells: Vec<_> = [100, 101, 150, 200, 201].map(|at| window.cell_of(at, 10)).into();
        assert_eq!(cells, [None, Some(0), Some(4), Some(9), None]);
    }
}
