//! Whether `min.insync.replicas` of a topic may be changed as its partitions stand.

use crate::rules::ClusterFacts;
use crate::rules::facts::TopicFacts;
use std::borrow::Cow;

/// What a new `min.insync.replicas` would do to a topic's partitions as they stand now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::rules) enum MinIsrChange {
    /// Nothing at once: it counts from the next failure on.
    Harmless,
    /// Partitions that have fewer replicas in sync would refuse acks=all at once.
    Refuses,
    /// Partitions have eligible leader replicas, which the controller forgets at any change of the minimum
    /// (`ClearElrRecord`): one without a leader then needs an unclean election.
    ClearsElr,
}

impl ClusterFacts<'_> {
    /// What it would do to set a topic's minimum to this.
    pub(in crate::rules) fn min_isr_change(&self, topic: &TopicFacts<'_>, to: i64) -> MinIsrChange {
        let partitions = || self.partitions(topic);
        if partitions().any(|partition| partition.elr_mask().is_some_and(|mask| mask != 0)) {
            MinIsrChange::ClearsElr
        } else if partitions().any(|partition| partition.isr_len() < self.effective_min_isr(to, partition)) {
            MinIsrChange::Refuses
        } else {
            MinIsrChange::Harmless
        }
    }
}

impl MinIsrChange {
    /// A fix that sets the minimum to this, after what has to come first.
    pub(in crate::rules) fn fix(self, to: i64) -> Cow<'static, str> {
        let command =
            format!("kafka-configs.sh --alter --topic {{name}} --add-config min.insync.replicas={to}");
        Cow::Owned(match self {
            MinIsrChange::Harmless => command,
            MinIsrChange::Refuses => format!(
                "First bring the missing replicas of {{name}} back into the ISR: with fewer than {to} in sync the change refuses acks=all writes at once. Then {command}"
            ),
            MinIsrChange::ClearsElr => format!(
                "First bring the missing replicas of {{name}} back into the ISR: the change clears its eligible leader replicas, and a partition without a leader would then need an unclean election. Then {command}"
            ),
        })
    }
}
