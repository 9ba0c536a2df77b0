//! What the partitions are called and set to: the simulator's own list of topics.

use crate::model::PartitionIx;
use crate::protocol::broker::TopicSettings;
use crate::scenario::TopicSpec;
use std::ops::Range;

/// A topic with its partitions by number.
#[derive(Clone, Debug)]
pub(super) struct SimTopic {
    /// As the scenario has it, knobs included.
    pub spec: TopicSpec,
    pub settings: TopicSettings,
    /// By number; not adjacent once partitions were added.
    pub partitions: Vec<PartitionIx>,
    pub internal: bool,
}

/// All topics in order of creation, which is by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Topics {
    list: Vec<SimTopic>,
    /// Topic and number of each partition.
    of: Vec<(u32, i32)>,
}

impl Topics {
    /// Adds a topic without partitions.
    pub(super) fn push(&mut self, topic: SimTopic) {
        self.list.push(topic);
    }

    /// Adds partitions with these indices to a topic.
    pub(super) fn add(&mut self, topic: u32, indices: Range<u32>) {
        for ix in indices {
            let number = self.list[topic as usize].partitions.len() as i32;
            self.list[topic as usize].partitions.push(PartitionIx(ix));
            self.of.push((topic, number));
        }
    }

    pub(super) fn list(&self) -> &[SimTopic] {
        &self.list
    }

    pub(super) fn get_mut(&mut self, topic: u32) -> &mut SimTopic {
        &mut self.list[topic as usize]
    }

    /// The topic of this name.
    pub(super) fn named(&self, name: &str) -> Option<(u32, &SimTopic)> {
        let at = self.list.iter().position(|topic| topic.spec.name == name)?;
        Some((at as u32, &self.list[at]))
    }

    /// A partition's topic and number.
    pub(super) fn of(&self, ix: PartitionIx) -> Option<(u32, i32)> {
        self.of.get(ix.at()).copied()
    }

    /// How many partitions there are.
    pub(super) fn partitions(&self) -> usize {
        self.of.len()
    }

    /// `orders-3`
    pub(super) fn partition_name(&self, ix: PartitionIx) -> String {
        match self.of(ix) {
            Some((topic, number)) => format!("{}-{number}", self.list[topic as usize].spec.name),
            None => format!("partition {}", ix.0),
        }
    }

    /// The partition called `orders-3`.
    pub(super) fn partition_named(&self, name: &str) -> Option<PartitionIx> {
        let (topic, number) = name.rsplit_once('-')?;
        self.named(topic)?.1.partitions.get(number.parse::<usize>().ok()?).copied()
    }
}
