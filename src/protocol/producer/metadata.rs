//! What a producer knows about leaders (`Metadata`).

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::client::backoff;
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::queue::{Node, PartitionQueue};
use crate::protocol::producer::{Producer, ProducerOutput};
use crate::protocol::wire::LeaderEpoch;

impl Producer {
    /// Asks when it is due.
    pub(super) fn refresh_metadata(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        if self.metadata.start_if_due(now) {
            out.push(ProducerOutput::WantMetadata);
        }
    }

    /// An answer, or `None` for a failure. A partition without a leader is asked for again while it has data.
    pub(super) fn learn_metadata(&mut self, now: Nanos, answer: Option<&[PartitionLeader]>) {
        let changed = answer.is_some_and(|leaders| self.learn_leaders(leaders));
        let settings = &self.settings;
        let failures = self.metadata.consecutive_empty_responses(changed);
        let wait = backoff(settings.retry_backoff, settings.retry_backoff_max, failures, &mut self.rng);
        let expires_at = answer.map(|_| now.saturating_add(settings.metadata_max_age));
        let leaderless = |queue: &PartitionQueue| queue.node.is_none() && !queue.batches.is_empty();
        let needed = self.waits_for_metadata() || self.queues.iter().any(leaderless);
        self.metadata.finish(now.saturating_add(wait), expires_at, needed);
        self.refresh_all_nodes(now);
    }

    fn learn_leaders(&mut self, leaders: &[PartitionLeader]) -> bool {
        let mut changed = false;
        for (place, told) in leaders.iter().enumerate() {
            if place == self.queues.len() {
                self.queues.push(PartitionQueue::new(told.partition));
            }
            debug_assert_eq!(self.queues[place].partition, told.partition, "partitions keep their places");
            changed |= self.learn_leader(place, told.leader, told.leader_epoch);
            if let Some(leader) = told.leader {
                let node = self.node_of(leader);
                self.nodes[node as usize].rack = told.leader_rack;
            }
        }
        if changed {
            self.update_node_partitions();
        }
        changed
    }

    /// Older epochs are ignored (KIP-320).
    fn learn_leader(&mut self, place: usize, leader: Option<BrokerId>, epoch: LeaderEpoch) -> bool {
        let node = leader.map(|broker| self.node_of(broker));
        let queue = &mut self.queues[place];
        if epoch < queue.epoch || (queue.node, queue.epoch) == (node, epoch) {
            return false;
        }
        (queue.node, queue.epoch) = (node, epoch);
        true
    }

    /// The new leader that a refusing broker named (KIP-951); `true` when it is news.
    pub(super) fn learn_named_leader(&mut self, queue: u32, named: Option<(BrokerId, LeaderEpoch)>) -> bool {
        let Some((broker, epoch)) = named.filter(|_| self.settings.leader_in_answer) else { return false };
        let newer = epoch > self.queues[queue as usize].epoch;
        if newer && self.learn_leader(queue as usize, Some(broker), epoch) {
            self.update_node_partitions();
        }
        newer
    }

    /// Lists again which partitions each node leads.
    fn update_node_partitions(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.queues.clear());
        for (place, queue) in self.queues.iter().enumerate() {
            if let Some(node) = queue.node {
                self.nodes[node as usize].queues.push(place as u32);
            }
        }
        for node in &mut self.nodes {
            node.drain_from = 0;
        }
    }

    fn node_of(&mut self, broker: BrokerId) -> u32 {
        let known = self.nodes.iter().position(|node| node.broker == broker);
        let place = known.unwrap_or(self.nodes.len());
        if known.is_none() {
            self.nodes.push(Node::new(broker));
        }
        place as u32
    }

    /// The place of a partition; neighbours in the cluster's columns are neighbours here, usually.
    pub(super) fn queue_of(&self, partition: PartitionIx) -> Option<u32> {
        let first = self.queues.first()?.partition.0;
        let guess = partition.0.wrapping_sub(first) as usize;
        if self.queues.get(guess).is_some_and(|queue| queue.partition == partition) {
            return Some(guess as u32);
        }
        self.queues.iter().position(|queue| queue.partition == partition).map(|place| place as u32)
    }
}
