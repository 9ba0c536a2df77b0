//! A broker's life as the controller sees it: registration, heartbeats, silence, shutdown, failover.

use klever::model::{BrokerId, Nanos};
use klever::protocol::controller::quorum::{QuorumEvent, QuorumInput};
use klever::protocol::controller::{
    Cause, Controller, ControllerInput, ControllerOutput, ControllerResult, ControllerSettings, DirectoryId,
    Heartbeat, MetadataRecord, Placement, Registration, TopicConfig,
};
use klever::protocol::profile::Profile;
use klever::protocol::wire::ErrorCode;

const SECOND: Nanos = 1_000_000_000;

/// Three brokers, three controller nodes, one partition on brokers 1, 2, 3.
struct Cluster {
    controller: Controller,
    epochs: [i64; 3],
    out: Vec<ControllerOutput>,
}

impl Cluster {
    fn new(profile: Profile) -> Self {
        let settings = ControllerSettings { nodes: 3, ..ControllerSettings::defaults(&profile) };
        let controller = Controller::new(profile, settings);
        let mut cluster = Cluster { controller, epochs: [-1; 3], out: Vec::new() };
        for id in 1..=3 {
            let Some(ControllerResult::Registered { epoch }) = cluster.register(0, id, 1, -1) else {
                panic!("{id}")
            };
            cluster.epochs[id as usize - 1] = epoch;
            cluster.beat(0, id, "");
        }
        let placement = Placement::Manual(vec![[1, 2, 3].map(BrokerId).to_vec()]);
        let config = TopicConfig { min_isr: Some(2), unclean: None };
        cluster.ask(0, ControllerInput::CreateTopic { placement, config });
        cluster
    }

    fn ask(&mut self, now: Nanos, input: ControllerInput) -> Option<ControllerResult> {
        self.out.clear();
        self.controller.step(now, input, &mut self.out);
        self.out.iter().find_map(|output| match output {
            ControllerOutput::Response { result, .. } => Some(result.clone()),
            _ => None,
        })
    }

    fn register(
        &mut self,
        now: Nanos,
        id: i32,
        incarnation: u64,
        previous_epoch: i64,
    ) -> Option<ControllerResult> {
        let registration = Registration {
            broker: BrokerId(id),
            incarnation,
            previous_epoch,
            rack: None,
            directories: vec![DirectoryId(id as u64)],
        };
        self.ask(now, ControllerInput::Register(registration))
    }

    /// A heartbeat of a broker that has applied everything, unless it is `behind`.
    fn beat(&mut self, now: Nanos, id: i32, wants: &str) -> Option<ControllerResult> {
        let heartbeat = Heartbeat {
            broker: BrokerId(id),
            epoch: self.epochs[id as usize - 1],
            metadata_offset: if wants == "behind" { 0 } else { self.controller.image().next_offset - 1 },
            want_fence: false,
            want_shutdown: wants == "stop",
            offline_directories: vec![],
            tells_cordoned: false,
        };
        self.ask(now, ControllerInput::Heartbeat(heartbeat))
    }

    /// Wakes the controller until `until` while these brokers live; says when a partition changed and why.
    fn run(&mut self, from: Nanos, until: Nanos, alive: &[i32]) -> Vec<(Nanos, Cause)> {
        let (mut next_beat, mut changes) = (from, Vec::new());
        while let Some(at) = self.controller.next_wake().filter(|at| *at <= until) {
            while next_beat <= at {
                alive.iter().for_each(|id| drop(self.beat(next_beat, *id, "")));
                next_beat += 2 * SECOND;
            }
            self.ask(at, ControllerInput::Wake);
            changes.extend(self.causes().into_iter().map(|cause| (at, cause)));
        }
        changes
    }

    fn causes(&self) -> Vec<Cause> {
        let batches = self.out.iter().filter_map(|output| match output {
            ControllerOutput::Append(batch) => Some(&batch.records),
            _ => None,
        });
        let cause = |record: &MetadataRecord| match record {
            MetadataRecord::PartitionChange { cause, .. } => Some(*cause),
            _ => None,
        };
        batches.flatten().filter_map(cause).collect()
    }

    fn leader(&self) -> Option<i32> {
        let entry = self.controller.image().partitions.iter().next();
        entry.and_then(|(_, entry)| entry.state.leader).map(|id| id.0)
    }
}

fn profile(version: &str) -> Profile {
    Profile::of(version.parse().unwrap(), None)
}

fn stop(granted: bool) -> Option<ControllerResult> {
    Some(ControllerResult::Heartbeat { fenced: granted, should_shut_down: granted, caught_up: true })
}

#[test]
fn a_silent_broker_is_fenced_within_a_session_and_an_eighth() {
    let mut cluster = Cluster::new(Profile::default());
    cluster.beat(SECOND, 1, "");
    let changes = cluster.run(2 * SECOND, 20 * SECOND, &[2, 3]);
    let now = 10_125_000_000;
    let cause = Cause::BrokerFenced { broker: BrokerId(1), last_heartbeat: SECOND, now };
    assert_eq!(changes, [(now, cause)]);
    assert_eq!(cluster.leader(), Some(2));
}

/// In which order brokers are fenced whose sessions end before the same look.
fn fenced_together(version: &str) -> Vec<i32> {
    let mut cluster = Cluster::new(profile(version));
    for (id, at) in [(3, 1), (1, 2), (2, 3)] {
        cluster.beat(at, id, "");
    }
    let changes = cluster.run(0, 20 * SECOND, &[]);
    let fenced = |(_, cause): &(Nanos, Cause)| match cause {
        Cause::BrokerFenced { broker, .. } => broker.0,
        other => panic!("{other:?}"),
    };
    assert!(changes.iter().all(|(at, _)| *at == changes[0].0), "all in the same look");
    changes.iter().map(fenced).collect()
}

#[test]
fn of_brokers_that_fall_silent_together_the_oldest_is_fenced_first_up_to_3_9() {
    assert_eq!(fenced_together("3.9"), [3, 1, 2]);
}

/// `maybeRemoveExpired` walks a hash map of (id, epoch). The epochs here are 0, 2 and 4: places 0, 1 and 2 of 16.
#[test]
fn of_brokers_that_fall_silent_together_the_first_in_the_hash_map_is_fenced_first_since_4_0() {
    assert_eq!(fenced_together("4.1"), [1, 2, 3]);
}

#[test]
fn a_new_process_waits_for_the_old_ones_session() {
    let mut cluster = Cluster::new(Profile::default());
    let duplicate = Some(ControllerResult::Result(ErrorCode::DuplicateBrokerRegistration));
    assert_eq!(cluster.register(9 * SECOND, 1, 2, -1), duplicate);
    let later = cluster.register(9 * SECOND + 1, 1, 2, -1);
    assert!(matches!(later, Some(ControllerResult::Registered { .. })));
    assert_eq!(cluster.causes(), [Cause::BrokerRestarted { broker: BrokerId(1), clean: false }]);
    let stale = Some(ControllerResult::Result(ErrorCode::StaleBrokerEpoch));
    assert_eq!(cluster.beat(9 * SECOND + 2, 1, ""), stale);
}

#[test]
fn a_leader_hands_over_before_it_stops() {
    let mut cluster = Cluster::new(Profile::default());
    assert_eq!(cluster.beat(SECOND, 1, "stop"), stop(false));
    assert_eq!(cluster.causes(), [Cause::ControlledShutdown { broker: BrokerId(1) }]);
    assert_eq!(cluster.leader(), Some(2));
    assert_eq!(cluster.beat(2 * SECOND, 1, "stop"), stop(false), "2 and 3 have not read it yet");
    cluster.beat(2 * SECOND, 2, "");
    assert_eq!(cluster.beat(2 * SECOND, 1, "stop"), stop(false), "3 has not read it yet");
    cluster.beat(2 * SECOND, 3, "");
    assert_eq!(cluster.beat(3 * SECOND, 1, "stop"), stop(true));
}

/// When a broker that stopped in good order, its last heartbeat at 3 s, gets its new process registered.
fn back_after_an_orderly_stop(version: &str, new_controller_at: Option<Nanos>) -> Nanos {
    let mut cluster = Cluster::new(profile(version));
    cluster.beat(SECOND, 1, "stop");
    cluster.beat(2 * SECOND, 2, "");
    cluster.beat(2 * SECOND, 3, "");
    assert_eq!(cluster.beat(3 * SECOND, 1, "stop"), stop(true));
    let tries = (7..40).map(|halves| halves * SECOND / 2);
    let mut election = new_controller_at;
    for at in tries {
        if let Some(killed_at) = election.filter(|killed_at| *killed_at <= at) {
            let killed = QuorumInput { event: QuorumEvent::Killed(0), jitter: 0 };
            cluster.ask(killed_at, ControllerInput::Quorum(killed));
            election = None;
        }
        if cluster.controller.next_wake().is_some_and(|wake| wake <= at) {
            cluster.ask(at, ControllerInput::Wake);
        }
        let registered = cluster.register(at, 1, 2, cluster.epochs[0]);
        if matches!(registered, Some(ControllerResult::Registered { .. })) {
            return at;
        }
    }
    panic!("never let in");
}

#[test]
fn after_an_orderly_stop_a_broker_is_let_in_at_once_up_to_3_9_and_when_its_session_is_over_since() {
    let back = |version| back_after_an_orderly_stop(version, None);
    assert_eq!(["3.3", "3.9"].map(back), [7 * SECOND / 2; 2]);
    assert_eq!(["4.0", "4.1", "4.4"].map(back), [25 * SECOND / 2; 3]);
}

/// A new active controller has heard of nobody; 4.0 gives a fenced broker a whole session from then, 4.1 none.
#[test]
fn a_change_of_the_controller_ends_the_session_of_a_stopped_broker_since_4_1() {
    let back = |version| back_after_an_orderly_stop(version, Some(4 * SECOND));
    let [old, first, later] = ["3.9", "4.0", "4.1"].map(back);
    assert_eq!(old, 7 * SECOND / 2);
    assert!(later < 9 * SECOND && first > 14 * SECOND, "{first} {later}");
}

#[test]
fn a_follower_may_stop_at_once() {
    let mut cluster = Cluster::new(Profile::default());
    assert_eq!(cluster.beat(SECOND, 3, "stop"), stop(true));
    assert_eq!(cluster.causes(), [Cause::BrokerLeft { broker: BrokerId(3) }]);
}

#[test]
fn a_broker_that_has_not_read_its_registration_stays_fenced() {
    let mut cluster = Cluster::new(Profile::default());
    let Some(ControllerResult::Registered { epoch }) = cluster.register(20 * SECOND, 2, 2, -1) else {
        panic!()
    };
    cluster.epochs[1] = epoch;
    let fenced =
        Some(ControllerResult::Heartbeat { fenced: true, should_shut_down: false, caught_up: false });
    assert_eq!(cluster.beat(20 * SECOND, 2, "behind"), fenced);
    let unfenced =
        Some(ControllerResult::Heartbeat { fenced: false, should_shut_down: false, caught_up: true });
    assert_eq!(cluster.beat(21 * SECOND, 2, ""), unfenced);
}

/// `isCaughtUp` of `ReplicationControlManager.processBrokerHeartbeat`.
#[test]
fn a_broker_is_caught_up_with_its_registration_though_the_log_goes_on() {
    let mut cluster = Cluster::new(Profile::default());
    let Some(ControllerResult::Registered { epoch }) = cluster.register(20 * SECOND, 2, 2, -1) else {
        panic!()
    };
    let read = cluster.controller.image().next_offset - 1;
    let config = TopicConfig { min_isr: Some(1), unclean: None };
    cluster.ask(20 * SECOND, ControllerInput::SetConfig { topic: None, config });
    assert!(cluster.controller.image().next_offset > read + 1, "the log went on");
    let heartbeat = Heartbeat {
        broker: BrokerId(2),
        epoch,
        metadata_offset: read,
        want_fence: true,
        want_shutdown: false,
        offline_directories: vec![],
        tells_cordoned: false,
    };
    let answer = cluster.ask(20 * SECOND, ControllerInput::Heartbeat(heartbeat));
    let caught_up =
        Some(ControllerResult::Heartbeat { fenced: true, should_shut_down: false, caught_up: true });
    assert_eq!(answer, caught_up);
}

/// KIP-1066: as in the log of a real 4.4 controller, a change of the registration in a batch of its own.
#[test]
fn a_broker_that_tells_its_cordoned_directories_is_written_down_and_stays_fenced() {
    let mut cluster = Cluster::new(Profile::default());
    let Some(ControllerResult::Registered { epoch }) = cluster.register(20 * SECOND, 2, 2, -1) else {
        panic!()
    };
    let heartbeat = Heartbeat {
        broker: BrokerId(2),
        epoch,
        metadata_offset: cluster.controller.image().next_offset - 1,
        want_fence: true,
        want_shutdown: false,
        offline_directories: vec![],
        tells_cordoned: true,
    };
    cluster.ask(20 * SECOND, ControllerInput::Heartbeat(heartbeat));
    let written = cluster.out.iter().filter_map(|output| match output {
        ControllerOutput::Append(batch) => Some(batch.records.clone()),
        _ => None,
    });
    let told = MetadataRecord::CordonedDirectories { broker: BrokerId(2), epoch };
    assert_eq!(written.collect::<Vec<_>>(), [vec![told]]);
}

#[test]
fn another_active_controller_gives_everybody_a_new_session() {
    let mut cluster = Cluster::new(Profile::default());
    let killed = QuorumInput { event: QuorumEvent::Killed(0), jitter: SECOND / 2 };
    cluster.ask(5 * SECOND, ControllerInput::Quorum(killed));
    assert_eq!(cluster.out, [ControllerOutput::ActiveController { node: None, epoch: 1 }]);
    let refused = Some(ControllerResult::Result(ErrorCode::NotController));
    assert_eq!(cluster.beat(6 * SECOND, 2, ""), refused);
    assert_eq!(cluster.controller.next_wake(), Some(7_500_000_000));
    let changes = cluster.run(5 * SECOND, 16_500_000_000, &[]);
    assert_eq!(changes, [], "9 s from the election at 7.5 s, not from the last heartbeat");
    let changes = cluster.run(17 * SECOND, 18 * SECOND, &[]);
    assert_eq!(changes.len(), 3);
}

#[test]
fn under_zookeeper_a_broker_serves_once_it_has_registered() {
    let cluster = Cluster::new(Profile::of("2.8".parse().unwrap(), None));
    assert!(cluster.controller.image().brokers.values().all(|broker| !broker.fenced));
    assert_eq!(cluster.leader(), Some(1));
}
