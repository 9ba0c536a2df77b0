//! A second run beside the first: the same seed, and the same acts at the same times, under other settings.

use crate::knobs::Change;
use crate::model::{KafkaVersion, Nanos};
use crate::scenario::{Act, Scenario, change, too_large};
use crate::sim::Simulator;
use crate::sim::clock::elapsed;
use crate::sim::settings;
use crate::sim::trace::Refusal;
use crate::sim::view::OtherRun;
use std::collections::VecDeque;
use std::sync::Arc;

/// So far the second run goes before it is asked again whether it is enough.
const SLICE: Nanos = 100_000_000;

/// The second run, and what it has yet to meet of what was done to the first.
#[derive(Clone)]
pub(super) struct Beside {
    run: Simulator,
    ahead: VecDeque<(Nanos, Act)>,
}

impl Beside {
    /// Meets an act of the first run at the same time. Settings are what the two differ in.
    fn meet(&mut self, at: Nanos, act: &Act) {
        self.ahead.retain(|(other, _)| *other <= at);
        self.run.history.cut_future(&self.run.world);
        if !matches!(act, Act::Set(_)) {
            self.ahead.push_back((at, act.clone()));
        }
    }

    /// Goes on to that time, by at most about so many events. Says whether it came there.
    fn go_to(&mut self, to: Nanos, events: u64) -> bool {
        let most = self.run.queue_events().saturating_add(events);
        while let Some((at, act)) = self.ahead.front().filter(|(at, _)| *at <= to).cloned() {
            if !self.run_to(at, most) {
                return false;
            }
            self.ahead.pop_front();
            // What cannot be done to this cluster is in its event log.
            let _ = self.run.apply(act);
        }
        self.run_to(to, most)
    }

    fn run_to(&mut self, to: Nanos, most: u64) -> bool {
        while self.run.now() < to {
            if self.run.queue_events() >= most {
                return false;
            }
            let next = to.min(self.run.now().saturating_add(SLICE));
            self.run.run_until(next);
        }
        true
    }

    /// Goes back with the first run, unless it has not come that far.
    pub(super) fn rewind(&mut self, time: Nanos) {
        if time < self.run.now() {
            self.run.rewind(time);
        }
    }

    pub(super) fn snapshot(&mut self) -> Arc<OtherRun> {
        let (cluster, view) = self.run.snapshot();
        Arc::new(OtherRun { cluster, view })
    }
}

impl Simulator {
    /// Begins a second run with these settings from its start. It meets what was done to this one at the same
    /// times, settings aside, and from then on the two go on together ([`Simulator::catch_up`]).
    ///
    /// # Errors
    /// Why no cluster can be had with these settings; a second run that was there is then there still.
    pub fn run_beside(&mut self, changes: &[Change]) -> Result<(), Refusal> {
        let mut scenario = (*self.first).clone();
        if !changes.iter().all(|change| change::write(&mut scenario, change)) {
            return Err(Refusal::NotSimulated);
        }
        if too_large(&scenario).is_some() {
            return Err(Refusal::TooLarge);
        }
        if scenario.writes_without_keys() {
            return Err(Refusal::NoKeys);
        }
        self.world.check_producers(&scenario)?;
        let asks_for_version = scenario.versions != self.first.versions;
        let version = if asks_for_version { scenario.version() } else { self.world.profile.version };
        let run = self.another(&scenario, version);
        let ahead = self.history.acts_done().filter(|(_, act)| !matches!(act, Act::Set(_)));
        let ahead = ahead.map(|(at, act)| (elapsed(at), act.clone())).collect();
        self.beside = Some(Box::new(Beside { run, ahead }));
        Ok(())
    }

    /// Forgets the second run.
    pub fn end_beside(&mut self) {
        self.beside = None;
    }

    /// Lets the second run come to this one's time, by at most about so many events of its queue. Says whether
    /// the two are level.
    pub fn catch_up(&mut self, events: u64) -> bool {
        let now = self.now();
        self.beside.as_mut().is_none_or(|beside| beside.go_to(now, events))
    }

    /// Another run of the same seed, from the start. A second run begins again beside it.
    pub fn begin_again(&self, scenario: &Scenario, version: Option<KafkaVersion>) -> Simulator {
        let mut again = self.another(scenario, version.unwrap_or_else(|| scenario.version()));
        again.beside = self.beside.as_ref().map(|beside| {
            let run = beside.run.another(&beside.run.first, beside.run.world.profile.version);
            Box::new(Beside { run, ahead: VecDeque::new() })
        });
        again
    }

    fn another(&self, scenario: &Scenario, version: KafkaVersion) -> Simulator {
        let profile = settings::profile(scenario, version);
        Simulator::begin(scenario, self.seed(), profile, self.world.process_times.clone())
    }

    pub(super) fn tell_beside(&mut self, act: &Act) {
        let now = self.now();
        if let Some(beside) = &mut self.beside {
            beside.meet(now, act);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BrokerId, SECOND};
    use crate::scenario::{PowerDomain, Process, UnflushedTail};
    use crate::sim::Applied;

    fn change(text: &str) -> Change {
        Change::parse(text).unwrap()
    }

    fn reference() -> Simulator {
        Simulator::new(&Scenario::reference(), 7, None)
    }

    fn other(simulator: &mut Simulator) -> Arc<OtherRun> {
        simulator.snapshot().1.other.clone().unwrap()
    }

    fn power_loss() -> Act {
        Act::PowerLoss { domain: PowerDomain::Broker(BrokerId(1)), keep: UnflushedTail::Flushed }
    }

    #[test]
    fn a_second_run_with_the_same_settings_is_the_same_run() {
        let mut simulator = reference();
        simulator.run_until(3 * SECOND);
        simulator.apply(power_loss()).unwrap();
        simulator.run_until(5 * SECOND);
        simulator.run_beside(&[]).unwrap();
        assert!(!simulator.catch_up(1_000), "it begins at the start");
        simulator.run_until(6 * SECOND);
        simulator.apply(Act::Restart(Process::Broker(BrokerId(1)))).unwrap();
        for _ in 0..2 {
            simulator.run_until(20 * SECOND);
            let run = &simulator.beside.as_ref().unwrap().run;
            assert_eq!(run.report().trace_hash, simulator.report().trace_hash);
            assert_eq!(other(&mut simulator).view.counters, simulator.counters());
            simulator.rewind(4 * SECOND);
        }
    }

    #[test]
    fn the_two_differ_in_the_settings_alone_and_faults_hit_both() {
        let mut simulator = reference();
        simulator.run_until(2 * SECOND);
        assert_eq!(simulator.set(change("acks=1")), Applied::Done);
        simulator.apply(power_loss()).unwrap();
        simulator.run_until(4 * SECOND);
        simulator.run_beside(&[change("acks=all")]).unwrap();
        simulator.apply(Act::Kill(Process::Broker(BrokerId(2)))).unwrap();
        simulator.run_until(5 * SECOND);
        let run = &simulator.beside.as_ref().unwrap().run;
        let acts = |run: &Simulator| -> Vec<(Nanos, Act)> {
            let acts = run.history.acts_done().filter(|(_, act)| !matches!(act, Act::Set(_)));
            acts.map(|(at, act)| (at, act.clone())).collect()
        };
        assert_eq!(acts(run), acts(&simulator));
        assert_eq!(run.history.acts_done().count(), 2, "settings are not taken over");
        assert_eq!(run.now(), simulator.now());
    }

    #[test]
    fn a_future_that_was_cut_is_cut_in_both() {
        let mut simulator = reference();
        simulator.run_beside(&[change("acks=1")]).unwrap();
        simulator.run_until(6 * SECOND);
        simulator.apply(power_loss()).unwrap();
        simulator.run_until(8 * SECOND);
        simulator.rewind(5 * SECOND);
        assert_eq!(simulator.set(change("linger.ms=9")), Applied::Done);
        simulator.run_until(9 * SECOND);
        for run in [&simulator.beside.as_ref().unwrap().run, &simulator] {
            let lost = run.recent_events().any(|event| run.text(event).contains("lost power"));
            assert!(!lost, "it has not happened");
        }
    }

    #[test]
    fn what_cannot_be_run_is_refused_and_a_new_cluster_takes_both_along() {
        let mut simulator = reference();
        assert_eq!(simulator.run_beside(&[change("topic:partitions=1000000")]), Err(Refusal::TooLarge));
        assert!(simulator.snapshot().1.other.is_none());
        simulator.run_beside(&[change("acks=1")]).unwrap();
        simulator.run_until(3 * SECOND);
        let mut again = simulator.begin_again(&Scenario::reference(), None);
        assert_eq!(other(&mut again).view.at_ms, 0);
        again.run_until(SECOND);
        assert_eq!(other(&mut again).view.at_ms, 1_000);
        again.end_beside();
        assert!(again.snapshot().1.other.is_none());
    }
}
