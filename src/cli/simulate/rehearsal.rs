//! `klever simulate --from`: the rolling restart that `klever roll` proposes, played in the simulator on a cluster as it
//! was seen.

use super::SimulateArgs;
use crate::cli::args::Format;
use crate::cli::failure::{BLIND, FOUND, Failure};
use crate::cli::interrupt::interrupts;
use crate::cli::{assess, output, source};
use crate::consequences::roll_with_margin;
use crate::model::{BrokerId, BrokerStatus, Cluster, Nanos, SECOND, human_duration_ms};
use crate::report::{
    Rehearsal, RehearsedCounts, RehearsedPartition, RehearsedStep, rehearsal_json, rehearsal_text,
};
use crate::scenario::{Act, ClusterScenario, Scenario};
use crate::sim::{PartitionReport, ProcessTimes, RunReport, Simulator};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Clients have connected and groups have settled by then.
const WARM_UP: Nanos = 10 * SECOND;
/// Between two looks at the simulated cluster.
const LOOK_EVERY: Nanos = SECOND / 2;
/// A step that lasts longer does not come to its end.
const LONGEST_STEP: Nanos = 600 * SECOND;
/// What is between two steps: the preferred leaders take over, and clients notice.
const BETWEEN: Nanos = 5 * SECOND;

/// Runs the command.
pub(super) fn run(args: &SimulateArgs, path: &Path) -> Result<ExitCode, Failure> {
    let seen = source::from_file(path)?;
    let cluster = assess::changed(&seen, &args.set)?;
    let made = Scenario::of_cluster(&cluster)
        .map_err(|why| Failure::usage(format!("{} cannot be rehearsed: {why}", path.display())))?;
    let interrupted = interrupts()?;
    let plan = Plan { margin: args.margin, downtime: Nanos::from(args.downtime) * SECOND, seed: args.seed };
    let rehearsal = rehearse(&cluster, &made, &plan, &interrupted);
    output::write(&match args.format {
        Format::Text => rehearsal_text(&rehearsal),
        Format::Json => rehearsal_json(&rehearsal),
    })?;
    Ok(if rehearsal.is_clean() {
        ExitCode::SUCCESS
    } else if interrupted.load(Ordering::Relaxed) {
        ExitCode::from(BLIND)
    } else {
        ExitCode::from(FOUND)
    })
}

/// How it is rehearsed.
struct Plan {
    margin: u32,
    /// How long a broker stays down beside its own stop and start.
    downtime: Nanos,
    seed: Option<u64>,
}

fn rehearse(cluster: &Cluster, made: &ClusterScenario, plan: &Plan, interrupted: &AtomicBool) -> Rehearsal {
    let seed = plan.seed.unwrap_or(made.scenario.seed);
    let mut simulator = Simulator::new(&made.scenario, seed, None);
    simulator.keep_no_checkpoints();
    let mut run = Run { simulator, made, plan, interrupted };
    run.begin();
    let before = run.simulator.report();
    let allowed = roll_with_margin(cluster, plan.margin).order;
    let others = cluster.brokers.iter().map(|broker| broker.id);
    let others = others.filter(|id| cluster.is_up(*id) && !allowed.contains(id));
    let mut steps = Vec::new();
    let mut last = before.clone();
    for broker in allowed.iter().copied().chain(others) {
        let duration = run.restart(cluster, broker);
        let report = run.simulator.report();
        let seen = run.counts(&last, &report);
        last = report;
        let duration_ms = duration.map(|nanos| nanos / 1_000_000);
        steps.push(RehearsedStep { broker, is_allowed: allowed.contains(&broker), duration_ms, seen });
        if duration.is_none() {
            break;
        }
    }
    let up = cluster.brokers.iter().filter(|broker| cluster.is_up(broker.id)).count();
    Rehearsal {
        kafka_version: last.kafka_version,
        seed,
        is_whole: steps.len() == up && steps.iter().all(|step| step.duration_ms.is_some()),
        seen: run.counts(&before, &last),
        errors: last.errors.clone(),
        worst: run.worst(&before, &last),
        partitions: made.partitions,
        simulated: made.stand_ins.len(),
        assumptions: run.assumptions(cluster),
        steps,
    }
}

struct Run<'a> {
    simulator: Simulator,
    made: &'a ClusterScenario,
    plan: &'a Plan,
    interrupted: &'a AtomicBool,
}

impl Run<'_> {
    /// Brokers that are down in the cluster stop, and the rest settles.
    fn begin(&mut self) {
        for broker in &self.made.down {
            let _ = self.simulator.apply(Act::Stop((*broker).into()));
        }
        self.run_for(WARM_UP);
        self.until(LONGEST_STEP, |cluster, _| is_in_sync(cluster));
    }

    /// Stops and starts a broker as an operator does. How long it took, if it came to its end.
    fn restart(&mut self, cluster: &Cluster, broker: BrokerId) -> Option<Nanos> {
        let own = self.made.own(broker)?;
        let began = self.simulator.now();
        let votes = cluster.quorum.get().is_some_and(|quorum| quorum.voters.contains(&broker));
        let _ = self.simulator.apply(Act::Stop(own.into()));
        self.until(LONGEST_STEP, |seen, _| {
            seen.broker(own).is_some_and(|one| one.state == BrokerStatus::Down)
        })?;
        if votes {
            let _ = self.simulator.apply(Act::ControllerLoss(1));
        }
        self.run_for(self.plan.downtime);
        if votes {
            let _ = self.simulator.apply(Act::ControllerBack);
        }
        let _ = self.simulator.apply(Act::Restart(own.into()));
        self.until(LONGEST_STEP, |seen, _| seen.is_up(own) && is_in_sync(seen))?;
        let took = self.simulator.now() - began;
        let _ = self.simulator.apply(Act::PreferredElection(None));
        self.run_for(BETWEEN);
        Some(took)
    }

    fn run_for(&mut self, time: Nanos) {
        let until = self.simulator.now() + time;
        while self.simulator.now() < until && !self.interrupted.load(Ordering::Relaxed) {
            self.simulator.run_until((self.simulator.now() + LOOK_EVERY).min(until));
        }
    }

    /// Goes on until it holds; `None` where it does not within that time.
    fn until(&mut self, limit: Nanos, holds: impl Fn(&Cluster, Nanos) -> bool) -> Option<()> {
        let end = self.simulator.now() + limit;
        while self.simulator.now() < end && !self.interrupted.load(Ordering::Relaxed) {
            self.simulator.run_until(self.simulator.now() + LOOK_EVERY);
            let (cluster, _) = self.simulator.snapshot();
            if holds(&cluster, self.simulator.now()) {
                return Some(());
            }
        }
        None
    }

    /// What came between two reports, each partition counted for those that it stands for.
    fn counts(&self, before: &RunReport, after: &RunReport) -> RehearsedCounts {
        let mut seen = RehearsedCounts {
            write_unavailable_ms: since(
                before.counters.write_unavailable_ms,
                after.counters.write_unavailable_ms,
            ),
            read_unavailable_ms: since(
                before.counters.read_unavailable_ms,
                after.counters.read_unavailable_ms,
            ),
            ..RehearsedCounts::default()
        };
        for (was, now, stands_for) in self.pairs(before, after) {
            seen.acked += stands_for * since(was.counters.acked, now.counters.acked);
            seen.refused += stands_for * since(was.counters.failed, now.counters.failed);
            seen.lost += stands_for * since(was.counters.lost_acked, now.counters.lost_acked);
            seen.duplicated += stands_for * since(was.counters.duplicated, now.counters.duplicated);
        }
        seen
    }

    fn pairs<'r>(
        &'r self,
        before: &'r RunReport,
        after: &'r RunReport,
    ) -> impl Iterator<Item = (&'r PartitionReport, &'r PartitionReport, u64)> {
        let pairs = before.partitions.iter().zip(&after.partitions);
        pairs.filter_map(|(was, now)| Some((was, now, self.made.stand_ins.get(&now.partition)?.partitions)))
    }

    fn worst(&self, before: &RunReport, after: &RunReport) -> Vec<RehearsedPartition> {
        let hit = |(was, now, stands_for): (&PartitionReport, &PartitionReport, u64)| RehearsedPartition {
            name: self.made.stand_ins[&now.partition].example.clone(),
            stands_for,
            write_unavailable_ms: since(was.counters.write_unavailable_ms, now.counters.write_unavailable_ms),
            read_unavailable_ms: since(was.counters.read_unavailable_ms, now.counters.read_unavailable_ms),
        };
        let mut worst: Vec<RehearsedPartition> = self.pairs(before, after).map(hit).collect();
        worst.retain(|one| one.write_unavailable_ms + one.read_unavailable_ms > 0);
        worst.sort_by_key(|one| std::cmp::Reverse((one.write_unavailable_ms, one.read_unavailable_ms)));
        worst.truncate(20);
        worst
    }

    fn assumptions(&self, cluster: &Cluster) -> Vec<String> {
        let times = ProcessTimes::default().start_up;
        let time = |nanos: Nanos| human_duration_ms((nanos / 1_000_000) as i64);
        let mut all = self.made.assumptions.clone();
        all.push(format!(
            "a broker is down for {} beside its stop and a start of {} to {}, with a short log to recover (--downtime)",
            time(self.plan.downtime),
            time(*times.start()),
            time(*times.end())
        ));
        all.push(
            "the next broker stops when all replicas are in sync, and the preferred leaders have taken over"
                .into(),
        );
        all.push(
            "clients are those of the assumptions: `--set producer:acks=1` and the like change them".into(),
        );
        all.push("Kafka's own topics lie where a new cluster would put them".into());
        let brokers_vote = cluster
            .quorum
            .get()
            .is_some_and(|quorum| quorum.voters.iter().any(|id| cluster.broker(*id).is_some()));
        if brokers_vote {
            all.push("a controller goes and comes with each broker that votes, whichever of them".into());
        }
        if self.made.is_cut() {
            all.push("each simulated partition has the load of one of those that it stands for".into());
        }
        all
    }
}

fn since(before: u64, after: u64) -> u64 {
    after.saturating_sub(before)
}

/// Whether every replica on a broker that is up is in sync.
fn is_in_sync(cluster: &Cluster) -> bool {
    let lacks = |id: &BrokerId, one: &crate::model::PartitionView<'_>| cluster.is_up(*id) && !one.in_isr(*id);
    cluster.partitions.iter().all(|one| !one.replicas().iter().any(|id| lacks(id, &one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::{apply, reference};
    use crate::knobs::Change;
    use crate::model::{ClientProfile, Datum, KafkaVersion, PartitionRow, Partitions, Unknown};

    fn with(changes: &[&str]) -> Cluster {
        let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
        apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap()
    }

    fn rehearsed(cluster: &Cluster) -> Rehearsal {
        let made = Scenario::of_cluster(cluster).unwrap();
        let plan = Plan { margin: 0, downtime: 20 * SECOND, seed: Some(1) };
        rehearse(cluster, &made, &plan, &AtomicBool::new(false))
    }

    #[test]
    fn a_sound_cluster_is_restarted_without_a_refused_or_lost_record() {
        let of = rehearsed(&with(&["topic:min.insync.replicas=2"]));
        assert!(of.is_clean(), "{of:?}");
        assert_eq!(of.steps.len(), 3);
        assert!(of.seen.acked > 10_000 && of.steps.iter().all(|step| step.is_allowed), "{of:?}");
        let took = of.steps[0].duration_ms.unwrap();
        assert!((20_000..60_000).contains(&took), "the downtime and what a start takes: {took}");
        let again = rehearsed(&with(&["topic:min.insync.replicas=2"]));
        assert_eq!(again, of, "the same seed, the same rehearsal");
    }

    #[test]
    fn one_without_a_spare_replica_has_writes_that_wait_or_fail_and_says_that_roll_does_not_allow_it() {
        let of = rehearsed(&with(&["topic:min.insync.replicas=3"]));
        assert!(of.steps.iter().all(|step| !step.is_allowed), "{of:?}");
        assert!(of.seen.write_unavailable_ms > 3 * 15_000, "{of:?}");
        assert!(!of.worst.is_empty() && of.worst[0].name.starts_with("orders-"), "{of:?}");
    }

    #[test]
    fn a_broker_that_is_down_stays_down_and_is_not_restarted() {
        let mut cluster = with(&["topic:min.insync.replicas=1"]);
        let mut brokers = cluster.brokers.to_vec();
        brokers[1].state = BrokerStatus::Down;
        cluster.brokers = brokers.into();
        let mut rows = cluster.partitions.to_rows();
        for row in &mut rows {
            row.isr.retain(|id| id.0 != 2);
            row.leader = row.isr.first().copied();
        }
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        let of = rehearsed(&cluster);
        let ids: Vec<i32> = of.steps.iter().map(|step| step.broker.0).collect();
        assert!(!ids.contains(&2) && ids.len() == 2 && of.is_whole, "{of:?}");
    }

    /// A topic of many partitions over six brokers whose ids are not 1 to 6.
    fn large(partitions: i32) -> Cluster {
        let mut cluster = with(&["cluster:brokers=6", "topic:min.insync.replicas=2"]);
        let mut brokers = cluster.brokers.to_vec();
        brokers.iter_mut().for_each(|broker| broker.id = BrokerId(broker.id.0 * 10));
        cluster.brokers = brokers.into();
        let id = |at: i32| BrokerId((at % 6 + 1) * 10);
        let row = |number: i32| {
            let replicas =
                vec![id(number), id(number + 1 + number / 6 % 2), id(number + 3 + number / 12 % 2)];
            PartitionRow {
                topic: crate::model::TopicIx(0),
                number,
                isr: replicas.clone(),
                elr: Some(Vec::new()),
                leader: Some(replicas[0]),
                replicas,
                leader_epoch: None,
                log_start: None,
                high_watermark: None,
                log_end: None,
            }
        };
        let rows: Vec<PartitionRow> = (0..partitions).map(row).collect();
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        let mut topics = cluster.topics.to_vec();
        topics[0].count = partitions as u32;
        cluster.topics = topics.into();
        cluster
    }

    #[test]
    fn what_brokers_do_not_share_is_an_assumption_and_a_librarys_defaults_hold() {
        let mut cluster = with(&[]);
        let sound = Scenario::of_cluster(&cluster).unwrap();
        let mut brokers = cluster.brokers.to_vec();
        brokers[1].config = Datum::unknown(Unknown::NotAsked);
        cluster.brokers = brokers.into();
        let unread = Scenario::of_cluster(&cluster).unwrap();
        let told =
            |made: &ClusterScenario| made.assumptions.iter().any(|one| one.contains("the same settings"));
        assert!(!told(&sound) && told(&unread), "{:?}", unread.assumptions);
        let mut producer = ClientProfile::defaults(KafkaVersion::REFERENCE);
        producer.library_defaults.insert("delivery.timeout.ms".into(), "300000".into());
        std::sync::Arc::make_mut(&mut cluster.assumed).producers = vec![producer];
        let made = Scenario::of_cluster(&cluster).unwrap();
        assert_eq!(made.scenario.producers[0].config["delivery.timeout.ms"].as_str(), Some("300000"));
    }

    #[test]
    fn a_large_cluster_is_cut_to_one_partition_of_each_kind_and_says_so() {
        let cluster = large(5_000);
        let made = Scenario::of_cluster(&cluster).unwrap();
        assert!(made.is_cut() && made.stand_ins.len() < 100, "{}", made.stand_ins.len());
        let stands_for: u64 = made.stand_ins.values().map(|one| one.partitions).sum();
        assert_eq!(stands_for, 5_000);
        let of = rehearsed(&cluster);
        assert_eq!((of.steps.len(), of.partitions), (6, 5_000));
        let text = rehearsal_text(&of);
        assert!(text.contains("of 5,000 partitions simulated") && text.contains("Broker 10"), "{text}");
        assert!(!Scenario::of_cluster(&large(600)).unwrap().is_cut());
    }
}
