//! What a scenario's run on real brokers showed: each partition, each group, the whole, and the verdicts.

use super::scenario_cluster::ScenarioCluster;
use super::segment::read_log;
use super::tally::{Micros, delivery_errors, identities};
use crate::model::{KafkaVersion, PartitionIx};
use crate::protocol::log::Log;
use crate::scenario::{Counter, Expect, GroupCounter, Scenario, Verdict};
use crate::sim::ledger::Ledger;
use crate::sim::meter::Meter;
use crate::sim::{Counters, GroupReport, PartitionReport, Quantiles, RunReport};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Between two looks at the ends of a log.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long the last records may take to the followers.
const SETTLES: Duration = Duration::from_secs(2);

/// The counters of the whole run; answers that came after its end do not count.
pub(super) fn counters(
    cluster: &ScenarioCluster,
    partitions: &[PartitionReport],
    meter: &Meter,
    end_us: Micros,
) -> Counters {
    let sum = |of: fn(&Counters) -> u64| partitions.iter().map(|part| of(&part.counters)).sum();
    let in_time = || cluster.tally.done.iter().filter(|done| done.done <= end_us);
    let acked = in_time().filter(|done| done.error.is_none()).count();
    Counters {
        sent: Some(cluster.tally.sent.iter().filter(|(_, at)| *at <= end_us).count() as u64),
        acked: acked as u64,
        failed: (in_time().count() - acked) as u64,
        lost_acked: sum(|counters| counters.lost_acked),
        duplicated: sum(|counters| counters.duplicated),
        reordered: sum(|counters| counters.reordered),
        write_unavailable_ms: meter.unwritable.len() / 1_000_000,
        read_unavailable_ms: meter.leaderless.len() / 1_000_000,
        failover_ms: partitions.iter().map(|part| part.counters.failover_ms).max().unwrap_or(0),
        ack_latency_ms: Quantiles::of(&meter.latency),
        visible: sum(|counters| counters.visible),
        log_end: sum(|counters| counters.log_end),
        ..Counters::default()
    }
}

/// What the scenario expects, as far as a real cluster shows it.
pub(super) fn verdicts(scenario: &Scenario, version: KafkaVersion, report: &RunReport) -> Vec<Verdict> {
    let shown = |expect: &&Expect| {
        let unseen = matches!(
            expect.counter,
            Counter::Error(_)
                | Counter::Bytes
                | Counter::Lag
                | Counter::LargestSharePercent
                | Counter::SchemasRefused
                | Counter::Deleted
                | Counter::OfGroups(GroupCounter::DeletedBeforeRead)
                | Counter::OfProducer(..)
                | Counter::OfTransactions(_)
        );
        !unseen
    };
    let judge = |expect: &Expect| expect.judge(report.expected(expect));
    let of_version = scenario.expectations.iter().filter(|expect| expect.covers(version));
    of_version.filter(shown).map(judge).collect()
}

pub(super) fn partition_report(
    cluster: &ScenarioCluster,
    name: String,
    ix: PartitionIx,
    ledger: &mut Ledger,
    meter: &Meter,
) -> PartitionReport {
    let seen = cluster.seen(&name).unwrap_or_default();
    let identity = |name: &str| {
        let found = cluster.scenario.producers.iter().position(|spec| spec.name == name);
        found.map(|at| at as u32)
    };
    let log_of = |id: i32| -> Option<Log> {
        let batches = read_log(&cluster.lab.data(id).join(&name)).ok()?;
        Some(identities(&batches, &identity))
    };
    let leader = seen.leader.filter(|id| cluster.lab.nodes.contains_key(id));
    let replicas: Vec<Log> = cluster.scenario.cluster.ids().filter_map(|id| log_of(id.0)).collect();
    let [visible, log_end] = leader.map_or([0, 0], |id| settled_ends(cluster, id, &name));
    let errors = delivery_errors(ledger, ix, leader.and_then(|id| Some((id, log_of(id)?))), &replicas);
    let mut counters = Counters {
        lost_acked: errors.lost,
        duplicated: errors.duplicated,
        reordered: errors.reordered,
        visible,
        log_end,
        ..Counters::default()
    };
    if let Some(meter) = meter.partition(ix) {
        counters.acked = meter.acked;
        counters.failed = meter.failed;
        counters.write_unavailable_ms = meter.unwritable.len() / 1_000_000;
        counters.read_unavailable_ms = meter.leaderless.len() / 1_000_000;
        counters.failover_ms = meter.failover / 1_000_000;
        counters.ack_latency_ms = Quantiles::of(&meter.latency);
    }
    PartitionReport {
        partition: name,
        leader: seen.leader,
        isr: seen.isr,
        elr: Vec::new(),
        bytes: None,
        lag: None,
        counters,
    }
}

/// High watermark and log end of a leader whose producers are gone. The followers may still be fetching the last
/// records; what they have not got soon stays invisible.
fn settled_ends(cluster: &ScenarioCluster, leader: i32, name: &str) -> [u64; 2] {
    let until = Instant::now() + SETTLES;
    loop {
        let ends =
            [cluster.high_watermark(name), cluster.log_end(leader, name)].map(|end| end.unwrap_or(0) as u64);
        if ends[0] >= ends[1] || Instant::now() > until {
            return ends;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

type Read = (String, u32, String, i32, i64, u64);

pub(super) fn group_report(read: &[Read], group: &str) -> GroupReport {
    let mine: Vec<&Read> = read.iter().filter(|(name, ..)| name == group).collect();
    let distinct: BTreeSet<_> =
        mine.iter().map(|(_, _, topic, part, offset, _)| (topic, part, offset)).collect();
    let (all, once) = (mine.len() as u64, distinct.len() as u64);
    GroupReport { group: group.into(), read: all, read_again: all - once, ..GroupReport::default() }
}
