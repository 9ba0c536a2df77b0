//! The clients of a run: producers, members of groups, and the groups' coordinators.
//!
//! Producers and members share one numbering: first the producers, then the members.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::consumer::Consumer;
use crate::protocol::producer::Producer;
use crate::protocol::wire::Offset;
use crate::sim::client_runtime::{ClientRuntime, ClientState};
use crate::sim::compacted_logs::CompactedLogs;
use crate::sim::groups::HostedGroup;
use crate::sim::histogram::Histogram;
use crate::sim::processing::{MissedStep, PoisonRecords};
use crate::sim::schemas::Schemas;
use crate::sim::transactions::{HostedTransactions, TransactionalProducer};
use crate::sim::workload::Workload;
use std::collections::BTreeMap;

/// A producer of the scenario.
#[derive(Clone)]
pub(super) struct ProducerClient {
    pub(super) runtime: ClientRuntime,
    pub(super) producer: Producer,
    pub(super) workload: Workload,
    pub(super) topic: u32,
    /// Records handed in, acknowledged and given up, by all its processes so far.
    pub(super) sent: u64,
    pub(super) acked: u64,
    pub(super) failed: u64,
    /// Time to the acknowledgement, where it is not the only producer.
    pub(super) latency: Histogram,
    /// The broker whose answer it is handling.
    pub(super) answered_by: Option<BrokerId>,
    /// Its transactions, if it has a `transactional.id`.
    pub(super) transactional: Option<TransactionalProducer>,
}

/// A member of a group of the scenario.
#[derive(Clone)]
pub(super) struct GroupMember {
    pub(super) runtime: ClientRuntime,
    pub(super) consumer: Consumer,
    pub(super) group: u32,
    pub(super) nth: u32,
    pub(super) topics: Vec<u32>,
    /// Offset after the last record processed, of each partition it ever had.
    pub(super) done: BTreeMap<PartitionIx, Offset>,
    pub(super) owns: Vec<PartitionIx>,
    /// Records processed, by all its processes so far.
    pub(super) read: u64,
    /// What came of a try while the process was paused.
    pub(super) missed: Option<MissedStep>,
    /// The record that is processed just now had its effect when the service was called.
    pub(super) had_effect: bool,
    /// The try under way is a call of the service.
    pub(super) calls_service: bool,
}

impl GroupMember {
    /// Up to where it has read a partition that it owns.
    pub(super) fn position(&self, partition: PartitionIx) -> Option<Offset> {
        let owned = self.runtime.state != ClientState::Ended && self.owns.contains(&partition);
        owned.then(|| self.done.get(&partition).copied().unwrap_or(0))
    }
}

/// The first id that brokers hand out; what it is does not matter.
const FIRST_PRODUCER_ID: i64 = 1000;

#[derive(Clone, Default)]
pub(super) struct Clients {
    producers: Vec<ProducerClient>,
    members: Vec<GroupMember>,
    groups: Vec<HostedGroup>,
    transactions: Vec<HostedTransactions>,
    /// Which producer each of the processes is one of that were ever started.
    identities: Vec<u32>,
    producer_ids: i64,
    /// Records that no consumer can process.
    pub(super) poison: PoisonRecords,
    /// Schemas of their records.
    pub(super) schemas: Schemas,
    /// Keys of their records, and what cleaners removed.
    pub(super) compaction: CompactedLogs,
}

impl Clients {
    pub(super) fn add_producer(&mut self, producer: ProducerClient) {
        self.producers.push(producer);
    }

    pub(super) fn add_group(&mut self, group: HostedGroup) {
        self.groups.push(group);
    }

    pub(super) fn add_member(&mut self, member: GroupMember) {
        self.members.push(member);
    }

    pub(super) fn add_transactions(&mut self, transactions: HostedTransactions) {
        self.transactions.push(transactions);
    }

    /// The transactional ids of the scenario.
    pub(super) fn all_transactions(&self) -> &[HostedTransactions] {
        &self.transactions
    }

    pub(super) fn transactions(&self, at: u32) -> &HostedTransactions {
        &self.transactions[at as usize]
    }

    pub(super) fn transactions_mut(&mut self, at: u32) -> &mut HostedTransactions {
        &mut self.transactions[at as usize]
    }

    /// Which transactional id a client writes with.
    pub(super) fn transactions_of(&self, client: u32) -> Option<u32> {
        self.producers.get(client as usize)?.transactional.map(|own| own.id)
    }

    pub(super) fn producers(&self) -> &[ProducerClient] {
        &self.producers
    }

    pub(super) fn members(&self) -> &[GroupMember] {
        &self.members
    }

    pub(super) fn members_mut(&mut self) -> impl Iterator<Item = &mut GroupMember> {
        self.members.iter_mut()
    }

    pub(super) fn groups(&self) -> &[HostedGroup] {
        &self.groups
    }

    /// How many clients there are, hence the number of the next one.
    pub(super) fn count(&self) -> u32 {
        (self.producers.len() + self.members.len()) as u32
    }

    pub(super) fn is_producer(&self, client: u32) -> bool {
        (client as usize) < self.producers.len()
    }

    /// The client number of the nth member of a group.
    pub(super) fn member_of(&self, group: u32, nth: u32) -> Option<u32> {
        let member = self.members.iter().position(|member| member.group == group && member.nth == nth)?;
        Some((self.producers.len() + member) as u32)
    }

    pub(super) fn producer(&self, client: u32) -> &ProducerClient {
        &self.producers[client as usize]
    }

    pub(super) fn producer_mut(&mut self, client: u32) -> &mut ProducerClient {
        &mut self.producers[client as usize]
    }

    pub(super) fn member(&self, client: u32) -> &GroupMember {
        &self.members[client as usize - self.producers.len()]
    }

    pub(super) fn member_mut(&mut self, client: u32) -> &mut GroupMember {
        &mut self.members[client as usize - self.producers.len()]
    }

    pub(super) fn group(&self, group: u32) -> &HostedGroup {
        &self.groups[group as usize]
    }

    pub(super) fn group_mut(&mut self, group: u32) -> &mut HostedGroup {
        &mut self.groups[group as usize]
    }

    /// The broker that coordinates a group.
    pub(super) fn coordinator(&self, group: u32) -> Option<BrokerId> {
        self.group(group).coordinator
    }

    pub(super) fn runtime(&self, client: u32) -> &ClientRuntime {
        match self.producers.get(client as usize) {
            Some(producer) => &producer.runtime,
            None => &self.member(client).runtime,
        }
    }

    pub(super) fn runtime_mut(&mut self, client: u32) -> &mut ClientRuntime {
        if self.is_producer(client) {
            &mut self.producer_mut(client).runtime
        } else {
            &mut self.member_mut(client).runtime
        }
    }

    /// Requests that a client has under way to a broker.
    pub(super) fn load(&self, client: u32, broker: BrokerId) -> usize {
        match self.producers.get(client as usize) {
            Some(producer) => producer.producer.load(broker),
            None => self.member(client).consumer.load(broker),
        }
    }

    /// Topics that a client produces to or consumes.
    pub(super) fn topics(&self, client: u32) -> &[u32] {
        match self.producers.get(client as usize) {
            Some(producer) => std::slice::from_ref(&producer.topic),
            None => &self.member(client).topics,
        }
    }

    /// The producer that each identity is a process of.
    pub(super) fn identities(&self) -> &[u32] {
        &self.identities
    }

    /// The identity of a producer's new process.
    pub(super) fn new_identity(&mut self, client: u32) -> u32 {
        self.identities.push(client);
        self.identities.len() as u32 - 1
    }

    /// The next producer id that a broker hands out.
    pub(super) fn new_producer_id(&mut self) -> i64 {
        self.producer_ids += 1;
        FIRST_PRODUCER_ID + self.producer_ids - 1
    }
}
