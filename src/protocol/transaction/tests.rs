//! The coordinator as lines of text, and what must hold of it whatever is asked in whatever order.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::profile::Profile;
use crate::protocol::transaction::{
    ProducerIdentity, StateLog, TransactionCoordinator, TransactionInput, TransactionOutput,
    TransactionRequest, TransactionResponse, TransactionSettings, TransactionState,
};
use crate::protocol::wire::ErrorCode;
use proptest::prelude::*;

const MS: Nanos = 1_000_000;
/// The epoch of a process that was never given one.
const NOBODY: i16 = -1;

fn settings(version: &str) -> TransactionSettings {
    TransactionSettings::of(&Profile::of(version.parse().unwrap(), None))
}

/// A coordinator, the time, and what it said.
struct Rig {
    coordinator: TransactionCoordinator,
    now: Nanos,
    lines: Vec<String>,
    wakes: Vec<Nanos>,
    answered: Vec<TransactionResponse>,
}

fn identity(producer: ProducerIdentity) -> String {
    format!("{}/{}", producer.id, producer.epoch)
}

fn words(output: &TransactionOutput) -> Option<String> {
    let end = |commit: bool| if commit { "commit" } else { "abort" };
    Some(match output {
        TransactionOutput::Reply { to, reply, .. } => match reply {
            TransactionResponse::Ready { error: ErrorCode::None, producer: Some(producer) } => {
                format!("{to}: is {}", identity(*producer))
            }
            TransactionResponse::Ended { error: ErrorCode::None, producer: Some(producer) } => {
                format!("{to}: ended, goes on as {}", identity(*producer))
            }
            other => format!("{to}: {}", other.error().name()),
        },
        TransactionOutput::Mark { partition, producer, commit } => {
            format!("mark {} {} {}", partition.0, end(*commit), identity(*producer))
        }
        TransactionOutput::Decided { producer, commit } => {
            format!("decided {} {}", end(*commit), identity(*producer))
        }
        TransactionOutput::Completed { commit } => format!("complete {}", end(*commit)),
        TransactionOutput::TimedOut => "timed out".into(),
        TransactionOutput::Began { .. } | TransactionOutput::Wake(_) => return None,
    })
}

impl Rig {
    fn new(settings: TransactionSettings) -> Rig {
        let coordinator = TransactionCoordinator::new(settings);
        Rig { coordinator, now: 0, lines: Vec::new(), wakes: Vec::new(), answered: Vec::new() }
    }

    fn step(&mut self, input: TransactionInput) {
        let mut out = Vec::new();
        self.coordinator.step(self.now, input, &mut out);
        self.lines.extend(out.iter().filter_map(words));
        for output in out {
            match output {
                TransactionOutput::Wake(at) => self.wakes.push(at),
                TransactionOutput::Reply { reply, .. } => self.answered.push(reply),
                _ => {}
            }
        }
    }

    fn ask(&mut self, from: u32, request: TransactionRequest) {
        self.step(TransactionInput::Request { from, correlation: 0, fresh_id: 7, request });
        self.wait(10 * MS);
    }

    /// Lets time go on, with every wake-up that was asked for.
    fn wait(&mut self, time: Nanos) {
        let until = self.now + time;
        while let Some(at) = self.wakes.iter().copied().filter(|at| *at <= until).min() {
            self.wakes.retain(|wake| *wake != at);
            self.now = self.now.max(at);
            self.step(TransactionInput::Wake);
        }
        self.now = until;
    }

    fn init(&mut self, from: u32) {
        self.ask(from, TransactionRequest::Init { timeout: 15_000 * MS, known: None });
    }

    fn add(&mut self, from: u32, epoch: i16, partitions: &[u32]) {
        let partitions = partitions.iter().map(|ix| PartitionIx(*ix)).collect();
        let producer = ProducerIdentity { id: 7, epoch };
        self.ask(from, TransactionRequest::AddPartitions { producer, partitions, verify_only: false });
    }

    fn end(&mut self, from: u32, epoch: i16, commit: bool) {
        self.ask(from, TransactionRequest::End { producer: ProducerIdentity { id: 7, epoch }, commit });
    }

    fn marked(&mut self, partition: u32, error: ErrorCode) {
        self.step(TransactionInput::Marked { partition: PartitionIx(partition), error });
        self.wait(10 * MS);
    }

    fn log(&mut self, log: StateLog) {
        self.step(TransactionInput::Log(log));
        self.wait(10 * MS);
    }

    fn said(&mut self) -> String {
        std::mem::take(&mut self.lines).join(" | ")
    }
}

#[test]
fn a_longer_timeout_than_the_brokers_allow_is_refused() {
    let mut rig = Rig::new(settings("4.1"));
    rig.ask(1, TransactionRequest::Init { timeout: 900_001 * MS, known: None });
    let error = rig.answered.last().map(TransactionResponse::error);
    assert_eq!(error, Some(ErrorCode::InvalidTransactionTimeout));
}

#[test]
fn version_1_keeps_its_epoch_and_version_2_gets_another_at_each_end() {
    for (version, goes_on, marker) in [("3.9", "7/0", "7/0"), ("4.0", "7/1", "7/1")] {
        let mut rig = Rig::new(settings(version));
        rig.init(1);
        rig.add(1, 0, &[3, 4]);
        rig.end(1, 0, true);
        rig.marked(3, ErrorCode::None);
        rig.marked(4, ErrorCode::None);
        let expected = format!(
            "1: is 7/0 | 1: NONE | 1: ended, goes on as {goes_on} | decided commit 7/0 | mark 3 commit {marker} | \
             mark 4 commit {marker} | complete commit"
        );
        assert_eq!(rig.said(), expected, "{version}");
        assert_eq!(rig.coordinator.state(), TransactionState::CompleteCommit);
    }
}

#[test]
fn an_end_that_is_asked_again_is_no_second_end() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    rig.add(1, 0, &[3]);
    rig.end(1, 0, true);
    rig.said();
    rig.end(1, 0, true);
    rig.end(1, 0, false);
    rig.marked(3, ErrorCode::None);
    rig.end(1, 0, true);
    rig.end(1, 1, true);
    assert_eq!(
        rig.said(),
        "1: CONCURRENT_TRANSACTIONS | 1: INVALID_TXN_STATE | complete commit | 1: ended, goes on as 7/1 | \
         1: INVALID_TXN_STATE"
    );
}

/// Else the marker of the commit is never written where it is still missing, and the next abort takes its records along.
#[test]
fn the_next_transaction_does_not_end_before_the_last_one_has_its_markers() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    rig.add(1, 0, &[0]);
    rig.end(1, 0, true);
    rig.said();
    rig.end(1, 1, false);
    assert_eq!(rig.said(), "1: CONCURRENT_TRANSACTIONS");
    rig.marked(0, ErrorCode::NotLeaderOrFollower);
    rig.wait(1000 * MS);
    assert!(rig.said().contains("mark 0 commit"), "it is tried again");
}

#[test]
fn a_new_process_aborts_what_is_open_and_fences_the_old_one() {
    let mut rig = Rig::new(settings("3.9"));
    rig.init(1);
    rig.add(1, 0, &[3]);
    rig.said();
    rig.init(2);
    rig.marked(3, ErrorCode::None);
    rig.init(2);
    assert_eq!(
        rig.said(),
        "2: CONCURRENT_TRANSACTIONS | decided abort 7/0 | mark 3 abort 7/1 | complete abort | 2: is 7/2"
    );
    rig.add(1, 0, &[3]);
    rig.end(1, 0, true);
    assert_eq!(rig.said(), "1: PRODUCER_FENCED | 1: PRODUCER_FENCED");
}

#[test]
fn what_is_open_for_too_long_is_aborted_by_a_sweep() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    rig.add(1, 0, &[3]);
    rig.said();
    rig.wait(19_900 * MS);
    assert_eq!(rig.said(), "", "15 s are over, the sweep is not due");
    rig.wait(200 * MS);
    assert_eq!(rig.said(), "timed out | decided abort 7/0 | mark 3 abort 7/1");
    rig.end(1, 0, true);
    assert_eq!(rig.said(), "1: PRODUCER_FENCED");
}

#[test]
fn markers_are_tried_again_after_a_while_and_by_the_next_coordinator() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    rig.add(1, 0, &[3]);
    rig.end(1, 0, true);
    rig.said();
    rig.marked(3, ErrorCode::NotEnoughReplicas);
    assert_eq!(rig.said(), "", "not at once");
    rig.wait(100 * MS);
    assert_eq!(rig.said(), "mark 3 commit 7/1");
    rig.log(StateLog::NoLeader);
    rig.add(1, 1, &[3]);
    rig.log(StateLog::Writable);
    rig.marked(3, ErrorCode::None);
    assert_eq!(rig.said(), "1: NOT_COORDINATOR | mark 3 commit 7/1 | complete commit");
    let mut forgetful = Rig::new(TransactionSettings { resumes: false, ..settings("4.1") });
    forgetful.init(1);
    forgetful.add(1, 0, &[3]);
    forgetful.end(1, 0, true);
    forgetful.log(StateLog::NoLeader);
    forgetful.said();
    forgetful.log(StateLog::Writable);
    assert_eq!(forgetful.said(), "", "with the rule left out");
}

#[test]
fn a_decision_that_was_not_replicated_never_was() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    rig.add(1, 0, &[3]);
    rig.said();
    let producer = ProducerIdentity { id: 7, epoch: 0 };
    let request = TransactionRequest::End { producer, commit: true };
    rig.step(TransactionInput::Request { from: 1, correlation: 0, fresh_id: 8, request });
    rig.log(StateLog::NoLeader);
    rig.log(StateLog::BelowMinIsr);
    rig.end(1, 0, true);
    rig.log(StateLog::Writable);
    rig.end(1, 0, false);
    assert_eq!(
        rig.said(),
        "1: NOT_COORDINATOR | 1: COORDINATOR_NOT_AVAILABLE | 1: ended, goes on as 7/1 | decided abort 7/0 | \
         mark 3 abort 7/1"
    );
}

#[test]
fn a_producer_whose_epochs_are_used_up_becomes_another() {
    let mut rig = Rig::new(settings("4.1"));
    rig.init(1);
    let last = i16::MAX - 1;
    let metadata = rig.coordinator.metadata.as_mut().unwrap();
    metadata.producer.epoch = last;
    rig.add(1, last, &[3]);
    rig.said();
    let producer = ProducerIdentity { id: 7, epoch: last };
    let request = TransactionRequest::End { producer, commit: true };
    rig.step(TransactionInput::Request { from: 1, correlation: 0, fresh_id: 8, request });
    rig.wait(10 * MS);
    rig.marked(3, ErrorCode::None);
    assert_eq!(
        rig.said(),
        "1: ended, goes on as 8/0 | decided commit 7/32766 | mark 3 commit 7/32767 | complete commit"
    );
    assert_eq!(rig.coordinator.producer(), Some(ProducerIdentity { id: 8, epoch: 0 }));
}

/// Something that may happen to a coordinator.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Init(u32),
    /// A process adds a partition in the epoch that it was given last.
    Add(u32, u32),
    End(u32, bool),
    Marked(u32, bool),
    Log(StateLog),
    Wait(u64),
}

fn happenings() -> impl Strategy<Value = Vec<Happens>> {
    let log = prop::sample::select(vec![StateLog::Writable, StateLog::BelowMinIsr, StateLog::NoLeader]);
    let one = prop_oneof![
        2 => (1..3_u32).prop_map(Happens::Init),
        4 => (1..3_u32, 0..3_u32).prop_map(|(who, partition)| Happens::Add(who, partition)),
        3 => (1..3_u32, any::<bool>()).prop_map(|(who, commit)| Happens::End(who, commit)),
        4 => (0..3_u32, any::<bool>()).prop_map(|(partition, done)| Happens::Marked(partition, done)),
        1 => log.prop_map(Happens::Log),
        2 => (0..30_000_u64).prop_map(Happens::Wait),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Epochs never fall; what is decided stays decided until every partition has its marker; no marker says otherwise
    /// than the decision before it; only the newest process ends a transaction; and left alone, everything ends.
    #[test]
    fn decisions_are_kept(happens in happenings(), v2 in any::<bool>()) {
        let mut rig = Rig::new(settings(if v2 { "4.1" } else { "3.9" }));
        let mut processes = [None::<ProducerIdentity>; 3];
        let (mut newest, mut last, mut decided) = (0_usize, None, None);
        for one in happens {
            rig.answered.clear();
            rig.lines.clear();
            let (mut who, mut ends) = (0, false);
            match one {
                Happens::Init(from) => (who, ()) = (from as usize, rig.init(from)),
                Happens::Add(from, partition) => {
                    who = from as usize;
                    rig.add(from, processes[who].map_or(NOBODY, |known| known.epoch), &[partition]);
                }
                Happens::End(from, commit) => {
                    (who, ends) = (from as usize, true);
                    rig.end(from, processes[who].map_or(NOBODY, |known| known.epoch), commit);
                }
                Happens::Marked(partition, done) => {
                    rig.marked(partition, if done { ErrorCode::None } else { ErrorCode::NotEnoughReplicas });
                }
                Happens::Log(log) => rig.log(log),
                Happens::Wait(ms) => rig.wait(ms * MS),
            }
            for reply in &rig.answered {
                match reply {
                    TransactionResponse::Ready { producer: Some(producer), .. } => {
                        (processes[who], newest) = (Some(*producer), who);
                    }
                    TransactionResponse::Ended { error: ErrorCode::None, producer: Some(producer) } => {
                        prop_assert!(!ends || who == newest, "{who} ends, {newest} began last");
                        processes[who] = Some(*producer);
                    }
                    _ => {}
                }
            }
            for line in &rig.lines {
                if let Some(rest) = line.strip_prefix("decided ") {
                    decided = Some(rest.starts_with("commit"));
                } else if line.starts_with("mark ") {
                    prop_assert_eq!(Some(line.contains(" commit ")), decided, "{}", line);
                }
            }
            let now = rig.coordinator.producer().map(|producer| (producer.id, producer.epoch));
            prop_assert!(now >= last, "{:?} after {:?}", now, last);
            last = now;
        }
        rig.log(StateLog::Writable);
        for _ in 0..3 {
            for partition in 0..3 {
                rig.marked(partition, ErrorCode::None);
            }
            rig.wait(30_000 * MS);
        }
        prop_assert!(rig.coordinator.state().decided().is_none(), "{:?}", rig.coordinator.state());
        prop_assert!(rig.coordinator.state() != TransactionState::Ongoing);
    }
}
