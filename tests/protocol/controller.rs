//! The controller's invariants after every step of random histories (TLA+ specifications of KIP-966).

use klever::model::{BrokerId, KafkaVersion, Nanos, PartitionIx, TopicIx};
use klever::protocol::controller::partitions::PartitionEntry;
use klever::protocol::controller::quorum::{QuorumEvent, QuorumInput};
use klever::protocol::controller::{
    Controller, ControllerInput, ControllerOutput, ControllerResult, ControllerSettings, DirectoryId,
    Election, Heartbeat, Image, Placement, Registration, TopicConfig,
};
use klever::protocol::profile::Profile;
use klever::protocol::wire::{AlterPartition, Recovery};
use proptest::prelude::*;
use std::collections::BTreeMap;

const BROKERS: i32 = 5;
const SECOND: Nanos = 1_000_000_000;

/// One random event; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Event {
    Pass(u64),
    Start { broker: u8, clean: bool, new_disk: bool },
    Beat { broker: u8, stop: bool, fence: bool, disk_fails: bool },
    Alter { partition: u8, mask: u8 },
    MinIsr { topic: u8, min_isr: u8, unclean: bool },
    Reassign { partition: u8, mask: u8 },
    Replicas { topic: u8, count: u8 },
    Elect { partition: u8, unclean: bool },
    AddPartitions { topic: u8, seed: u64 },
    Controllers(QuorumEvent),
}

fn event() -> impl Strategy<Value = Event> {
    let beat =
        (any::<u8>(), prop::bool::weighted(0.1), prop::bool::weighted(0.05), prop::bool::weighted(0.05));
    prop_oneof![
        4 => (1u64..6000).prop_map(Event::Pass),
        5 => any::<(u8, bool)>().prop_flat_map(|(broker, clean)| {
            prop::bool::weighted(0.2).prop_map(move |new_disk| Event::Start { broker, clean, new_disk })
        }),
        14 => beat.prop_map(|(broker, stop, fence, disk_fails)| Event::Beat { broker, stop, fence, disk_fails }),
        8 => any::<(u8, u8)>().prop_map(|(partition, mask)| Event::Alter { partition, mask }),
        1 => (any::<u8>(), 1u8..5, any::<bool>())
            .prop_map(|(topic, min_isr, unclean)| Event::MinIsr { topic, min_isr, unclean }),
        1 => any::<(u8, u8)>().prop_map(|(partition, mask)| Event::Reassign { partition, mask }),
        1 => (any::<u8>(), 1u8..5).prop_map(|(topic, count)| Event::Replicas { topic, count }),
        1 => any::<(u8, bool)>().prop_map(|(partition, unclean)| Event::Elect { partition, unclean }),
        1 => any::<(u8, u64)>().prop_map(|(topic, seed)| Event::AddPartitions { topic, seed }),
        1 => (0u32..3, 0u8..3).prop_map(|(node, what)| Event::Controllers(match what {
            0 => QuorumEvent::Killed(node),
            1 => QuorumEvent::Stopped(node),
            _ => QuorumEvent::Started(node),
        })),
    ]
}

/// A controller, what the brokers know of themselves, and an image that only follows the records.
struct World {
    controller: Controller,
    follower: Image,
    epochs: BTreeMap<i32, (i64, u64)>,
    disks: BTreeMap<i32, u64>,
    incarnation: u64,
    now: Nanos,
    changes: usize,
}

impl World {
    fn new(profile: Profile, unclean: bool) -> Self {
        let config = TopicConfig { min_isr: Some(2), unclean: Some(unclean) };
        let settings =
            ControllerSettings { nodes: 3, cluster_config: config, ..ControllerSettings::defaults(&profile) };
        let mut world = World {
            follower: Image::new(profile.clone(), config),
            controller: Controller::new(profile, settings),
            epochs: BTreeMap::new(),
            disks: BTreeMap::new(),
            incarnation: 0,
            now: 0,
            changes: 0,
        };
        for broker in 0..BROKERS as u8 {
            world.play(&Event::Start { broker, clean: true, new_disk: false });
            world.play(&Event::Beat { broker, stop: false, fence: false, disk_fails: false });
        }
        for (partitions, replication_factor) in [(4, 3), (2, 2), (2, 4)] {
            let placement = Placement::Striped { partitions, replication_factor, seed: 7 };
            let answer =
                world.ask(ControllerInput::CreateTopic { placement, config: TopicConfig::default() });
            assert!(matches!(answer, Some(ControllerResult::Created { .. })), "{answer:?}");
        }
        world
    }

    fn image(&self) -> &Image {
        self.controller.image()
    }

    fn ask(&mut self, input: ControllerInput) -> Option<ControllerResult> {
        let mut out = Vec::new();
        let before: Vec<PartitionEntry> =
            self.image().partitions.iter().map(|(_, entry)| entry.clone()).collect();
        self.controller.step(self.now, input, &mut out);
        let mut answer = None;
        for output in out {
            match output {
                ControllerOutput::Append(batch) => {
                    assert_eq!(batch.base_offset, self.follower.next_offset, "offsets without gaps");
                    self.changes += batch.records.len();
                    batch.records.iter().for_each(|record| self.follower.apply(record));
                }
                ControllerOutput::Response { after, result: given } => {
                    assert_eq!(after, self.follower.next_offset - 1);
                    answer = Some(given);
                }
                ControllerOutput::ActiveController { .. } => {}
            }
        }
        self.check(&before);
        answer
    }

    fn play(&mut self, event: &Event) {
        match *event {
            Event::Pass(ms) => self.pass(ms),
            Event::Start { broker, clean, new_disk } => self.start(broker, clean, new_disk),
            Event::Beat { broker, stop, fence, disk_fails } => self.beat(broker, stop, fence, disk_fails),
            Event::Alter { partition, mask } => self.alter(partition, mask),
            Event::Controllers(ref event) => {
                let input = QuorumInput { event: event.clone(), jitter: SECOND / 3 };
                self.ask(ControllerInput::Quorum(input));
            }
            ref other => {
                let request = self.administer(other);
                self.ask(request);
            }
        }
    }

    /// Lets time pass, waking the controller whenever it wants to be.
    fn pass(&mut self, ms: u64) {
        let until = self.now + ms * 1_000_000;
        while let Some(at) = self.controller.next_wake().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.ask(ControllerInput::Wake);
        }
        self.now = until;
    }

    fn start(&mut self, broker: u8, clean: bool, new_disk: bool) {
        let id = i32::from(broker) % BROKERS;
        self.incarnation += 1;
        if new_disk {
            self.disks.insert(id, self.incarnation + 100);
        }
        let disk = *self.disks.entry(id).or_insert(id as u64 + 1);
        let known = self.epochs.get(&id).map(|(epoch, _)| *epoch);
        let registration = Registration {
            broker: BrokerId(id),
            incarnation: self.incarnation,
            previous_epoch: known.filter(|_| clean).unwrap_or(-1),
            rack: Some(if id % 2 == 0 { "a" } else { "b" }.into()),
            directories: vec![DirectoryId(disk)],
        };
        if let Some(ControllerResult::Registered { epoch }) =
            self.ask(ControllerInput::Register(registration))
        {
            self.epochs.insert(id, (epoch, disk));
            let distrusted = known.is_some() && !clean && self.image().profile.elr;
            let trusted =
                |(_, entry): (PartitionIx, &PartitionEntry)| entry.state.elr.contains(&BrokerId(id));
            assert!(!distrusted || !self.image().partitions.iter().any(trusted), "lossy, yet in ELR");
        }
    }

    fn beat(&mut self, broker: u8, want_shutdown: bool, want_fence: bool, disk_fails: bool) {
        let id = i32::from(broker) % BROKERS;
        let (epoch, disk) = self.epochs.get(&id).copied().unwrap_or((-1, 0));
        self.ask(ControllerInput::Heartbeat(Heartbeat {
            broker: BrokerId(id),
            epoch,
            metadata_offset: self.image().next_offset - 1,
            want_fence,
            want_shutdown,
            offline_directories: if disk_fails { vec![DirectoryId(disk)] } else { vec![] },
            tells_cordoned: false,
        }));
    }

    fn alter(&mut self, partition: u8, mask: u8) {
        let partition = self.partition(partition);
        let state = self.image().partitions.get(partition).unwrap().state.clone();
        let Some(leader) = state.leader else { return };
        let wanted = state.replicas.iter().enumerate();
        let wanted = wanted.filter(|(place, id)| mask >> place & 1 == 1 || **id == leader);
        let request = AlterPartition {
            partition,
            leader_epoch: state.leader_epoch,
            partition_epoch: state.partition_epoch,
            new_isr: wanted.map(|(_, id)| (*id, -1)).collect(),
            recovery: Recovery::Recovered,
        };
        let broker_epoch = self.epochs.get(&leader.0).map_or(-1, |(epoch, _)| *epoch);
        self.ask(ControllerInput::AlterPartition { from: leader, broker_epoch, request });
    }

    fn partition(&self, number: u8) -> PartitionIx {
        PartitionIx(u32::from(number) % self.image().partitions.len() as u32)
    }

    fn administer(&self, event: &Event) -> ControllerInput {
        let topic = |number: u8| TopicIx(u32::from(number) % 3);
        match *event {
            Event::MinIsr { topic: of, min_isr, unclean } => {
                let config = TopicConfig { min_isr: Some(min_isr.into()), unclean: Some(unclean) };
                ControllerInput::SetConfig { topic: Some(topic(of)), config }
            }
            Event::Reassign { partition, mask } => {
                let wanted = (0..BROKERS).filter(|id| mask >> id & 1 == 1).map(BrokerId);
                ControllerInput::Reassign { partition: self.partition(partition), replicas: wanted.collect() }
            }
            Event::Replicas { topic: of, count } => {
                ControllerInput::SetReplicationFactor { topic: topic(of), replication_factor: count.into() }
            }
            Event::AddPartitions { topic: of, seed } => {
                let placement = Placement::Striped { partitions: 1, replication_factor: 3, seed };
                ControllerInput::AddPartitions { topic: topic(of), placement }
            }
            Event::Elect { partition, unclean } => {
                let election = if unclean { Election::Unclean } else { Election::Preferred };
                ControllerInput::Elect { partitions: vec![self.partition(partition)], election }
            }
            _ => ControllerInput::Wake,
        }
    }

    fn check(&self, before: &[PartitionEntry]) {
        let image = self.image();
        for (ix, entry) in image.partitions.iter() {
            assert_eq!(Some(entry), self.follower.partitions.get(ix), "the records tell all");
            valid(image, entry);
            if let Some(before) = before.get(ix.at()) {
                assert!(entry.state.leader_epoch >= before.state.leader_epoch);
                assert!(entry.state.partition_epoch >= before.state.partition_epoch);
                let same = entry.state.partition_epoch == before.state.partition_epoch;
                assert!(!same || entry == before, "every change has its own partition epoch");
                let moved = entry.state.leader != before.state.leader;
                assert!(!moved || entry.state.leader_epoch > before.state.leader_epoch);
            }
        }
        for id in image.brokers.keys() {
            let led = image.partitions.iter().filter(|(_, entry)| entry.state.leader == Some(*id)).count();
            assert_eq!(image.partitions.leaderships(*id), led);
        }
        let leaderless = image.partitions.iter().filter(|(_, entry)| entry.state.leader.is_none());
        assert!(leaderless.map(|(ix, _)| ix).eq(image.partitions.leaderless().iter().copied()));
    }
}

fn valid(image: &Image, entry: &PartitionEntry) {
    let state = &entry.state;
    let active = |id: &BrokerId| image.brokers.get(id).is_some_and(|broker| broker.is_active());
    let subset = |list: &[BrokerId]| list.iter().all(|id| state.replicas.contains(id));
    // ValidControllerState: without ELR the last member stays although it is gone.
    let last_one = !image.profile.elr && state.isr.len() == 1 && state.leader.is_none();
    assert!(state.isr.iter().all(active) || last_one, "fenced in ISR: {state:?}");
    // LeaderInIsr.
    assert!(state.leader.is_none_or(|leader| state.isr.contains(&leader)), "leader outside ISR: {state:?}");
    assert!(state.leader.is_none_or(|leader| image.acceptable(entry, leader)), "unfit leader: {state:?}");
    assert!(!state.isr.is_empty() || image.profile.elr, "empty ISR without ELR: {state:?}");
    // ValidControllerIsrAndElr.
    assert!(subset(&state.isr) && subset(&state.elr), "members that are no replicas: {state:?}");
    assert!(!state.elr.iter().any(|id| state.isr.contains(id)), "in ISR and ELR: {state:?}");
    let min_isr = image.profile.effective_min_isr(image.min_isr(entry.topic), state.replicas.len());
    assert!(state.isr.len() < min_isr || state.elr.is_empty(), "needless ELR: {state:?}");
    assert!(image.profile.elr || state.elr.is_empty(), "ELR without ELR: {state:?}");
    assert!(state.last_known_elr.len() <= 1);
    assert!(state.leader.is_none() || state.last_known_elr.is_empty(), "led, yet last known: {state:?}");
}

fn profile() -> impl Strategy<Value = Profile> {
    prop::sample::select(vec!["2.8", "3.3", "3.6", "3.9", "4.0.1", "4.1", "4.2"]).prop_flat_map(|version| {
        let version: KafkaVersion = version.parse().unwrap();
        any::<bool>().prop_map(move |elr| Profile::of(version, Some(elr)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_in_random_histories(
        profile in profile(), unclean: bool, events in prop::collection::vec(event(), 1..120),
    ) {
        let mut world = World::new(profile, unclean);
        for event in &events {
            world.play(event);
        }
        prop_assert!(world.changes > 0);
    }
}
