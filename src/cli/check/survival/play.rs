//! One test in the simulator: what comes of the records of the clients that a cluster assumes.

use super::watch::Watch;
use crate::model::{BrokerId, BrokerStatus, Cluster, Nanos, SECOND, human_duration_ms};
use crate::report::{SurvivalCounts, SurvivalTest};
use crate::scenario::{Act, ClusterScenario, Endpoint, PowerDomain, Scenario, UnflushedTail};
use crate::sim::{RunReport, Simulator};
use std::collections::BTreeMap;

/// Clients have connected and groups have settled by then.
const WARM_UP: Nanos = 10 * SECOND;
/// Between two looks at the simulated cluster.
const LOOK_EVERY: Nanos = SECOND / 2;
/// A step that lasts longer does not come to its end.
const LONGEST_STEP: Nanos = 600 * SECOND;
/// How long brokers stay down beside their own stop and start.
const DOWNTIME: Nanos = 30 * SECOND;
/// How much longer messages between brokers take when one of them crashes, as in a pause of garbage collection.
const FOLLOWERS_BEHIND: Nanos = SECOND / 5;
/// What is between two steps: the preferred leaders take over, and clients notice.
const BETWEEN: Nanos = 5 * SECOND;

/// What came of it, and what was assumed.
///
/// # Errors
/// Why it was not played to its end.
pub(super) fn play(
    cluster: &Cluster,
    test: SurvivalTest,
    watch: &mut Watch,
) -> Result<(SurvivalCounts, Vec<String>), String> {
    watch.go_on()?;
    let made = Scenario::of_cluster(cluster)?;
    let steps = steps(cluster, &made, test)?;
    let mut simulator = Simulator::new(&made.scenario, made.scenario.seed, None);
    simulator.keep_no_checkpoints();
    let mut run = Run { simulator, watch };
    for broker in &made.down {
        run.act(Act::Stop((*broker).into()))?;
    }
    run.run_for(WARM_UP)?;
    run.until(is_in_sync)?;
    let before = run.simulator.report();
    for step in &steps {
        run.step(step)?;
    }
    let after = run.simulator.report();
    let mut assumptions = made.assumptions;
    let down = human_duration_ms((DOWNTIME / 1_000_000) as i64);
    assumptions.push(format!(
        "what goes down is down for {down}, and the next goes when all replicas are in sync again"
    ));
    if test != SurvivalTest::Roll {
        let behind = human_duration_ms((FOLLOWERS_BEHIND / 1_000_000) as i64);
        assumptions.push(format!(
            "it goes down at a bad moment: messages between brokers take {behind} longer then"
        ));
    }
    Ok((counts(&before, &after), assumptions))
}

/// What happens to brokers at once, and who has to be started again.
struct Step {
    act: Act,
    brokers: Vec<BrokerId>,
}

fn steps(cluster: &Cluster, made: &ClusterScenario, test: SurvivalTest) -> Result<Vec<Step>, String> {
    let up = cluster.brokers.iter().map(|broker| broker.id).filter(|id| cluster.is_up(*id));
    let up: Vec<(BrokerId, BrokerId)> = up.filter_map(|id| Some((id, made.own(id)?))).collect();
    match test {
        SurvivalTest::Roll => {
            Ok(up.iter().map(|(_, own)| Step::of(Act::Stop((*own).into()), *own)).collect())
        }
        SurvivalTest::Broker => {
            Ok(up.iter().map(|(_, own)| Step::of(Act::Kill((*own).into()), *own)).collect())
        }
        SurvivalTest::Rack => racks(cluster, made, &up),
    }
}

impl Step {
    fn of(act: Act, broker: BrokerId) -> Step {
        Step { act, brokers: vec![broker] }
    }
}

/// Each rack once; `up` has the brokers of the cluster beside those of the scenario.
fn racks(
    cluster: &Cluster,
    made: &ClusterScenario,
    up: &[(BrokerId, BrokerId)],
) -> Result<Vec<Step>, String> {
    if made.scenario.cluster.racks.is_empty() {
        return Err("not every broker is known to have a rack".into());
    }
    let mut racks: BTreeMap<String, Vec<BrokerId>> = BTreeMap::new();
    for (id, own) in up {
        if let Some(rack) = cluster.rack_of(*id) {
            racks.entry(rack.to_string()).or_default().push(*own);
        }
    }
    if racks.len() < 2 {
        return Err("all brokers are in one rack, and without it there is no cluster".into());
    }
    let step = |(rack, brokers): (String, Vec<BrokerId>)| Step {
        act: Act::PowerLoss { domain: PowerDomain::Rack(rack), keep: UnflushedTail::Random },
        brokers,
    };
    Ok(racks.into_iter().map(step).collect())
}

struct Run<'a> {
    simulator: Simulator,
    watch: &'a mut Watch,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        if !matches!(step.act, Act::Stop(_)) {
            self.delay_followers()?;
        }
        self.act(step.act.clone())?;
        self.until(|seen| step.brokers.iter().all(|id| is_down(seen, *id)))?;
        self.act(Act::HealAll)?;
        self.run_for(DOWNTIME)?;
        for broker in &step.brokers {
            self.act(Act::Restart((*broker).into()))?;
        }
        self.until(|seen| step.brokers.iter().all(|id| seen.is_up(*id)) && is_in_sync(seen))?;
        self.act(Act::PreferredElection(None))?;
        self.run_for(BETWEEN)
    }

    /// A crash between two fetches of a healthy follower loses a record only by chance: it is played at a bad moment.
    fn delay_followers(&mut self) -> Result<(), String> {
        let (from, to) = (Endpoint::Brokers, Endpoint::Brokers);
        self.act(Act::SlowLink { from, to, extra: FOLLOWERS_BEHIND, loss_permille: 0 })?;
        self.run_for(2 * SECOND)
    }

    fn act(&mut self, act: Act) -> Result<(), String> {
        self.simulator.apply(act).map_err(|refusal| refusal.word().to_string())
    }

    fn run_for(&mut self, time: Nanos) -> Result<(), String> {
        let until = self.simulator.now() + time;
        while self.simulator.now() < until {
            self.watch.go_on()?;
            self.simulator.run_until((self.simulator.now() + LOOK_EVERY).min(until));
        }
        Ok(())
    }

    /// Goes on until it holds.
    fn until(&mut self, holds: impl Fn(&Cluster) -> bool) -> Result<(), String> {
        let end = self.simulator.now() + LONGEST_STEP;
        while self.simulator.now() < end {
            self.watch.go_on()?;
            let (cluster, _) = self.simulator.snapshot();
            if holds(&cluster) {
                return Ok(());
            }
            self.simulator.run_until(self.simulator.now() + LOOK_EVERY);
        }
        let limit = human_duration_ms((LONGEST_STEP / 1_000_000) as i64);
        Err(format!("the replicas were not in sync again within {limit}"))
    }
}

fn is_down(cluster: &Cluster, id: BrokerId) -> bool {
    cluster.broker(id).is_some_and(|broker| broker.state == BrokerStatus::Down)
}

/// Whether every replica on a broker that is up is in sync.
fn is_in_sync(cluster: &Cluster) -> bool {
    let lacks = |id: &BrokerId, one: &crate::model::PartitionView<'_>| cluster.is_up(*id) && !one.in_isr(*id);
    cluster.partitions.iter().all(|one| !one.replicas().iter().any(|id| lacks(id, &one)))
}

/// What came between two reports.
fn counts(before: &RunReport, after: &RunReport) -> SurvivalCounts {
    let (was, now) = (&before.counters, &after.counters);
    let groups = |of: fn(&crate::sim::GroupReport) -> u64| -> u64 {
        let sum = |report: &RunReport| report.groups.iter().map(of).sum::<u64>();
        sum(after).saturating_sub(sum(before))
    };
    SurvivalCounts {
        acked: now.acked.saturating_sub(was.acked),
        refused: now.failed.saturating_sub(was.failed),
        lost: now.lost_acked.saturating_sub(was.lost_acked),
        doubled: now.duplicated.saturating_sub(was.duplicated),
        read: groups(|group| group.read),
        read_again: groups(|group| group.read_again),
        passed_over: groups(|group| {
            group.processing.map_or(0, |counted| counted.passed_over + counted.deleted_before_read)
        }),
        write_unavailable_ms: now.write_unavailable_ms.saturating_sub(was.write_unavailable_ms),
    }
}
