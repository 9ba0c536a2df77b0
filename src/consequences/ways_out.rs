//! How a broker that must not be stopped becomes safe to stop: each way with what it costs.

use crate::consequences::compare::{assess_with, differences};
use crate::consequences::restart_verdict::{QuorumEffect, RestartVerdict};
use crate::consequences::what_if::Transitions;
use crate::consequences::{Subject, assess};
use crate::knobs::{Change, Knob, Value, topic, topic_value};
use crate::model::{BrokerId, Cluster, TopicIx, plural};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Topics that a sentence names.
const NAMED: usize = 3;
/// Figures that a price names.
const PRICED: usize = 4;

/// A kind of way out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    StartReplicas,
    ElectUncleanly,
    RestoreControllers,
    AddControllers,
    WaitForIsr,
    RaiseReplicationFactor,
    MoveReplicas,
    LowerMinIsr,
    LowerMargin,
    StopAnyway,
}

impl Way {
    /// As the JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            Way::StartReplicas => "start_replicas",
            Way::ElectUncleanly => "elect_uncleanly",
            Way::RestoreControllers => "restore_controllers",
            Way::AddControllers => "add_controllers",
            Way::WaitForIsr => "wait_for_isr",
            Way::RaiseReplicationFactor => "raise_replication_factor",
            Way::MoveReplicas => "move_replicas",
            Way::LowerMinIsr => "lower_min_isr",
            Way::LowerMargin => "lower_margin",
            Way::StopAnyway => "stop_anyway",
        }
    }
}

/// One way out of what forbids a stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WayOut {
    pub way: Way,
    /// The brokers whose stop it helps.
    pub brokers: Vec<BrokerId>,
    /// What to do.
    pub action: String,
    /// What that costs.
    pub price: String,
}

/// The ways for the brokers that are unsafe to stop, the cheapest promise first.
pub(super) fn ways_out(cluster: &Cluster, brokers: &[RestartVerdict]) -> Vec<WayOut> {
    let verdicts: Vec<&RestartVerdict> =
        brokers.iter().filter(|verdict| verdict.forbidden() > 0 || verdict.quorum.forbids()).collect();
    let Some(margin) = verdicts.first().map(|verdict| verdict.margin) else { return Vec::new() };
    let unsafe_stops = UnsafeStops { cluster, verdicts, margin };
    let mut ways = unsafe_stops.for_leaderless();
    ways.extend(unsafe_stops.for_controllers());
    ways.extend(unsafe_stops.wait());
    ways.extend(unsafe_stops.for_topics());
    ways.extend(unsafe_stops.lower_margin());
    ways.extend(unsafe_stops.stop_anyway());
    ways
}

struct UnsafeStops<'a> {
    cluster: &'a Cluster,
    verdicts: Vec<&'a RestartVerdict>,
    margin: u32,
}

/// A topic whose partitions cannot spare a replica even when all are in sync.
struct TightTopic {
    ix: TopicIx,
    replicas: u32,
    min_isr: u32,
}

impl UnsafeStops<'_> {
    fn way(
        &self,
        way: Way,
        helps: impl Fn(&RestartVerdict) -> bool,
        action: String,
        price: impl Into<String>,
    ) -> Option<WayOut> {
        let helped = self.verdicts.iter().filter(|verdict| helps(verdict));
        let brokers: Vec<BrokerId> = helped.map(|verdict| verdict.broker).collect();
        (!brokers.is_empty()).then(|| WayOut { way, brokers, action, price: price.into() })
    }

    fn for_leaderless(&self) -> Vec<WayOut> {
        let without = |verdict: &RestartVerdict| verdict.offline_already > 0;
        let most = self.verdicts.iter().map(|verdict| verdict.offline_already).max().unwrap_or(0);
        let partitions = plural(most as usize, "partition");
        let start =
            format!("start a broker that holds an in-sync replica of the {partitions} without a leader");
        let elect =
            format!("elect an out-of-sync replica of the {partitions} (kafka-leader-election, unclean)");
        let ways = [
            self.way(Way::StartReplicas, without, start, "time; nothing is given up"),
            self.way(
                Way::ElectUncleanly,
                without,
                elect,
                "acknowledged records that only the missing replicas hold are lost for good",
            ),
        ];
        ways.into_iter().flatten().collect()
    }

    fn for_controllers(&self) -> Vec<WayOut> {
        let missing = |verdict: &RestartVerdict| {
            matches!(
                verdict.quorum,
                QuorumEffect::Lost | QuorumEffect::LostAlready | QuorumEffect::Unreachable
            )
        };
        let ways = [
            self.way(
                Way::RestoreControllers,
                missing,
                "bring the missing controllers back first".into(),
                "time; nothing is given up",
            ),
            self.way(
                Way::AddControllers,
                |verdict| verdict.quorum == QuorumEffect::NeverSpared,
                "add controllers: three voters are the fewest of which one may stop".into(),
                "one or two more processes to run",
            ),
        ];
        ways.into_iter().flatten().collect()
    }

    fn wait(&self) -> Option<WayOut> {
        let short = self.cluster.partitions.iter().filter(|one| one.is_under_replicated());
        let short = short.count();
        let action = format!("wait until {} are in sync again", plural(short, "under-replicated partition"));
        let helps = |verdict: &RestartVerdict| {
            let hit = verdict.forbidden() > verdict.offline_already + verdict.never_spared;
            short > 0 && hit && verdict.never_spared == 0
        };
        self.way(
            Way::WaitForIsr,
            helps,
            action,
            "time; nothing is given up, if what holds them back is found",
        )
    }

    /// What helps partitions that have too few replicas for their minimum and the margin.
    fn for_topics(&self) -> Vec<WayOut> {
        let tight = self.tight_topics();
        let never = |verdict: &RestartVerdict| verdict.never_spared > 0;
        let most = self.verdicts.iter().map(|verdict| verdict.never_spared).max().unwrap_or(0);
        let mut ways: Vec<WayOut> = Vec::new();
        if tight.is_empty() {
            return ways;
        }
        if let Some((action, price)) = self.raised(&tight) {
            ways.extend(self.way(Way::RaiseReplicationFactor, never, action, price));
        }
        let widest = tight.iter().map(|topic| topic.replicas as usize).max().unwrap_or(0);
        if self.cluster.brokers_up() > widest {
            let partitions = plural(most as usize, "partition");
            let action =
                format!("move the replicas of {partitions} to other brokers before the stop, and back");
            let price = "each of them is copied over the network twice";
            ways.extend(self.way(Way::MoveReplicas, never, action, price));
        }
        if let Some((action, price)) = self.lowered(&tight) {
            ways.extend(self.way(Way::LowerMinIsr, never, action, price));
        }
        ways
    }

    /// By topic: the fewest replicas of its partitions that no stop may take one of.
    fn tight_topics(&self) -> Vec<TightTopic> {
        let stopped =
            |id: &BrokerId| self.verdicts.iter().any(|one| one.broker == *id && one.never_spared > 0);
        let transitions = Transitions::of(self.cluster);
        let mut tight: BTreeMap<TopicIx, TightTopic> = BTreeMap::new();
        for partition in self.cluster.partitions.iter() {
            let replicas = partition.replicas().len() as u32;
            let ix = partition.topic();
            if tight.get(&ix).is_some_and(|topic| topic.replicas <= replicas) {
                continue;
            }
            let Some(min_isr) = self.min_isr(&transitions, ix, replicas) else { continue };
            if replicas < min_isr + self.margin + 1 && partition.replicas().iter().any(stopped) {
                tight.insert(ix, TightTopic { ix, replicas, min_isr });
            }
        }
        tight.into_values().collect()
    }

    /// The minimum ISR that counts; one replica at least is needed to lead.
    fn min_isr(&self, transitions: &Transitions, ix: TopicIx, replicas: u32) -> Option<u32> {
        let value = topic_value(self.cluster, self.cluster.topic(ix), &topic::MIN_INSYNC_REPLICAS);
        let configured = value.get().and_then(Value::int)?.clamp(1, i64::from(u32::MAX)) as u32;
        Some(transitions.effective_min_isr(configured, replicas).max(1))
    }

    fn raised(&self, tight: &[TightTopic]) -> Option<(String, String)> {
        // A minimum that was cut to the replica count is the configured one again with more replicas.
        let transitions = Transitions::of(self.cluster);
        let to = |one: &TightTopic| {
            let min_isr = self.min_isr(&transitions, one.ix, u32::MAX).unwrap_or(one.min_isr);
            min_isr.saturating_add(self.margin).saturating_add(1)
        };
        let most = tight.iter().map(to).max()?;
        let brokers = self.cluster.brokers_up() as u32;
        let topics = self.listed(tight, to);
        if most > brokers {
            let action = format!(
                "add {}, then raise the replication factor: {topics}",
                plural((most - brokers) as usize, "broker")
            );
            return Some((action, "more brokers; the new replicas are copied over the network".into()));
        }
        let price = self.price(&tight[0], &topic::REPLICATION_FACTOR, to(&tight[0]));
        Some((
            format!("raise the replication factor: {topics}"),
            format!("the new replicas are copied over the network; {price}"),
        ))
    }

    fn lowered(&self, tight: &[TightTopic]) -> Option<(String, String)> {
        let lower = |one: &TightTopic| one.replicas.checked_sub(1 + self.margin).filter(|min| *min > 0);
        let all = tight.iter().map(lower).min()??;
        let to = |one: &TightTopic| lower(one).unwrap_or(all);
        let price = self.price(&tight[0], &topic::MIN_INSYNC_REPLICAS, to(&tight[0]));
        Some((format!("lower min.insync.replicas: {}", self.listed(tight, to)), price))
    }

    /// `orders to 4, payments to 4 and 2 more topics`
    fn listed(&self, tight: &[TightTopic], to: impl Fn(&TightTopic) -> u32) -> String {
        let one = |topic: &TightTopic| format!("{} to {}", self.cluster.topic(topic.ix).name, to(topic));
        let named: Vec<String> = tight.iter().take(NAMED).map(one).collect();
        let more = tight.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {} more", plural(more, "topic")) } else { String::new() };
        named.join(", ") + &more
    }

    /// What gets worse for the topic, as an assessment with the change says.
    fn price(&self, tight: &TightTopic, knob: &'static Knob, value: u32) -> String {
        let name = &self.cluster.topic(tight.ix).name;
        let change =
            Change { subject: Some(name.to_string()), ..Change::new(knob, Value::Int(i64::from(value))) };
        let subject = Subject::Topic(tight.ix);
        let Some(after) = assess_with(self.cluster, subject, &[change]) else {
            return "what else it costs is not known".into();
        };
        let deltas = differences(&assess(self.cluster, subject), &after);
        let worse = deltas.iter().filter(|delta| delta.change == Some(Ordering::Less));
        let words: Vec<String> = worse
            .take(PRICED)
            .map(|delta| format!("{} {} -> {}", delta.label, delta.was, delta.now))
            .collect();
        if words.is_empty() {
            return format!("for {name} nothing that klever measures");
        }
        format!("for {name}: {}", words.join("; "))
    }

    fn lower_margin(&self) -> Option<WayOut> {
        let only_margin = |verdict: &RestartVerdict| {
            verdict.offline + verdict.under_min_isr == 0 && verdict.short_of_margin() > 0
        };
        let bare = self.verdicts.iter().map(|verdict| verdict.at_min_isr).max().unwrap_or(0);
        let to = if bare > 0 { 0 } else { self.margin.saturating_sub(1) };
        let price = if bare > 0 {
            let partitions = plural(bare as usize, "partition");
            format!("the next failure during a stop makes up to {partitions} refuse acks=all")
        } else {
            "fewer failures during a stop are survived".into()
        };
        self.way(Way::LowerMargin, only_margin, format!("ask for less: --margin {to}"), price)
    }

    fn stop_anyway(&self) -> Option<WayOut> {
        let interrupts = |verdict: &RestartVerdict| {
            verdict.offline - verdict.offline_already + verdict.under_min_isr > 0 && !verdict.quorum.forbids()
        };
        let hit = self.verdicts.iter().filter(|verdict| interrupts(verdict));
        let (offline, under) = hit.fold((0, 0), |(offline, under), one| {
            (offline.max(one.offline - one.offline_already), under.max(one.under_min_isr))
        });
        let partitions = |count: u32| plural(count as usize, "partition");
        let price = format!(
            "until the broker is back: up to {} offline, {} refuse acks=all",
            partitions(offline),
            partitions(under)
        );
        self.way(Way::StopAnyway, interrupts, "stop it all the same, in a quiet hour".into(), price)
    }
}
