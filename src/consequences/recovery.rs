//! Figures of coming back: another controller, an ordered stop, checking logs, first writes to new leaders.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::headline_of;
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::wording::duration;
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{broker, env, topic};
use crate::model::{human_count, plural};

/// `controller.quorum.fetch.timeout.ms`, `controller.quorum.election.timeout.ms` and its random back-off.
const CONTROLLER_MS: (f64, f64) = (2000.0, 4000.0);
/// A ZooKeeper controller reads 100,000 partitions in 14 s (Rao 2018, 1.1.0).
const ZK_RELOAD_MS: f64 = 0.14;
/// An ordered stop: 10,000 leaders in 3 s with ZooKeeper (Rao 2018), 2,000,000 partitions in 32 s with KRaft
/// (Confluent 2021).
const ZK_MOVE_MS: f64 = 0.3;
const KRAFT_MOVE_MS: f64 = 0.016;
/// What one recovery thread checks (assumed).
const SCAN_MB_PER_S: f64 = 200.0;

pub(super) fn section(context: &AssessmentContext<'_>) -> Section {
    let figures = vec![
        controller(context).into(),
        moving_leaders(context).into(),
        log_recovery(context).into(),
        first_writes(context).into(),
    ];
    Section { name: "recovery", figures }
}

fn zookeeper(context: &AssessmentContext<'_>) -> bool {
    context.profiles.iter().all(|profile| profile.zookeeper)
}

fn counted(name: &str, count: u32) -> Input {
    Input { name: name.into(), value: human_count(i64::from(count)), source: "the cluster".into() }
}

fn controller(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let all = context.cluster.partitions.len() as f64;
    let value = if zookeeper(context) {
        context.detection_ms().map(|session| session + all * ZK_RELOAD_MS)
    } else {
        Estimate::between(CONTROLLER_MS.0, CONTROLLER_MS.1)
    };
    let headline = headline_of(&value, |ms| format!("A new controller takes over after {}", duration(ms)));
    let why = Derivation {
        formula: "KRaft: the voters miss the leader's fetches for 2 s, then elect within 1 to 2 s and have everything in \
                  memory; ZooKeeper: session timeout + 0.14 ms for each partition that it reads"
            .into(),
        inputs: vec![counted("partitions of the cluster", context.cluster.partitions.len() as u32)],
        assumptions: vec!["a majority of the voters is up; writes and reads go on meanwhile".into()],
        knob: None,
    };
    Figure::of_all(
        "recovery.controller",
        "Controller fail-over",
        Quantity::new(value, Unit::Ms),
        headline,
        why,
    )
}

fn moving_leaders(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let each = if zookeeper(context) { ZK_MOVE_MS } else { KRAFT_MOVE_MS };
    let value = Estimate::Exact(f64::from(context.broker_load.led) * each);
    let led = plural(context.broker_load.led as usize, "leader");
    let headline = format!("A controlled shutdown moves {led} away in {}", duration(&value));
    let why = Derivation {
        formula: format!("leaders of the busiest broker x {each} ms"),
        inputs: vec![counted("leaders on one broker", context.broker_load.led)],
        assumptions: vec![
            "runs of Rao 2018 and Confluent 2021; a partition without another replica in sync does not move"
                .into(),
        ],
        knob: Some("fewer partitions per broker".into()),
    };
    Figure::of_all(
        "recovery.ordered_stop",
        "Moving leaders away",
        Quantity::new(value, Unit::Ms),
        headline,
        why,
    )
}

fn log_recovery(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let keys = [&topic::SEGMENT_BYTES, &broker::NUM_RECOVERY_THREADS_PER_DATA_DIR];
    let machine = &context.cluster.assumed.env.machine;
    let value = match (context.knobs.known(keys[0]), context.knobs.known(keys[1])) {
        (Ok(segment), Ok(threads)) => {
            let mb_per_s = (threads * SCAN_MB_PER_S).min(machine.disk_mb_per_s);
            // After an unclean stop every segment beyond the recovery point is read again: the open one of each replica.
            let full = f64::from(context.broker_load.assessed_replicas) * segment / 1e6 / mb_per_s * 1000.0;
            Estimate::between(0.0, full)
        }
        (Err(why), _) | (_, Err(why)) => Estimate::Unknown(why),
    };
    let headline =
        headline_of(&value, |ms| format!("After a crash a broker recovers its logs for {}", duration(ms)));
    let mut inputs = context.knobs.inputs(&[keys[0], keys[1], &env::DISK_MB_PER_S]);
    inputs.push(counted("replicas on one broker", context.broker_load.assessed_replicas));
    let why = Derivation {
        formula: "open segments x their fill (nothing to segment.bytes) / min(threads x 200 MB/s, disk)"
            .into(),
        inputs,
        assumptions: vec!["one data directory; segments are flushed when they are closed".into()],
        knob: Some("num.recovery.threads.per.data.dir; segment.bytes; fewer partitions per broker".into()),
    };
    Figure::of_all("recovery.log_check", "Log recovery", Quantity::new(value, Unit::Ms), headline, why)
}

fn first_writes(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let flush = context.cluster.assumed.env.machine.flush_ms;
    let heirs = (context.cluster.brokers.len() as f64 - 1.0).max(1.0);
    // `LeaderEpochFileCache` writes and syncs a checkpoint on the first append of each new leader, one partition after the
    // other on each of the brokers that took over.
    let taken = libm::ceil(f64::from(context.broker_load.led) / heirs).max(1.0);
    let value = Estimate::between(flush, flush * taken);
    let headline = format!("The first writes to new leaders wait {} for their epoch files", duration(&value));
    let why = Derivation {
        formula: "leader-epoch-checkpoint is forced to disk in the first append of each partition with a new leader".into(),
        inputs: [vec![counted("leaders on one broker", context.broker_load.led)], context.knobs.inputs(&[&env::FLUSH_MS])]
            .concat(),
        assumptions: vec!["the other brokers take over equally many partitions".into()],
        knob: Some("fewer partitions per broker; a disk that flushes faster".into()),
    };
    Figure::of_all(
        "recovery.first_writes",
        "First writes, new leader",
        Quantity::new(value, Unit::Ms),
        headline,
        why,
    )
}
