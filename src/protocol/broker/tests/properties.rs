//! Random histories of a small cluster, messages delivered in random order.
//!
//! The controller of the test elects only from the ISR and disks lose nothing, so nothing that was
//! committed may ever go.

use super::cluster::{Cluster, Message, News, P0, id};
use crate::model::{BrokerId, KafkaVersion, Nanos};
use crate::protocol::broker::*;
use crate::protocol::messages::BrokerResponse;
use crate::protocol::profile::{Profile, Truncation};
use crate::protocol::wire::{Acks, ErrorCode, Offset};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;

const MS: Nanos = 1_000_000;

#[derive(Clone, Debug)]
enum Op {
    Deliver { choice: u8, count: u8 },
    Produce { to: u8, acks: u8, count: u8 },
    Pass(u16),
    Kill(u8),
    Start(u8),
    Fence(u8),
    Hold(u8),
    Release(u8),
    Blind(u8),
    See,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        12 => (any::<u8>(), 1..20u8).prop_map(|(choice, count)| Op::Deliver { choice, count }),
        6 => (0..3u8, 0..4u8, 1..4u8).prop_map(|(to, acks, count)| Op::Produce { to, acks, count }),
        3 => (1..4000u16).prop_map(Op::Pass),
        1 => (20_000..40_000u16).prop_map(Op::Pass),
        1 => (0..3u8).prop_map(Op::Kill),
        2 => (0..3u8).prop_map(Op::Start),
        1 => (0..3u8).prop_map(Op::Fence),
        1 => (0..3u8).prop_map(Op::Hold),
        2 => (0..3u8).prop_map(Op::Release),
        1 => (0..3u8).prop_map(Op::Blind),
        1 => Just(Op::See),
    ];
    prop::collection::vec(op, 1..120)
}

/// A cluster under test, with what was promised.
struct History {
    cluster: Cluster,
    /// Records of each write, by correlation.
    writes: BTreeMap<u64, (u64, u32, Acks)>,
    /// Records acknowledged to `acks=all` writers: first and count.
    promised: Vec<(u64, u32)>,
}

impl History {
    fn new(profile: Profile, min_isr: u32) -> Self {
        let topic = TopicSettings { min_insync_replicas: min_isr, ..TopicSettings::default() };
        let mut cluster = Cluster::new(profile, 3, topic);
        cluster.start_all();
        cluster.advance(600 * MS);
        History { cluster, writes: BTreeMap::new(), promised: Vec::new() }
    }

    fn apply(&mut self, op: &Op) {
        let cluster = &mut self.cluster;
        let broker = |of: u8| id(usize::from(of) + 1);
        match *op {
            Op::Deliver { choice, count } => {
                for nth in 0..count {
                    cluster.deliver_any(usize::from(choice) + usize::from(nth) * 7);
                }
            }
            Op::Produce { to, acks, count } => {
                let acks = [Acks::Zero, Acks::One, Acks::All, Acks::All][usize::from(acks)];
                let first = cluster.next_record;
                let correlation = cluster.produce(broker(to), acks, u32::from(count), None);
                self.writes.insert(correlation, (first, u32::from(count), acks));
            }
            Op::Pass(ms) => self.pass(Nanos::from(ms) * MS),
            Op::Kill(of) => cluster.end(broker(of), BrokerInput::Kill),
            Op::Start(of) if cluster.broker(broker(of)).state() == BrokerState::NotRunning => {
                cluster.fence(broker(of));
                cluster.start(broker(of));
            }
            Op::Start(_) => {}
            Op::Fence(of) => cluster.fence(broker(of)),
            Op::Hold(of) => cluster.held.push(broker(of)),
            Op::Release(of) => cluster.held.retain(|held| *held != broker(of)),
            Op::Blind(of) => cluster.blind.push(broker(of)),
            Op::See => cluster.blind.clear(),
        }
        self.note_answers();
    }

    /// Time passes while messages stay on their way: only timers fire.
    fn pass(&mut self, by: Nanos) {
        let cluster = &mut self.cluster;
        let until = cluster.now + by;
        for _ in 0..200 {
            let next =
                cluster.wakes.iter().filter(|(broker, at)| !cluster.held.contains(broker) && **at <= until);
            let Some((at, broker)) = next.map(|(broker, at)| (*at, *broker)).min() else { break };
            cluster.wakes.remove(&broker);
            cluster.now = cluster.now.max(at);
            cluster.step(broker, BrokerInput::Wake);
        }
        cluster.now = until;
    }

    fn note_answers(&mut self) {
        for news in std::mem::take(&mut self.cluster.news) {
            let News::Response(correlation, BrokerResponse::Produce(parts)) = news else { continue };
            if let Some((first, count, Acks::All)) = self.writes.get(&correlation).copied()
                && parts[0].error == ErrorCode::None
            {
                self.promised.push((first, count));
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let replicas: Vec<&Replica> =
            self.cluster.brokers.iter().filter_map(|broker| broker.replica(P0)).collect();
        for replica in &replicas {
            let log = replica.log();
            prop_assert!(replica.high_watermark() <= log.end(), "HW <= LEO");
            prop_assert!(replica.storage().flushed() <= log.end());
            let epochs = log.epochs().entries();
            prop_assert!(
                epochs.windows(2).all(|two| two[0].epoch < two[1].epoch && two[0].start < two[1].start)
            );
            prop_assert!(epochs.last().is_none_or(|last| last.start <= log.end()));
        }
        for (at, one) in replicas.iter().enumerate() {
            for other in &replicas[..at] {
                let committed = one.high_watermark().min(other.high_watermark());
                prop_assert_eq!(one.log().first_difference(other.log(), 0, committed), None, "LogMatching");
            }
        }
        Ok(())
    }

    /// Every record promised to an `acks=all` writer is in this log.
    fn missing(&self, broker: BrokerId) -> Vec<u64> {
        let mut present = Vec::new();
        let replica = self.cluster.brokers[broker.0 as usize - 1].replica(P0).unwrap();
        replica.log().for_each_range(0, |_, _, range| {
            present.extend((0..range.count).map(|nth| range.first + u64::from(nth)));
            true
        });
        let promised = self.promised.iter().flat_map(|(first, count)| *first..first + u64::from(*count));
        promised.filter(|number| !present.contains(number)).collect()
    }

    /// The faults stop: everybody comes back and all must become equal.
    fn heal(&mut self) {
        self.cluster.held.clear();
        self.cluster.blind.clear();
        for broker in [1, 2, 3].map(id) {
            if self.cluster.broker(broker).state() == BrokerState::NotRunning {
                self.cluster.start(broker);
            }
        }
        self.cluster.advance(120_000 * MS);
        self.note_answers();
    }

    fn end(&self, broker: BrokerId) -> Offset {
        self.cluster.brokers[broker.0 as usize - 1].replica(P0).unwrap().log().end()
    }
}

fn run(profile: Profile, min_isr: u32, ops: &[Op]) -> Result<History, TestCaseError> {
    let mut history = History::new(profile, min_isr);
    for op in ops {
        history.apply(op);
        history.check()?;
    }
    Ok(history)
}

/// 400 histories, or more with `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(400), failure_persistence: None, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn committed_records_stay_and_replicas_become_equal(ops in ops(), min_isr in 1..3u32) {
        let mut history = run(Profile::default(), min_isr, &ops)?;
        let leader = history.cluster.state.leader.unwrap();
        prop_assert_eq!(history.missing(leader), Vec::<u64>::new(), "lost by the elected leader");
        history.heal();
        history.check()?;
        let leader = history.cluster.state.leader.unwrap();
        prop_assert_eq!(history.cluster.state.isr.len(), 3, "{}", super::picture::picture(&history.cluster));
        for broker in [1, 2, 3].map(id) {
            prop_assert_eq!(history.missing(broker), Vec::<u64>::new());
            prop_assert_eq!(history.end(broker), history.end(leader));
        }
        let waiting = history.cluster.wire.iter().any(|message| matches!(message, Message::Request { .. }));
        prop_assert!(!waiting || history.cluster.wire.len() < 10, "the wire is quiet");
    }

    #[test]
    fn the_versions_between_hold_as_well(ops in ops(), version in prop::sample::select(vec!["2.8", "3.5", "3.9", "4.0"])) {
        let version: KafkaVersion = version.parse().unwrap();
        let history = run(Profile::of(version, None), 1, &ops)?;
        let leader = history.cluster.state.leader.unwrap();
        prop_assert_eq!(history.missing(leader), Vec::<u64>::new());
    }
}

/// Whether random histories break a profile within so many attempts.
fn breaks(profile: &Profile, attempts: u32) -> Option<u32> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (1..=attempts).find(|_| {
        let ops = ops().new_tree(&mut runner).unwrap().current();
        let holds = run(profile.clone(), 1, &ops).is_ok_and(|mut history| {
            let leader = history.cluster.state.leader.unwrap();
            let kept = history.missing(leader).is_empty();
            history.heal();
            kept && history.check().is_ok()
        });
        !holds
    })
}

/// Others need faults and metadata lag that these histories seldom line up; the scripts play those.
#[test]
fn rules_left_out_are_found_out() {
    let truncating = |truncation| Profile { truncation, ..Profile::default() };
    for (profile, attempts) in [
        (truncating(Truncation::ToHighWatermark), 100),
        (truncating(Truncation::Kip101), 3000),
        (Profile { maximal_isr: false, ..Profile::default() }, 3000),
    ] {
        assert!(breaks(&profile, attempts).is_some(), "{:?}", profile.truncation);
    }
}
