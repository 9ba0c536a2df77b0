//! How large a simulated cluster may be: what it takes of memory is known before it is built.

use crate::scenario::{Act, Scenario};
use std::collections::BTreeMap;

/// Copies of partitions, all topics together: each takes some kilobytes, and as much again in each checkpoint.
pub const MOST_REPLICAS: u64 = 100_000;
/// Producers and members of groups, all together: a join of 2,000 members tells each of all others.
pub const MOST_CLIENTS: u64 = 2_000;
/// Clients times partitions: each knows of all of them.
const MOST_KNOWN: u64 = 10_000_000;

/// What is too large in a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// The kind of table that is to blame, such as `[[group]]`.
    pub table: &'static str,
    /// How many there are of what, and how many there may be.
    pub what: String,
}

/// What is too large in a scenario; `None` when it can be built.
pub fn too_large(scenario: &Scenario) -> Option<TooLarge> {
    let replicas = replicas(scenario);
    let members: u64 = scenario.groups.iter().map(|group| u64::from(group.members)).sum();
    let clients = members + scenario.producers.len() as u64;
    if replicas > MOST_REPLICAS {
        let what = format!("{replicas} copies of partitions: at most {MOST_REPLICAS} are simulated");
        return Some(TooLarge { table: "[[topic]]", what });
    }
    let partitions: u64 = scenario.topics.iter().map(|topic| u64::from(topic.partitions)).sum();
    let most = MOST_CLIENTS.min(MOST_KNOWN / partitions.max(1));
    let what = format!("{clients} producers and members of groups: at most {most} are simulated here");
    let table = if scenario.groups.is_empty() { "[[producer]]" } else { "[[group]]" };
    (clients > most).then_some(TooLarge { table, what })
}

/// With the partitions that events add.
fn replicas(scenario: &Scenario) -> u64 {
    let mut partitions: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &scenario.events {
        if let Act::AddPartitions { topic, partitions: wanted } = &event.act {
            let most = partitions.entry(topic).or_default();
            *most = (*most).max(*wanted);
        }
    }
    let most = |name: &str| partitions.get(name).copied().unwrap_or(0);
    let of_topics = scenario.topics.iter().map(|topic| {
        u64::from(topic.partitions.max(most(&topic.name))) * u64::from(topic.replication_factor)
    });
    of_topics.sum()
}
