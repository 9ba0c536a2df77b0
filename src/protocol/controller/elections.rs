//! The events that move leaders and ISR members (`ReplicationControlManager`, kafka.md#elections).

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::controller::image::{Image, MetadataBatchBuilder};
use crate::protocol::controller::messages::{Cause, DirectoryId, MetadataRecord, Registration};
use crate::protocol::controller::partition_change::{Election, PartitionTarget};
use crate::protocol::controller::partitions::PartitionEntry;
use crate::protocol::wire::{BrokerEpoch, ErrorCode};

impl Image {
    /// A broker is fenced: out of every ISR first, then the registration record.
    pub fn fence(&mut self, broker: BrokerId, cause: Cause, batch: &mut MetadataBatchBuilder) {
        self.leave_isrs(broker, |_| true, cause, batch);
        self.write_broker(broker, Some(true), false, None, batch);
    }

    /// A broker is unfenced: the registration record first, then every leaderless partition is looked at.
    pub fn unfence(&mut self, broker: BrokerId, batch: &mut MetadataBatchBuilder) {
        self.write_broker(broker, Some(false), false, None, batch);
        let leaderless: Vec<_> = self.partitions.leaderless().iter().copied().collect();
        let cause = Cause::BrokerUnfenced { broker };
        for ix in leaderless {
            let target = self.as_is(ix);
            self.change(ix, target, None, cause, batch);
        }
    }

    /// A broker that leads something wants to stop: the registration record first, then it leaves every ISR.
    pub fn begin_controlled_shutdown(&mut self, broker: BrokerId, batch: &mut MetadataBatchBuilder) {
        self.write_broker(broker, None, true, None, batch);
        self.leave_isrs(broker, |_| true, Cause::ControlledShutdown { broker }, batch);
    }

    /// A new process of a broker: what the old one held is handled first, then the registration record.
    ///
    /// After an unclean stop the broker leaves the ELR too (KIP-966); without ELR it is as if fenced.
    pub fn register(&mut self, registration: Registration, clean: bool, batch: &mut MetadataBatchBuilder) {
        let broker = registration.broker;
        let epoch = batch.base_offset;
        let cause = Cause::BrokerRestarted { broker, clean };
        if self.profile.elr && !clean {
            self.leave_after_unclean_shutdown(broker, cause, batch);
        } else {
            self.leave_isrs(broker, |_| true, cause, batch);
        }
        let fenced = !self.profile.zookeeper;
        self.write(MetadataRecord::RegisterBroker { registration, epoch, fenced }, batch);
        if !fenced {
            self.unfence(broker, batch);
        }
    }

    /// Log directories failed: the broker leaves the ISRs of the partitions in them.
    pub fn directories_offline(
        &mut self,
        broker: BrokerId,
        offline: &[DirectoryId],
        batch: &mut MetadataBatchBuilder,
    ) {
        let Some(registered) = self.brokers.get(&broker) else { return };
        let failed = |directory: &DirectoryId| offline.contains(directory);
        let (lost, left): (Vec<_>, Vec<_>) = registered.directories.iter().copied().partition(failed);
        if lost.is_empty() {
            return;
        }
        let in_lost = |entry: &PartitionEntry| lost.contains(&entry.directory_of(broker));
        self.leave_isrs(broker, in_lost, Cause::DirectoryOffline { broker }, batch);
        self.write_broker(broker, None, false, Some(left), batch);
    }

    /// A broker tells where a replica lives; in a failed directory it leaves the ISR.
    pub fn assign_directory(
        &mut self,
        broker: BrokerId,
        ix: PartitionIx,
        directory: DirectoryId,
        batch: &mut MetadataBatchBuilder,
    ) -> ErrorCode {
        let Some(entry) = self.partitions.get(ix) else { return ErrorCode::UnknownTopicOrPartition };
        let Some(place) = entry.state.replicas.iter().position(|id| *id == broker) else {
            return ErrorCode::NotLeaderOrFollower;
        };
        if entry.directory_of(broker) == directory {
            return ErrorCode::None;
        }
        let cause = Cause::DirectoryAssigned { broker };
        let mut directories = entry.directories.clone();
        directories.resize(entry.state.replicas.len(), DirectoryId::UNASSIGNED);
        directories[place] = directory;
        let change = crate::protocol::wire::PartitionChange { partition: Some(ix), ..Default::default() };
        self.write(MetadataRecord::PartitionChange { change, directories: Some(directories), cause }, batch);
        if self.brokers.get(&broker).is_some_and(|registered| !registered.has_online(directory)) {
            let target = self.without(ix, broker);
            self.change(ix, target, Some(broker), cause, batch);
        }
        ErrorCode::None
    }

    /// `auto.leader.rebalance.enable`: the first replica leads again wherever it may.
    ///
    /// KRaft moves every imbalanced partition; ZooKeeper only those of brokers that lead too few.
    pub fn rebalance(&mut self, over_percent: u32, batch: &mut MetadataBatchBuilder) {
        let imbalanced: Vec<_> = self.partitions.imbalanced().iter().copied().collect();
        for ix in imbalanced {
            if !self.profile.zookeeper || self.misses_leaderships(ix, over_percent) {
                let target = self.target(ix, Election::Preferred);
                self.change(ix, target, None, Cause::PreferredLeaderCheck, batch);
            }
        }
    }

    fn misses_leaderships(&self, ix: PartitionIx, over_percent: u32) -> bool {
        let first = |entry: &PartitionEntry| entry.state.replicas.first().copied();
        let Some(preferred) = self.partitions.get(ix).and_then(first) else { return false };
        let own = self.partitions.on_broker(preferred).filter(|(_, entry)| first(entry) == Some(preferred));
        let led = |entry: &PartitionEntry| entry.state.leader == Some(preferred);
        let (all, missed) =
            own.fold((0, 0), |(all, missed), (_, entry)| (all + 1, missed + usize::from(!led(entry))));
        missed * 100 > all * over_percent as usize
    }

    /// The look at leaderless partitions whose topic allows unclean election (KAFKA-12670).
    pub fn elect_uncleanly(&mut self, cause: Cause, batch: &mut MetadataBatchBuilder) {
        let leaderless: Vec<_> = self.partitions.leaderless().iter().copied().collect();
        for ix in leaderless {
            if self.partitions.get(ix).is_some_and(|entry| self.unclean(entry.topic)) {
                let target = self.target(ix, Election::Unclean);
                self.change(ix, target, None, cause, batch);
            }
        }
    }

    /// `kafka-leader-election` for one partition.
    pub fn elect_on_request(
        &mut self,
        ix: PartitionIx,
        election: Election,
        batch: &mut MetadataBatchBuilder,
    ) -> ErrorCode {
        let Some(entry) = self.partitions.get(ix) else { return ErrorCode::UnknownTopicOrPartition };
        let leader = entry.state.leader;
        let needless = match election {
            Election::Preferred => leader.is_some() && leader == entry.state.replicas.first().copied(),
            Election::Online | Election::Unclean => leader.is_some(),
        };
        if needless {
            return ErrorCode::ElectionNotNeeded;
        }
        let target = self.target(ix, election);
        let changed = self.change(ix, target, None, Cause::ElectionRequested { election }, batch);
        match election {
            _ if changed => ErrorCode::None,
            Election::Preferred => ErrorCode::PreferredLeaderNotAvailable,
            Election::Online | Election::Unclean => ErrorCode::EligibleLeadersNotAvailable,
        }
    }

    /// Removes a broker from the ISRs of its partitions that match, electing others where it led.
    fn leave_isrs(
        &mut self,
        broker: BrokerId,
        matches: impl Fn(&PartitionEntry) -> bool,
        cause: Cause,
        batch: &mut MetadataBatchBuilder,
    ) {
        let concerned = self.on_broker(broker, |entry| entry.state.isr.contains(&broker) && matches(entry));
        for ix in concerned {
            let target = self.without(ix, broker);
            self.change(ix, target, Some(broker), cause, batch);
        }
    }

    /// First the partitions with the broker in the ISR, then those with it in the ELR, as Kafka does.
    fn leave_after_unclean_shutdown(
        &mut self,
        broker: BrokerId,
        cause: Cause,
        batch: &mut MetadataBatchBuilder,
    ) {
        let mut concerned = self.on_broker(broker, |entry| entry.state.isr.contains(&broker));
        concerned.extend(self.on_broker(broker, |entry| entry.state.elr.contains(&broker)));
        for ix in concerned {
            let target = PartitionTarget { unclean_shutdown: Some(broker), ..self.without(ix, broker) };
            self.change(ix, target, Some(broker), cause, batch);
        }
    }

    fn on_broker(&self, broker: BrokerId, matches: impl Fn(&PartitionEntry) -> bool) -> Vec<PartitionIx> {
        let on = self.partitions.on_broker(broker);
        on.filter(|(_, entry)| matches(entry)).map(|(ix, _)| ix).collect()
    }

    /// The ISR as it is, with the election that the topic's settings say.
    pub fn as_is(&self, ix: PartitionIx) -> PartitionTarget {
        let topic = self.partitions.get(ix).map(|entry| entry.topic);
        self.target(ix, topic.map_or(Election::Online, |topic| self.election(topic)))
    }

    fn target(&self, ix: PartitionIx, election: Election) -> PartitionTarget {
        let isr = self.partitions.get(ix).map(|entry| entry.state.isr.clone());
        PartitionTarget::isr(isr.unwrap_or_default(), election)
    }

    fn without(&self, ix: PartitionIx, broker: BrokerId) -> PartitionTarget {
        let mut target = self.as_is(ix);
        target.isr.retain(|id| *id != broker);
        target
    }

    fn write_broker(
        &mut self,
        broker: BrokerId,
        fenced: Option<bool>,
        in_controlled_shutdown: bool,
        directories: Option<Vec<DirectoryId>>,
        batch: &mut MetadataBatchBuilder,
    ) {
        let epoch: BrokerEpoch = self.brokers.get(&broker).map_or(-1, |registered| registered.epoch);
        self.write(
            MetadataRecord::BrokerRegistrationChange {
                broker,
                epoch,
                fenced,
                in_controlled_shutdown,
                directories,
            },
            batch,
        );
    }
}
