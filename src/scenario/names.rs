//! The names in a scenario: Kafka's rule for them, each given once, and quick to look up.

use crate::knobs::{Change, Scope};
use crate::model::BrokerId;
use crate::scenario::error::{Checked, Mistake, mistake};
use crate::scenario::{Act, Endpoint, PowerDomain, Process, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// What a scenario calls its parts.
pub(super) struct Names<'a> {
    /// With how many partitions each has at most.
    topics: BTreeMap<&'a str, u32>,
    producers: BTreeSet<&'a str>,
    /// With how many members each has.
    groups: BTreeMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    /// # Errors
    /// The first name that is not one, or that two parts of a kind have.
    pub(super) fn of(scenario: &'a Scenario) -> Result<Names<'a>, Mistake> {
        let mut names =
            Names { topics: BTreeMap::new(), producers: BTreeSet::new(), groups: BTreeMap::new() };
        for (at, topic) in scenario.topics.iter().enumerate() {
            let is_new = names.topics.insert(&topic.name, topic.partitions).is_none();
            check(("[[topic]]", at), "topic", &topic.name, is_new)?;
        }
        for (at, producer) in scenario.producers.iter().enumerate() {
            let is_new = names.producers.insert(&producer.name);
            check(("[[producer]]", at), "producer", &producer.name, is_new)?;
        }
        for (at, group) in scenario.groups.iter().enumerate() {
            let is_new = names.groups.insert(&group.name, group.members).is_none();
            check(("[[group]]", at), "group", &group.name, is_new)?;
        }
        for event in &scenario.events {
            if let Act::AddPartitions { topic, partitions } = &event.act
                && let Some(most) = names.topics.get_mut(topic.as_str())
            {
                *most = (*most).max(*partitions);
            }
        }
        Ok(names)
    }

    pub(super) fn has_topic(&self, name: &str) -> bool {
        self.topics.contains_key(name)
    }

    /// Whether there ever is such a partition, as in `orders-3`.
    pub(super) fn has_partition(&self, name: &str) -> bool {
        let Some((topic, number)) = name.rsplit_once('-') else { return false };
        let most = self.topics.get(topic);
        most.zip(number.parse::<u32>().ok()).is_some_and(|(most, number)| number < *most)
    }

    pub(super) fn has_producer(&self, name: &str) -> bool {
        self.producers.contains(name)
    }

    /// How many members a group has; `None` when there is no such group.
    pub(super) fn members_of(&self, name: &str) -> Option<u32> {
        self.groups.get(name).copied()
    }
}

fn check(table: (&'static str, usize), what: &str, name: &str, is_new: bool) -> Checked {
    check_name(table, &format!("a {what}'s name"), name)?;
    if is_new { Ok(()) } else { mistake(table.0, table.1, format!("there are two {what}s `{name}`")) }
}

/// Kafka's rule for the names of topics, for every name: they become parts of file names, of lines in files and of
/// `topic-0` and `group/billing/0`.
///
/// Source: `org.apache.kafka.common.internals.Topic.validate`.
pub(super) fn check_name(table: (&'static str, usize), what: &str, name: &str) -> Checked {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let fits = (1..=249).contains(&name.len()) && name.chars().all(is_letter) && name != "." && name != "..";
    if fits {
        return Ok(());
    }
    mistake(
        table.0,
        table.1,
        format!("{what} is 1 to 249 letters, digits, `.`, `_` and `-`, other than `.` and `..`"),
    )
}

/// The id of a scenario, which names files.
pub(super) fn check_id(id: &str) -> Checked {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if (1..=100).contains(&id.len()) && id.chars().all(is_letter) {
        return Ok(());
    }
    mistake("id", 0, "id is 1 to 100 lower-case letters, digits and dashes")
}

pub(super) fn has_broker(scenario: &Scenario, id: BrokerId) -> bool {
    (1..=scenario.cluster.brokers as i32).contains(&id.0)
}

/// The first process, topic, rack or partition of an act that the scenario does not have.
pub(super) fn unknown_name(scenario: &Scenario, names: &Names<'_>, act: &Act) -> Option<String> {
    let process = |process: &Process| unknown_process(scenario, names, process);
    let end = |end: &Endpoint| unknown_end(scenario, names, end);
    let topic = |name: &str| (!names.has_topic(name)).then(|| format!("topic `{name}`"));
    let partition = |name: &str| (!names.has_partition(name)).then(|| format!("partition `{name}`"));
    match act {
        Act::Stop(one) | Act::Kill(one) | Act::Restart(one) | Act::Pause(one) | Act::Resume(one) => {
            process(one)
        }
        Act::LoseAnswer(one) => process(one),
        Act::PowerLoss { domain: PowerDomain::Broker(id), .. }
        | Act::DiskLoss(id)
        | Act::SlowDisk { broker: id, .. } => process(&Process::Broker(*id)),
        Act::PowerLoss { domain: PowerDomain::Rack(name), .. } => end(&Endpoint::Rack(name.clone())),
        Act::Partition { from, to, .. } | Act::Heal { from, to } | Act::SlowLink { from, to, .. } => {
            end(from).or_else(|| end(to))
        }
        Act::Send { producer, .. } | Act::Greedy { producer, .. } => {
            end(&Endpoint::Producer(producer.clone()))
        }
        Act::SlowService { group, .. } => end(&Endpoint::Group(group.clone())),
        Act::DeploySchema { client, .. } => end(client),
        Act::Poison { partition: name, .. } => partition(name),
        Act::Reassign { topic: name, partition: Some(number), .. } if names.has_topic(name) => {
            partition(&format!("{name}-{number}"))
        }
        Act::Reassign { topic: name, .. }
        | Act::AddPartitions { topic: name, .. }
        | Act::PreferredElection(Some(name))
        | Act::UncleanElection(Some(name)) => topic(name),
        Act::Set(change) => unknown_subject(scenario, names, change),
        Act::PowerLoss { domain: PowerDomain::Site, .. }
        | Act::HealAll
        | Act::ControllerLoss(_)
        | Act::ControllerBack
        | Act::PreferredElection(None)
        | Act::UncleanElection(None) => None,
    }
}

fn unknown_process(scenario: &Scenario, names: &Names<'_>, process: &Process) -> Option<String> {
    let is_known = match process {
        Process::Broker(id) => has_broker(scenario, *id),
        Process::Producer(name) => names.has_producer(name),
        Process::Member(name, at) => names.members_of(name).is_some_and(|members| *at < members),
    };
    (!is_known).then(|| process.to_string())
}

/// An end of a link that the scenario does not have.
pub(super) fn unknown_end(scenario: &Scenario, names: &Names<'_>, end: &Endpoint) -> Option<String> {
    let is_known = match end {
        Endpoint::Broker(id) => has_broker(scenario, *id),
        Endpoint::Rack(name) => scenario.cluster.racks.contains(name),
        Endpoint::Producer(name) => names.has_producer(name),
        Endpoint::Group(name) => names.members_of(name).is_some(),
        Endpoint::Brokers | Endpoint::Controllers | Endpoint::Clients => true,
    };
    (!is_known).then(|| match end {
        Endpoint::Rack(name) => format!("rack `{name}`"),
        Endpoint::Group(name) => format!("group `{name}`"),
        other => other.to_string(),
    })
}

/// Whose setting is changed, where one is named and there is none of the name.
fn unknown_subject(scenario: &Scenario, names: &Names<'_>, change: &Change) -> Option<String> {
    let name = change.subject.as_deref()?;
    let is_known = match change.knob.scope {
        Scope::Topic => names.has_topic(name),
        Scope::Producer => names.has_producer(name),
        Scope::Consumer | Scope::Group => names.members_of(name).is_some(),
        Scope::Broker => name.parse().is_ok_and(|id| has_broker(scenario, BrokerId(id))),
        Scope::Cluster | Scope::Net | Scope::Load | Scope::Env => true,
    };
    (!is_known).then(|| format!("{} `{name}`", change.knob.scope.word()))
}
