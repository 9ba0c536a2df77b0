//! Whether anything is elected in a cluster, and which brokers are held to be dead.

use crate::model::{Broker, BrokerId, BrokerStatus, Cluster, Partitions, Quorum, Unknown};

/// Whether leaders are elected and ISRs changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuorumState<'a> {
    /// ZooKeeper does it.
    None,
    Works(&'a Quorum),
    /// Too few voters answer, or no controller is active.
    Lost(&'a Quorum),
    /// Nobody could be asked, and brokers do not answer either.
    Unreachable,
    /// It was not read.
    Unknown(&'a Unknown),
}

impl QuorumState<'_> {
    /// Whether it is certain enough that nothing is elected.
    pub fn is_lost(self) -> bool {
        matches!(self, QuorumState::Lost(_) | QuorumState::Unreachable)
    }
}

impl Cluster {
    /// What is known of the controllers.
    pub fn quorum_state(&self) -> QuorumState<'_> {
        match (self.quorum.get(), self.quorum.reason()) {
            (Some(quorum), _) if quorum.has_majority() && quorum.leader.is_some() => {
                QuorumState::Works(quorum)
            }
            (Some(quorum), _) => QuorumState::Lost(quorum),
            (None, Some(Unknown::Unsupported(_))) => QuorumState::None,
            (None, Some(Unknown::Unreachable(_))) if self.silent_brokers().next().is_some() => {
                QuorumState::Unreachable
            }
            (None, reason) => QuorumState::Unknown(reason.unwrap_or(&Unknown::NotAsked)),
        }
    }

    /// Brokers that were asked and did not answer.
    pub fn silent_brokers(&self) -> impl Iterator<Item = BrokerId> + '_ {
        let silent = |broker: &&Broker| {
            !broker.state.answers() || matches!(broker.config.reason(), Some(Unknown::Unreachable(_)))
        };
        self.brokers.iter().filter(silent).map(|broker| broker.id)
    }

    /// Without a quorum nobody fences a dead broker, and the others tell of it as they last saw it. Where the
    /// quorum cannot be reached, a broker that does not answer is down and leads nothing.
    pub fn with_silent_brokers_down(mut self) -> Cluster {
        if self.quorum_state() != QuorumState::Unreachable {
            return self;
        }
        let silent: Vec<BrokerId> = self.silent_brokers().collect();
        let down = |broker: &Broker| {
            // One that was seen not to answer says so already, and stays the evidence.
            let gone = silent.contains(&broker.id) && broker.state.answers();
            let state = if gone { BrokerStatus::Down } else { broker.state };
            Broker { state, ..broker.clone() }
        };
        self.brokers = self.brokers.iter().map(down).collect();
        self.partitions = led_by_none_of(&self.partitions, &silent);
        self
    }
}

/// The partitions with these leaders gone and none elected in their place; the ISR stays as it was.
pub fn led_by_none_of(partitions: &Partitions, gone: &[BrokerId]) -> Partitions {
    let leader = partitions.leader.iter().map(|id| if gone.contains(&BrokerId(*id)) { -1 } else { *id });
    Partitions { leader: leader.collect(), ..partitions.clone() }
}
