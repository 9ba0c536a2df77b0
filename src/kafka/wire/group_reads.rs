//! Groups and what they have committed: each broker is asked for those that it lists, since it coordinates them.

use super::broker_link::BrokerLink;
use super::concurrent::all;
use super::messages::{
    DescribeConsumerGroups, DescribeGroups, DescribeShareGroupOffsets, DescribeShareGroups,
    DescribeStreamsGroups, FetchOffsets, FetchOffsetsOfGroup, FindCoordinator, FindCoordinators, ListGroups,
    ListedGroup,
};
use super::reader::{GroupTypes, Lane, WireReader, lock};
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
        let mut types = lock(&self.group_types);
        for group in listed {
            match &group.group_type {
                Some(kind) if is_other_type(group) => types.insert(group.id.clone(), kind.clone()),
                _ => types.remove(&group.id),
            };
        }
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
            let types = lock(&self.group_types).clone();
            async move {
                match link {
                    Some(link) => offsets_from(&link, &groups, &types, deadline).await,
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
    let of_type = |kind: &str| -> Vec<Arc<str>> {
        groups.iter().filter(|group| type_of(group) == kind).map(|group| group.id.clone()).collect()
    };
    let (classic, modern, share, streams) =
        (of_type("classic"), of_type("consumer"), of_type("share"), of_type("streams"));
    let classic = all(classic.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeGroups(ids), deadline).await) }
    }));
    let modern = all(modern.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeConsumerGroups(ids), deadline).await) }
    }));
    let share = all(share.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeShareGroups(ids), deadline).await) }
    }));
    let streams = all(streams.chunks(GROUPS_PER_REQUEST).map(|ids| {
        let link = &link;
        async move { named(ids, link.call(&DescribeStreamsGroups(ids), deadline).await) }
    }));
    let (classic, modern, share, streams) = tokio::join!(classic, modern, share, streams);
    let described = [classic, modern, share, streams].into_iter().flatten().flatten();
    let described =
        described.map(|(id, group)| (id, group.map(|group| coordinated_by(broker, group)))).collect();
    BrokerGroups { broker, listed, described }
}

fn coordinated_by(broker: BrokerId, group: GroupDescription) -> GroupDescription {
    GroupDescription { coordinator: Some(broker), ..group }
}

/// Brokers that tell no type know only the classic one.
fn type_of(group: &ListedGroup) -> &str {
    group.group_type.as_deref().unwrap_or("classic")
}

/// Whether it is of neither type that consumers make.
fn is_other_type(group: &ListedGroup) -> bool {
    !matches!(type_of(group), "classic" | "consumer")
}

/// Groups of every type, and those that only hold commits. Of the classic type only those of consumers: what Connect
/// and others are is told with their members.
fn listings(groups: Vec<ListedGroup>) -> Vec<GroupListing> {
    let is_listed =
        |group: &ListedGroup| is_other_type(group) || matches!(&*group.protocol_type, "" | "consumer");
    let listing =
        |group: ListedGroup| GroupListing { id: group.id, state: group.state, group_type: group.group_type };
    groups.into_iter().filter(is_listed).map(listing).collect()
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

/// Where groups are: what they have committed, or where a share group starts to read. Nobody asks about one of another
/// type: `observed` says why nothing is known of it.
async fn offsets_from(
    link: &Arc<BrokerLink>,
    groups: &[Arc<str>],
    types: &GroupTypes,
    deadline: Instant,
) -> Vec<GroupCommits> {
    let of_type = |wanted: fn(Option<&str>) -> bool| -> Vec<Arc<str>> {
        groups.iter().filter(|id| wanted(types.get(*id).map(|kind| &**kind))).cloned().collect()
    };
    let commit = of_type(|kind| matches!(kind, None | Some("streams")));
    let share = of_type(|kind| kind == Some("share"));
    let share = share
        .chunks(GROUPS_PER_REQUEST)
        .map(|ids| async move { named(ids, link.call(&DescribeShareGroupOffsets(ids), deadline).await) });
    let (mut offsets, share) = tokio::join!(commits_from(link, &commit, deadline), all(share));
    offsets.extend(share.into_iter().flatten());
    offsets
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
