//! StreamsGroupDescribe: groups of Kafka Streams whose tasks the broker assigns (KIP-1071).

use super::described_groups::{self, Described};
use super::groups::host_of;
use crate::kafka::reads::MemberDescription;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::collections::HashMap;
use std::sync::Arc;

pub(in crate::kafka::wire) struct DescribeStreamsGroups<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeStreamsGroups<'_> {
    const API: Api = Api::StreamsGroupDescribe;
    /// Version 1 adds the nodes of the topology, which klever does not show.
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = Vec<Described>;

    fn encode(&self, out: &mut Encoder) {
        described_groups::encode(self.0, out);
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        described_groups::decode(answer, described)
    }
}

/// The topics that each part of a topology reads.
type Sources = HashMap<String, Vec<Arc<str>>>;

fn described(group: &mut Decoder<'_>) -> Decoded<Described> {
    described_groups::described(group, |group| {
        let sources = if group.i8()? < 0 { Sources::new() } else { topology(group)? };
        // A task stands for as many partitions as its part has topics; no more of them are made than bytes have come.
        let mut room = group.left();
        group.array(|one| member(one, &sources, &mut room))
    })
}

fn topology(topology: &mut Decoder<'_>) -> Decoded<Sources> {
    topology.i32()?;
    let parts = topology.array(|part| {
        let id = part.string()?;
        let mut topics = part.array(Decoder::name)?;
        // The repartition topics that it writes to, and its changelogs.
        part.each(|topic| topic.text().map(|_| ()))?;
        part.each(|topic| topic_of_streams(topic).map(|_| ()))?;
        topics.extend(part.array(topic_of_streams)?);
        part.tags()?;
        Ok((id, topics))
    })?;
    topology.tags()?;
    Ok(parts.into_iter().collect())
}

fn topic_of_streams(topic: &mut Decoder<'_>) -> Decoded<Arc<str>> {
    let name = topic.name()?;
    // How many partitions and replicas it has, and its configuration.
    topic.i32()?;
    topic.i16()?;
    topic.each(pair)?;
    topic.tags()?;
    Ok(name)
}

fn pair(pair: &mut Decoder<'_>) -> Decoded<()> {
    pair.text()?;
    pair.text()?;
    pair.tags()
}

fn member(member: &mut Decoder<'_>, sources: &Sources, room: &mut usize) -> Decoded<MemberDescription> {
    member.text()?;
    member.i32()?;
    let instance_id = member.nullable_string()?.filter(|id| !id.is_empty());
    member.nullable_text()?;
    let client_id = member.string()?;
    let host = host_of(&member.text()?);
    // The epoch of the topology, and which process it is of.
    member.i32()?;
    member.text()?;
    if member.i8()? >= 0 {
        // Where it answers queries; a port is two bytes.
        member.text()?;
        member.i16()?;
        member.tags()?;
    }
    member.each(pair)?;
    // How far its tasks are, and how far they have to go.
    member.each(task_offset)?;
    member.each(task_offset)?;
    let assigned = tasks(member, sources, room)?;
    // The assignment that it moves to.
    tasks(member, &Sources::new(), room)?;
    member.bool()?;
    member.tags()?;
    Ok(MemberDescription { client_id, host, instance_id, assigned })
}

fn task_offset(task: &mut Decoder<'_>) -> Decoded<()> {
    task.text()?;
    task.i32()?;
    task.i64()?;
    task.tags()
}

/// The partitions that active tasks read: a task reads the partition of its number of every topic of its part.
fn tasks(assignment: &mut Decoder<'_>, sources: &Sources, room: &mut usize) -> Decoded<Vec<(Arc<str>, i32)>> {
    let mut assigned = Vec::new();
    assignment.each(|task| {
        let part = task.string()?;
        let topics = sources.get(&part).map_or(&[][..], |topics| topics);
        task.each(|number| {
            let number = number.i32()?;
            let fitting = &topics[..topics.len().min(*room)];
            *room -= fitting.len();
            assigned.extend(fitting.iter().map(|topic| (topic.clone(), number)));
            Ok(())
        })?;
        task.tags()
    })?;
    // Standby and warm-up tasks read changelogs.
    for _ in 0..2 {
        assignment.each(|task| {
            task.text()?;
            task.each(|number| number.i32().map(|_| ()))?;
            task.tags()
        })?;
    }
    assignment.tags()?;
    Ok(assigned)
}
