//! Random runs: a cluster, its clients, and what happens to them.

use klever::knobs::Change;
use klever::model::{BrokerId, BrokerStatus, KafkaVersion};
use klever::scenario::{Act, Endpoint, Event, PowerDomain, Process, Scenario, Time, UnflushedTail};
use klever::sim::Simulator;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Write;

/// 4.0.0 with ELR elects a leader that is fenced (KAFKA-19522): a mutant of its own.
const VERSIONS: [&str; 9] = ["2.8", "3.2", "3.5", "3.6", "3.7", "3.9", "4.0.1", "4.1", "4.2"];

/// What a run begins with.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub version: KafkaVersion,
    pub elr: Option<bool>,
    pub brokers: u32,
    pub replicas: u32,
    pub min_isr: u32,
    pub partitions: u32,
    pub acks: &'static str,
    pub idempotent: bool,
    pub group: bool,
    pub controllers: u32,
    pub flush: bool,
    /// Records are deleted after a few seconds.
    pub retention: bool,
    pub work: Work,
}

/// What the group does with its records.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub commit: &'static str,
    pub on_poison: &'static str,
    pub calls: bool,
    pub restarts: bool,
}

/// One thing that happens, to be fitted to the cluster that there is.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Broker(Verb, u8),
    PowerLoss(u8, UnflushedTail),
    SiteLoss(UnflushedTail),
    DiskLoss(u8),
    Cut(u8, u8, bool),
    CutController(u8, bool),
    CutClients(u8),
    Heal,
    SlowLink(u8, u8, u32),
    SlowDisk(u8, u32),
    Controllers(bool),
    MinIsr(u32),
    Unclean(bool),
    Preferred,
    ElectUnclean,
    Reassign(u8),
    Producer(Verb),
    Member(Verb, u8),
    Poison(u8),
    /// Extra milliseconds of a call, and how many of a thousand fail.
    Service(u32, u32),
    LoseAnswer(Option<u8>),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Verb {
    Stop,
    Kill,
    Restart,
    Pause,
    Resume,
}

impl Verb {
    fn on(self, process: Process) -> Act {
        match self {
            Verb::Stop => Act::Stop(process),
            Verb::Kill => Act::Kill(process),
            Verb::Restart => Act::Restart(process),
            Verb::Pause => Act::Pause(process),
            Verb::Resume => Act::Resume(process),
        }
    }
}

/// A whole run.
#[derive(Clone, Debug)]
pub(super) struct RandomRun {
    pub setup: Setup,
    /// Each fault with the milliseconds before it.
    pub faults: Vec<(u32, Fault)>,
    pub seed: u64,
}

const COMMITS: [&str; 8] = [
    "auto",
    "sync_after",
    "async_after",
    "async_retry",
    "each_record",
    "each_record_polled",
    "before",
    "never",
];
const ANSWERS: [&str; 5] = ["retry", "crash", "skip", "dead_letter", "retry_topic"];

fn work() -> impl Strategy<Value = Work> {
    let words = (select(COMMITS.to_vec()), select(ANSWERS.to_vec()));
    (words, any::<bool>(), any::<bool>()).prop_map(|((commit, on_poison), calls, restarts)| Work {
        commit,
        on_poison,
        calls,
        restarts,
    })
}

fn setups() -> impl Strategy<Value = Setup> {
    let cluster = (select(VERSIONS.to_vec()), any::<Option<bool>>(), 1..=5u32, 1..=4u32, 1..=3u32, 1..=2u32);
    let clients = (select(vec!["all", "all", "all", "1", "0"]), any::<bool>(), any::<bool>(), any::<bool>());
    let log = (any::<bool>(), any::<bool>());
    (cluster, clients, log, work()).prop_map(|(cluster, clients, (flush, retention), work)| {
        let (version, elr, brokers, replicas, min_isr, partitions) = cluster;
        let (acks, idempotent, group, one_controller) = clients;
        let version: KafkaVersion = version.parse().unwrap();
        let replicas = replicas.min(brokers);
        Setup {
            version,
            elr: elr.filter(|_| version.is_at_least(4, 0)),
            brokers,
            replicas,
            min_isr: min_isr.min(replicas),
            partitions,
            acks,
            idempotent: idempotent && acks == "all",
            group,
            controllers: if one_controller { 1 } else { 3 },
            flush,
            retention,
            work,
        }
    })
}

fn verb() -> impl Strategy<Value = Verb> {
    select(vec![
        Verb::Stop,
        Verb::Kill,
        Verb::Kill,
        Verb::Restart,
        Verb::Restart,
        Verb::Restart,
        Verb::Pause,
        Verb::Resume,
        Verb::Resume,
    ])
}

fn keep() -> impl Strategy<Value = UnflushedTail> {
    select(vec![
        UnflushedTail::Random,
        UnflushedTail::Random,
        UnflushedTail::Flushed,
        UnflushedTail::Everything,
        UnflushedTail::Batches(1),
    ])
}

fn fault() -> impl Strategy<Value = Fault> {
    let at = || 0..5u8;
    prop_oneof![
        14 => (verb(), at()).prop_map(|(verb, id)| Fault::Broker(verb, id)),
        2 => (at(), keep()).prop_map(|(id, keep)| Fault::PowerLoss(id, keep)),
        1 => keep().prop_map(Fault::SiteLoss),
        1 => at().prop_map(Fault::DiskLoss),
        3 => (at(), at(), any::<bool>()).prop_map(|(a, b, one_way)| Fault::Cut(a, b, one_way)),
        2 => (at(), any::<bool>()).prop_map(|(id, one_way)| Fault::CutController(id, one_way)),
        1 => at().prop_map(Fault::CutClients),
        5 => Just(Fault::Heal),
        1 => (at(), at(), 1..400u32).prop_map(|(a, b, ms)| Fault::SlowLink(a, b, ms)),
        1 => (at(), 0..300u32).prop_map(|(id, ms)| Fault::SlowDisk(id, ms)),
        2 => any::<bool>().prop_map(Fault::Controllers),
        1 => (1..4u32).prop_map(Fault::MinIsr),
        1 => any::<bool>().prop_map(Fault::Unclean),
        2 => Just(Fault::Preferred),
        1 => Just(Fault::ElectUnclean),
        1 => at().prop_map(Fault::Reassign),
        1 => verb().prop_map(Fault::Producer),
        1 => (verb(), 0..2u8).prop_map(|(verb, nth)| Fault::Member(verb, nth)),
        1 => at().prop_map(Fault::Poison),
        1 => (0..2000u32, 0..800u32).prop_map(|(ms, permille)| Fault::Service(ms, permille)),
        1 => prop::option::of(0..2u8).prop_map(Fault::LoseAnswer),
    ]
}

/// Any run.
pub(super) fn random_run() -> impl Strategy<Value = RandomRun> {
    let pause = prop_oneof![3 => 0..1500u32, 2 => 1500..7000u32];
    (setups(), prop::collection::vec((pause, fault()), 1..16), any::<u64>())
        .prop_map(|(setup, faults, seed)| RandomRun { setup, faults, seed })
}

impl Work {
    fn toml(&self) -> String {
        let Work { commit, on_poison, .. } = self;
        let restart = if self.restarts { "restart_after = \"2s\"\n" } else { "" };
        let call = if self.calls { "[group.call]\nlatency_ms = 5\ntimeout_ms = 500\n" } else { "" };
        format!(
            "[[group]]\nname = \"g\"\ntopics = [\"t\"]\nmembers = 2\ncommit = \"{commit}\"\n\
             on_poison = \"{on_poison}\"\n{restart}\
             config = {{ \"session.timeout.ms\" = 6000, \"auto.offset.reset\" = \"earliest\", \
             \"max.poll.interval.ms\" = 8000 }}\n{call}"
        )
    }
}

impl Setup {
    fn toml(&self, seconds: u64) -> String {
        let zookeeper = self.version < KafkaVersion::new(3, 3, 0);
        let session = if zookeeper { "zookeeper.session.timeout.ms" } else { "broker.session.timeout.ms" };
        let mut text = format!(
            "id = \"random\"\ntitle = \"A random run\"\nversions = [\"{}\"]\nduration = \"{seconds}s\"\n\
             [cluster]\nbrokers = {}\nracks = []\ncontrollers = {}\n",
            self.version, self.brokers, self.controllers
        );
        let copies = self.brokers.min(3);
        let _ = writeln!(
            text,
            "config = {{ \"{session}\" = 3000, \"broker.heartbeat.interval.ms\" = 700, \
             \"replica.lag.time.max.ms\" = 5000, \"offsets.topic.replication.factor\" = {copies}, \
             \"replica.socket.timeout.ms\" = 4000, \"log.initial.task.delay.ms\" = 500, \
             \"log.retention.check.interval.ms\" = 900 }}"
        );
        if let Some(elr) = self.elr {
            let _ =
                writeln!(text, "[cluster.features]\n\"eligible.leader.replicas.version\" = {}", elr as i32);
        }
        let flush = if self.flush { ", \"flush.messages\" = 1" } else { "" };
        let retention =
            if self.retention { ", \"segment.bytes\" = 3000, \"retention.ms\" = 4000" } else { "" };
        let _ = writeln!(
            text,
            "[disk]\nwriteback_s = 8\n[[topic]]\nname = \"t\"\npartitions = {}\nreplication_factor = {}\n\
             config = {{ \"min.insync.replicas\" = {}{flush}{retention} }}",
            self.partitions, self.replicas, self.min_isr
        );
        let _ = writeln!(
            text,
            "[[producer]]\nname = \"p\"\ntopic = \"t\"\nrecords_per_s = 40\nuntil = \"{seconds}s\"\n\
             config = {{ acks = \"{}\", \"enable.idempotence\" = {}, \"request.timeout.ms\" = 2500, \
             \"delivery.timeout.ms\" = 9000, \"max.block.ms\" = 6000 }}",
            self.acks, self.idempotent
        );
        if self.group {
            text += &self.work.toml();
        }
        text
    }

    fn broker(&self, at: u8) -> BrokerId {
        BrokerId(i32::from(at) % self.brokers as i32 + 1)
    }

    /// Before 3.7 a broker that lost data may join an ISR again by its old fetches (KIP-903): no such faults.
    fn lossy(&self, act: Act) -> Option<Act> {
        (self.version.is_at_least(3, 7)).then_some(act)
    }

    fn between(&self, a: u8, b: u8) -> Option<(Endpoint, Endpoint)> {
        let (a, b) = (self.broker(a), self.broker(b));
        (a != b).then(|| (a.into(), b.into()))
    }

    fn act(&self, fault: &Fault) -> Option<Act> {
        let set = |text: String| Some(Act::Set(Change::parse(&text).unwrap()));
        match *fault {
            Fault::Broker(verb, at) => Some(verb.on(self.broker(at).into())),
            Fault::PowerLoss(at, keep) => {
                self.lossy(Act::PowerLoss { domain: PowerDomain::Broker(self.broker(at)), keep })
            }
            Fault::SiteLoss(keep) => self.lossy(Act::PowerLoss { domain: PowerDomain::Site, keep }),
            Fault::DiskLoss(at) => self.lossy(Act::DiskLoss(self.broker(at))),
            Fault::Cut(a, b, one_way) => {
                self.between(a, b).map(|(from, to)| Act::Partition { from, to, one_way })
            }
            Fault::CutController(at, one_way) => {
                Some(Act::Partition { from: self.broker(at).into(), to: Endpoint::Controllers, one_way })
            }
            Fault::CutClients(at) => {
                Some(Act::Partition { from: Endpoint::Clients, to: self.broker(at).into(), one_way: false })
            }
            Fault::Heal => Some(Act::HealAll),
            Fault::SlowLink(a, b, ms) => {
                let extra = u64::from(ms) * 1_000_000;
                self.between(a, b).map(|(from, to)| Act::SlowLink { from, to, extra, loss_permille: 20 })
            }
            Fault::SlowDisk(at, ms) => {
                Some(Act::SlowDisk { broker: self.broker(at), extra: u64::from(ms) * 1_000_000 })
            }
            Fault::Controllers(true) => Some(Act::ControllerBack),
            Fault::Controllers(false) => Some(Act::ControllerLoss(1)),
            Fault::MinIsr(count) => set(format!("topic/t:min.insync.replicas={count}")),
            Fault::Unclean(on) => set(format!("topic/t:unclean.leader.election.enable={on}")),
            Fault::Preferred => Some(Act::PreferredElection(None)),
            Fault::ElectUnclean => Some(Act::UncleanElection(Some("t".into()))),
            Fault::Reassign(first) => {
                let replicas = (0..self.replicas as u8).map(|nth| self.broker(first + nth)).collect();
                Some(Act::Reassign { topic: "t".into(), partition: Some(0), replicas })
            }
            Fault::Producer(verb) => Some(verb.on(Process::Producer("p".into()))),
            Fault::Poison(at) => {
                let partition = format!("t-{}", u32::from(at) % self.partitions);
                Some(Act::Poison { partition, records: 1 })
            }
            Fault::Service(ms, failures_permille) => self.group.then(|| {
                let extra = u64::from(ms) * 1_000_000;
                Act::SlowService { group: "g".into(), extra, failures_permille }
            }),
            Fault::LoseAnswer(None) => Some(Act::LoseAnswer(Process::Producer("p".into()))),
            Fault::LoseAnswer(Some(nth)) => {
                self.group.then(|| Act::LoseAnswer(Process::Member("g".into(), u32::from(nth))))
            }
            Fault::Member(verb, nth) => {
                self.group.then(|| verb.on(Process::Member("g".into(), u32::from(nth))))
            }
        }
    }
}

impl RandomRun {
    /// The run as a scenario.
    pub(super) fn scenario(&self) -> Scenario {
        let mut at = 1000;
        let mut events = Vec::new();
        for (pause, fault) in &self.faults {
            at += u64::from(*pause);
            if let Some(act) = self.setup.act(fault) {
                events.push(Event { at: Some(Time::from_millis(at)), when: None, after: None, act });
            }
        }
        let text = self.setup.toml(at / 1000 + 6);
        let mut scenario =
            Scenario::parse("random.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        scenario.events = events;
        scenario.seed = self.seed;
        scenario
    }
}

/// Ends all faults: links, disks, controllers, paused and dead processes.
pub(super) fn heal(sim: &mut Simulator) {
    // What is not broken refuses to be mended.
    let act = |sim: &mut Simulator, act: Act| {
        let _ = sim.apply(act);
    };
    act(sim, Act::HealAll);
    act(sim, Act::ControllerBack);
    let brokers = sim.snapshot().0.brokers.clone();
    for broker in brokers.iter() {
        act(sim, Act::SlowDisk { broker: broker.id, extra: 0 });
        act(sim, Act::Resume(broker.id.into()));
        if broker.state == BrokerStatus::Down {
            act(sim, Act::Restart(broker.id.into()));
        }
    }
    act(sim, Act::Resume(Process::Producer("p".into())));
    for nth in 0..2 {
        act(sim, Act::Resume(Process::Member("g".into(), nth)));
    }
}
