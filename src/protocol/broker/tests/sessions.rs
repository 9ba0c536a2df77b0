//! Incremental fetch sessions of many partitions say the same as fetches in full.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{
    Broker, BrokerInput, BrokerOutput, BrokerSettings, BrokerState, MetadataUpdate,
};
use crate::protocol::broker::{BrokerRegistration, TopicSettings};
use crate::protocol::messages::*;
use crate::protocol::profile::Profile;
use crate::protocol::wire::*;
use proptest::prelude::*;
use std::sync::Arc;

const PARTITIONS: u32 = 5;
const LEADER: BrokerId = BrokerId(1);
const FOLLOWER: BrokerId = BrokerId(2);
const MS: Nanos = 1_000_000;

/// A leader and a follower of its partitions that fetches by hand.
struct Pair {
    leader: Broker,
    full: bool,
    session_epoch: u32,
    max_bytes: u32,
    ends: Vec<Offset>,
    high_watermarks: Vec<Offset>,
    /// Partitions to name in the next incremental fetch.
    changed: Vec<u32>,
    outstanding: bool,
    wake: Option<Nanos>,
}

impl Pair {
    fn new(full: bool, max_bytes: u32) -> Self {
        let mut pair = Pair {
            leader: Broker::new(BrokerSettings::new(LEADER), Profile::default()),
            full,
            session_epoch: 0,
            max_bytes,
            ends: vec![0; PARTITIONS as usize],
            high_watermarks: vec![0; PARTITIONS as usize],
            changed: Vec::new(),
            outstanding: false,
            wake: None,
        };
        pair.step(0, BrokerInput::Start { incarnation: 1, ready_after: 0 });
        let rack = None;
        let broker = |broker: BrokerId| MetadataUpdate::Broker {
            broker,
            registration: BrokerRegistration { epoch: 1, fenced: false, in_controlled_shutdown: false, rack },
        };
        let state = Arc::new(PartitionRegistration {
            replicas: vec![LEADER, FOLLOWER],
            isr: vec![LEADER, FOLLOWER],
            leader: Some(LEADER),
            ..PartitionRegistration::default()
        });
        let led = |at| MetadataUpdate::Partition { partition: PartitionIx(at), state: Arc::clone(&state) };
        let mut updates = vec![broker(LEADER), broker(FOLLOWER)];
        updates.extend((0..PARTITIONS).map(led));
        pair.step(0, BrokerInput::Metadata { offset: 1, updates });
        pair.register();
        pair
    }

    /// A process leads once it has seen its registration.
    fn register(&mut self) {
        for _ in 0..20 {
            if self.leader.state() == BrokerState::Running {
                return;
            }
            let at = self.wake.take().unwrap_or(0);
            self.step(at, BrokerInput::Wake);
        }
        panic!("it does not start: {:?}", self.leader.state());
    }

    fn step(&mut self, now: Nanos, input: BrokerInput) {
        let mut out = Vec::new();
        self.leader.step(now, input, &mut out);
        for output in out {
            match output {
                BrokerOutput::Response {
                    to: Peer::Broker(_),
                    response: BrokerResponse::Fetch(response),
                    ..
                } => {
                    self.take(response);
                }
                BrokerOutput::WakeAt(at) => self.wake = Some(at),
                BrokerOutput::ControllerRequest { correlation, request } => {
                    let error = ErrorCode::None;
                    let response = match request {
                        ControllerRequest::Register(_) => {
                            ControllerResponse::Register { error, broker_epoch: 1 }
                        }
                        ControllerRequest::Heartbeat(_) => ControllerResponse::Heartbeat {
                            error,
                            caught_up: true,
                            fenced: false,
                            should_shut_down: false,
                        },
                        _ => continue,
                    };
                    self.step(now, BrokerInput::ControllerResponse { correlation, response });
                }
                _ => {}
            }
        }
    }

    fn take(&mut self, response: FetchResponse) {
        assert_eq!(response.error, ErrorCode::None);
        self.outstanding = false;
        for fetched in response.partitions {
            let at = fetched.partition.at();
            for batch in &fetched.batches {
                assert_eq!(batch.base_offset, self.ends[at], "in order, each once");
                self.ends[at] = batch.end_offset();
            }
            self.high_watermarks[at] = fetched.high_watermark;
            if !fetched.batches.is_empty() {
                self.changed.push(fetched.partition.0);
            }
        }
    }

    fn fetch(&mut self, now: Nanos) {
        if std::mem::replace(&mut self.outstanding, true) {
            return;
        }
        let full = self.full || self.session_epoch == 0;
        let named: Vec<u32> =
            if full { (0..PARTITIONS).collect() } else { std::mem::take(&mut self.changed) };
        let name = |at: u32| FetchPartition {
            partition: PartitionIx(at),
            current_leader_epoch: 0,
            fetch_offset: self.ends[at as usize],
            last_fetched_epoch: if self.ends[at as usize] == 0 { -1 } else { 0 },
            log_start: 0,
        };
        let request = FetchRequest {
            follower: Some(FollowerId { broker: FOLLOWER, epoch: 1 }),
            session: 0,
            session_epoch: if self.full { 0 } else { self.session_epoch },
            max_wait_ns: 500 * MS,
            min_bytes: 1,
            max_bytes: self.max_bytes,
            partition_max_bytes: 150,
            rack: None,
            read_committed: false,
            partitions: named.into_iter().map(name).collect(),
            forgotten: Vec::new(),
        };
        self.session_epoch += 1;
        let (from, request) = (Peer::Broker(FOLLOWER), BrokerRequest::Fetch(request));
        self.step(now, BrokerInput::Request { from, correlation: 0, request });
    }

    fn append(&mut self, now: Nanos, partition: u32) {
        let batch = Batch {
            base_offset: -1,
            records: RecordRange { producer: 0, first: 0, count: 3 },
            bytes: 100,
            leader_epoch: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            created_at: now,
            max_timestamp: now as i64,
            kind: Default::default(),
        };
        let batches = vec![(PartitionIx(partition), batch)];
        let request = BrokerRequest::Produce(ProduceRequest { acks: Acks::One, timeout_ns: 0, batches });
        self.step(now, BrokerInput::Request { from: Peer::Client(0), correlation: 0, request });
    }

    fn pass(&mut self, now: Nanos) {
        while let Some(at) = self.wake.filter(|at| *at <= now) {
            self.wake = None;
            self.step(at, BrokerInput::Wake);
        }
    }

    /// What the leader holds of the follower, as far as anybody can tell.
    fn opinion(&self, now: Nanos, partition: u32) -> (Offset, Offset, Vec<bool>) {
        let replica = self.leader.replica(PartitionIx(partition)).unwrap();
        let remote = replica.leader_state().unwrap().remote(FOLLOWER).unwrap();
        let lags = [0, 1, 5, 20, 100, 400, 600, 2000];
        let caught_up = lags.map(|lag| remote.is_caught_up(replica.log().end(), now, lag * MS));
        (remote.log_end, replica.high_watermark(), caught_up.to_vec())
    }

    fn is_behind(&self) -> bool {
        (0..PARTITIONS)
            .any(|at| self.leader.replica(PartitionIx(at)).unwrap().log().end() > self.ends[at as usize])
    }
}

#[derive(Clone, Debug)]
enum Op {
    Append(u32),
    Fetch,
    Pass(u64),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        3 => (0..PARTITIONS).prop_map(Op::Append),
        4 => Just(Op::Fetch),
        3 => (1..40u64).prop_map(Op::Pass),
        1 => (100..700u64).prop_map(Op::Pass),
    ];
    prop::collection::vec(op, 1..80)
}

fn apply(pair: &mut Pair, now: &mut Nanos, op: &Op) {
    match *op {
        Op::Append(partition) => pair.append(*now, partition),
        Op::Fetch => pair.fetch(*now),
        Op::Pass(ms) => {
            *now += ms * MS;
            pair.pass(*now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sessions_say_the_same_as_full_fetches(ops in ops()) {
        let (mut incremental, mut full) = (Pair::new(false, u32::MAX), Pair::new(true, u32::MAX));
        let mut now = 0;
        for op in &ops {
            let mut same = now;
            apply(&mut incremental, &mut same, op);
            apply(&mut full, &mut now, op);
            prop_assert_eq!(incremental.outstanding, full.outstanding);
            prop_assert_eq!(&incremental.ends, &full.ends);
            for partition in 0..PARTITIONS {
                prop_assert_eq!(incremental.opinion(now, partition), full.opinion(now, partition), "{:?}", op);
            }
        }
    }

    #[test]
    fn nobody_starves_when_answers_are_small(ops in ops()) {
        let (mut pair, mut now) = (Pair::new(false, 120), 0);
        ops.iter().for_each(|op| apply(&mut pair, &mut now, op));
        for _ in 0..200 {
            now += 600 * MS;
            pair.pass(now);
            pair.fetch(now);
        }
        prop_assert!(!pair.is_behind());
        for partition in 0..PARTITIONS {
            let (log_end, high_watermark, _) = pair.opinion(now, partition);
            prop_assert_eq!((log_end, high_watermark), (pair.ends[partition as usize], log_end));
            prop_assert_eq!(pair.high_watermarks[partition as usize], high_watermark, "told in the end");
        }
    }
}

#[test]
fn settings_are_kept_for_partitions_elsewhere_without_a_replica() {
    let mut pair = Pair::new(false, u32::MAX);
    let settings = TopicSettings { min_insync_replicas: 2, ..TopicSettings::default() };
    let partition = PartitionIx(70);
    pair.step(
        1,
        BrokerInput::Metadata { offset: 2, updates: vec![MetadataUpdate::Topic { partition, settings }] },
    );
    assert!(pair.leader.replica(partition).is_none());
    let state = Arc::new(PartitionRegistration {
        replicas: vec![FOLLOWER, LEADER],
        ..PartitionRegistration::default()
    });
    pair.step(
        2,
        BrokerInput::Metadata { offset: 3, updates: vec![MetadataUpdate::Partition { partition, state }] },
    );
    assert_eq!(pair.leader.replica(partition).unwrap().settings(), &settings);
}
