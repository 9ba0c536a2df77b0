//! Groups and what they have committed: each broker is asked for those that it lists, since it coordinates them.

use super::broker_link::BrokerLink;
use super::concurrent::all;
use super::messages::{
    DescribeConsumerGroups, DescribeGroups, FetchOffsets, FetchOffsetsOfGroup, FindCoordinator,
    FindCoordinators, ListGroups, ListedGroup,
};
use super::reader::{Lane, WireReader, lock};
use super::{error_codes, messages::Coded};
use crate::kafka::CallError;
use crate::kafka::reads::{CallResult, GroupOffsets, GroupsRead, ReadTargets};
use crate::kafka::reads::{GroupDescription, GroupListing, PartitionOffset};
use crate::model::BrokerId;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::Instant;

/// Groups in one request.
const GROUPS_PER_REQUEST: usize = 500;
/// `Errors.NOT_COORDINATOR`.
const NOT_COORDINATOR: i32 = 16;

/// What one broker says of its groups.
struct BrokerGroups {
    broker: BrokerId,
    listed: CallResult<Vec<ListedGroup>>,
    described: Vec<(Arc<str>, CallResult<GroupDescription>)>,
}

/// Committed offsets of one group.
type GroupCommits = (Arc<str>, CallResult<Vec<PartitionOffset>>);

impl WireReader {
    pub(super) async fn groups(&self, targets: &ReadTargets) -> GroupsRead {
        let deadline = self.deadline();
        let asked = self.brokers(targets, Lane::Own).map(|(id, link)| groups_of(id, link, deadline));
        let mut answer = GroupsRead::default();
        for mut of_broker in all(asked).await {
            self.remember(&of_broker);
            answer.listed.push((of_broker.broker, of_broker.listed.map(listings)));
            for (id, described) in of_broker.described.drain(..) {
                match described {
                    Ok(group) => {
                        answer.described.insert(id, group);
                    }
                    Err(error) => _ = answer.classic_error.get_or_insert(error),
                }
            }
        }
        answer.listed.sort_by_key(|(broker, _)| *broker);
        answer
    }

    fn remember(&self, answer: &BrokerGroups) {
        let mut coordinators = lock(&self.coordinators);
        let Ok(listed) = &answer.listed else { return };
        coordinators.retain(|_, coordinator| *coordinator != answer.broker);
        coordinators.extend(listed.iter().map(|group| (group.id.clone(), answer.broker)));
    }

    pub(super) async fn group_offsets(&self, targets: &ReadTargets) -> GroupOffsets {
        if !targets.has_offsets_topic() {
            return Vec::new();
        }
        let deadline = self.deadline();
        let listed = lock(&self.coordinators).clone();
        let known = |group: &Arc<str>| Some((group.clone(), *listed.get(group)?));
        let mut answers = self.commits(targets, targets.groups.iter().filter_map(known), deadline).await;
        // Groups whose coordinator has changed since it listed them, or that nobody listed.
        let mut moved: Vec<Arc<str>> =
            targets.groups.iter().filter(|group| !listed.contains_key(*group)).cloned().collect();
        moved
            .extend(answers.iter().filter(|(_, commits)| has_moved(commits)).map(|(group, _)| group.clone()));
        if moved.is_empty() {
            return answers;
        }
        let found = self.coordinators_of(targets, &moved, deadline).await;
        let elsewhere = found.into_iter().filter(|(group, id)| listed.get(group) != Some(id));
        let again = self.commits(targets, elsewhere, deadline).await;
        answers.retain(|(group, _)| !again.iter().any(|(newer, _)| newer == group));
        answers.extend(again);
        answers
    }

    /// What groups have committed, each asked of its coordinator.
    async fn commits(
        &self,
        targets: &ReadTargets,
        groups: impl Iterator<Item = (Arc<str>, BrokerId)>,
        deadline: Instant,
    ) -> Vec<GroupCommits> {
        let mut by_coordinator: BTreeMap<BrokerId, Vec<Arc<str>>> = BTreeMap::new();
        for (group, coordinator) in groups {
            by_coordinator.entry(coordinator).or_default().push(group);
        }
        let asked = by_coordinator.into_iter().map(|(id, groups)| {
            let link = self.broker(targets, id, Lane::Own);
            async move {
                match link {
                    Some(link) => commits_from(&link, &groups, deadline).await,
                    None => failed(&groups, &gone(id)),
                }
            }
        });
        all(asked).await.into_iter().flatten().collect()
    }

    async fn coordinators_of(
        &self,
        targets: &ReadTargets,
        groups: &[Arc<str>],
        deadline: Instant,
    ) -> Vec<(Arc<str>, BrokerId)> {
        let mut found = Vec::new();
        for link in self.candidates(targets, Lane::Own, 0).into_iter().take(2) {
            if let Ok(coordinators) = coordinators_from(&link, groups, deadline).await {
                found = coordinators;
                break;
            }
        }
        let mut known = lock(&self.coordinators);
        known.extend(found.iter().cloned());
        found
    }
}

async fn groups_of(broker: BrokerId, link: Arc<BrokerLink>, deadline: Instant) -> BrokerGroups {
    let listed = link.value(&ListGroups, deadline).await;
    let Ok(groups) = &listed else { return BrokerGroups { broker, listed, described: Vec::new() } };
    let (modern, classic): (Vec<&ListedGroup>, Vec<&ListedGroup>) =
        groups.iter().filter(|group| !is_other_type(group)).partition(|group| is_modern(group));
    let ids = |groups: Vec<&ListedGroup>| groups.iter().map(|group| group.id.clone()).collect::<Vec<_>>();
    let (modern, classic) = (ids(modern), ids(classic));
    let classic = all(classic.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeGroups(ids), deadline).await) }
    }));
    let modern = all(modern.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeConsumerGroups(ids), deadline).await) }
    }));
    let (classic, modern) = tokio::join!(classic, modern);
    let described = classic.into_iter().chain(modern).flatten();
    let described =
        described.map(|(id, group)| (id, group.map(|group| coordinated_by(broker, group)))).collect();
    BrokerGroups { broker, listed, described }
}

fn coordinated_by(broker: BrokerId, group: GroupDescription) -> GroupDescription {
    GroupDescription { coordinator: Some(broker), ..group }
}

/// Share and streams groups are described by requests of their own.
fn is_other_type(group: &ListedGroup) -> bool {
    matches!(group.group_type.as_deref(), Some("share" | "streams"))
}

/// Whether it speaks KIP-848's protocol.
fn is_modern(group: &ListedGroup) -> bool {
    group.group_type.as_deref() == Some("consumer")
}

/// Groups of consumers, and those that only hold commits.
fn listings(groups: Vec<ListedGroup>) -> Vec<GroupListing> {
    let of_consumers =
        |group: &ListedGroup| matches!(&*group.protocol_type, "" | "consumer") && !is_other_type(group);
    let listing = |group: ListedGroup| GroupListing {
        consumer_protocol: group.group_type.as_ref().map(|_| is_modern(&group)),
        id: group.id,
        state: group.state,
    };
    groups.into_iter().filter(of_consumers).map(listing).collect()
}

/// Each group's own outcome.
fn named<T>(
    ids: &[Arc<str>],
    answer: CallResult<Vec<(Arc<str>, Coded<T>)>>,
) -> Vec<(Arc<str>, CallResult<T>)> {
    match answer {
        Ok(groups) => groups.into_iter().map(|(id, group)| (id, group.map_err(refused))).collect(),
        Err(error) => failed(ids, &error),
    }
}

fn failed<T>(ids: &[Arc<str>], error: &CallError) -> Vec<(Arc<str>, CallResult<T>)> {
    ids.iter().map(|id| (id.clone(), Err(error.clone()))).collect()
}

fn refused(code: i16) -> CallError {
    CallError { code: code.into(), message: error_codes::words(code).into_owned(), hint: None }
}

/// Metadata does not name the coordinator any more.
fn gone(coordinator: BrokerId) -> CallError {
    CallError {
        code: NOT_COORDINATOR,
        message: format!("its coordinator, broker {coordinator}, is not up"),
        hint: None,
    }
}

/// Another broker may know what this one does not, or cannot, say.
fn has_moved(commits: &CallResult<Vec<PartitionOffset>>) -> bool {
    commits.as_ref().is_err_and(|error| error.code == NOT_COORDINATOR || error.is_transport())
}

/// Many groups in a request where the broker takes that, else one in each, all sent at once.
async fn commits_from(link: &Arc<BrokerLink>, groups: &[Arc<str>], deadline: Instant) -> Vec<GroupCommits> {
    let batches = groups.chunks(GROUPS_PER_REQUEST);
    let asked = batches.map(|ids| async move { (ids, link.call(&FetchOffsets(ids), deadline).await) });
    let mut answers = Vec::with_capacity(groups.len());
    let mut alone: Vec<&Arc<str>> = Vec::new();
    for (ids, answer) in all(asked).await {
        match answer {
            Err(error) if error.is_unsupported() => alone.extend(ids),
            answer => answers.extend(named(ids, answer)),
        }
    }
    let asked = alone
        .into_iter()
        .map(|group| async move { (group.clone(), link.value(&FetchOffsetsOfGroup(group), deadline).await) });
    answers.extend(all(asked).await);
    answers
}

async fn coordinators_from(
    link: &Arc<BrokerLink>,
    groups: &[Arc<str>],
    deadline: Instant,
) -> CallResult<Vec<(Arc<str>, BrokerId)>> {
    match link.call(&FindCoordinators(groups), deadline).await {
        Ok(found) => Ok(found.into_iter().filter_map(|(group, id)| Some((group, id.ok()?))).collect()),
        Err(error) if error.is_unsupported() => {
            let asked = groups.iter().map(|group| async move {
                (group.clone(), link.value(&FindCoordinator(group), deadline).await)
            });
            let found = all(asked).await.into_iter();
            Ok(found.filter_map(|(group, id)| Some((group, id.ok()?))).collect())
        }
        Err(error) => Err(error),
    }
}
