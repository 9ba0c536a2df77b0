//! Figures of coming back: another controller, an ordered stop, checking logs, first writes to new leaders.

use crate::consequences::cost::said;
use crate::consequences::figure::{Derivation, Input, duration};
use crate::consequences::judgement::Docket;
use crate::consequences::{Answer, Figure, Number, Section, Unit};
use crate::model::human_count;

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

/// All of them.
pub(super) fn section(docket: &Docket<'_>) -> Section {
    let figures = vec![
        controller(docket).into(),
        ordered_stop(docket).into(),
        log_check(docket).into(),
        first_writes(docket).into(),
    ];
    Section { name: "recovery", figures }
}

fn zookeeper(docket: &Docket<'_>) -> bool {
    docket.profiles.iter().all(|profile| profile.zookeeper)
}

fn counted(name: &str, count: u32) -> Input {
    Input { name: name.into(), value: human_count(i64::from(count)), source: "the cluster".into() }
}

fn controller(docket: &Docket<'_>) -> Figure<Number> {
    let all = docket.cluster.partitions.len() as f64;
    let value = match zookeeper(docket) {
        false => Answer::between(CONTROLLER_MS.0, CONTROLLER_MS.1),
        true => docket.detection_ms().map(|session| session + all * ZK_RELOAD_MS),
    };
    let headline = said(&value, |ms| format!("Another controller decides after {}", duration(ms)));
    let why = Derivation {
        formula: "KRaft: the voters miss the leader's fetches for 2 s, then elect within 1 to 2 s and have everything in \
                  memory; ZooKeeper: session timeout + 0.14 ms for each partition that it reads"
            .into(),
        inputs: vec![counted("partitions of the cluster", docket.cluster.partitions.len() as u32)],
        assumptions: vec!["a majority of the voters is up; writes and reads go on meanwhile".into()],
        lever: None,
    };
    Figure::of_all("recovery.controller", "New controller", Number::new(value, Unit::Ms), headline, why)
}

fn ordered_stop(docket: &Docket<'_>) -> Figure<Number> {
    let each = if zookeeper(docket) { ZK_MOVE_MS } else { KRAFT_MOVE_MS };
    let value = Answer::Exact(f64::from(docket.carried.led) * each);
    let headline =
        format!("An ordered stop moves {} leaders away in {}", docket.carried.led, duration(&value));
    let why = Derivation {
        formula: format!("leaders of the busiest broker x {each} ms"),
        inputs: vec![counted("leaders on one broker", docket.carried.led)],
        assumptions: vec![
            "runs of Rao 2018 and Confluent 2021; a partition without another replica in sync does not move"
                .into(),
        ],
        lever: Some("fewer partitions per broker".into()),
    };
    Figure::of_all("recovery.ordered_stop", "Stop, ordered", Number::new(value, Unit::Ms), headline, why)
}

fn log_check(docket: &Docket<'_>) -> Figure<Number> {
    let keys = ["topic:segment.bytes", "broker:num.recovery.threads.per.data.dir"];
    let machine = &docket.cluster.assumed.env.machine;
    let value = match (docket.setting.known(keys[0]), docket.setting.known(keys[1])) {
        (Ok(segment), Ok(threads)) => {
            let mb_per_s = (threads * SCAN_MB_PER_S).min(machine.disk_mb_per_s);
            let full = f64::from(docket.carried.judged_replicas) * segment / 1e6 / mb_per_s * 1000.0;
            Answer::between(0.0, full)
        }
        (Err(why), _) | (_, Err(why)) => Answer::Unknown(why),
    };
    let headline = said(&value, |ms| format!("After a crash a broker checks its logs for {}", duration(ms)));
    let mut inputs = docket.setting.inputs(&[keys[0], keys[1], "env:disk_mb_per_s"]);
    inputs.push(counted("replicas on one broker", docket.carried.judged_replicas));
    let why = Derivation {
        formula: "open segments x their fill (nothing to segment.bytes) / min(threads x 200 MB/s, disk)"
            .into(),
        inputs,
        assumptions: vec!["one data directory; segments are flushed when they are closed".into()],
        lever: Some("num.recovery.threads.per.data.dir; segment.bytes; fewer partitions per broker".into()),
    };
    Figure::of_all("recovery.log_check", "Log check", Number::new(value, Unit::Ms), headline, why)
}

fn first_writes(docket: &Docket<'_>) -> Figure<Number> {
    let flush = docket.cluster.assumed.env.machine.flush_ms;
    let heirs = (docket.cluster.brokers.len() as f64 - 1.0).max(1.0);
    let taken = libm::ceil(f64::from(docket.carried.led) / heirs).max(1.0);
    let value = Answer::between(flush, flush * taken);
    let headline = format!("The first writes to new leaders wait {} for their epoch files", duration(&value));
    let why = Derivation {
        formula: "leader-epoch-checkpoint is forced to disk in the first append of each partition with a new leader".into(),
        inputs: [vec![counted("leaders on one broker", docket.carried.led)], docket.setting.inputs(&["env:flush_ms"])]
            .concat(),
        assumptions: vec!["the other brokers take over equally many partitions".into()],
        lever: Some("fewer partitions per broker; a disk that flushes faster".into()),
    };
    Figure::of_all("recovery.first_writes", "First writes", Number::new(value, Unit::Ms), headline, why)
}
