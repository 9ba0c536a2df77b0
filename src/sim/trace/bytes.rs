//! The canonical bytes of events, for the trace hash: a tag, then every field in its declared order.
//!
//! Numbers are little-endian 64-bit, lists have their length first, `None` is -1 where it stands for an id.

use crate::model::BrokerId;
use crate::protocol::broker::{BrokerEvent, TruncationCause};
use crate::protocol::controller::Cause;
use crate::protocol::wire::{PartitionState, RecordRange};
use crate::sim::hash::Fnv;
use crate::sim::trace::{TraceEvent, What};

impl TraceEvent {
    /// Adds the event to a hash.
    pub(super) fn put(&self, hash: &mut Fnv) {
        hash.u64(self.seq).u64(self.at).i64(self.cause.map_or(-1, |seq| seq as i64));
        what(&self.what, hash);
    }
}

fn ids(list: &[BrokerId], hash: &mut Fnv) {
    hash.u64(list.len() as u64);
    list.iter().for_each(|id| {
        hash.i64(i64::from(id.0));
    });
}

fn state(state: &PartitionState, hash: &mut Fnv) {
    for list in
        [&state.replicas, &state.isr, &state.elr, &state.last_known_elr, &state.adding, &state.removing]
    {
        ids(list, hash);
    }
    hash.i64(state.leader.map_or(-1, |id| i64::from(id.0)));
    hash.i64(i64::from(state.leader_epoch)).i64(i64::from(state.partition_epoch)).u64(state.recovery as u64);
}

fn records(range: RecordRange, hash: &mut Fnv) {
    hash.u64(u64::from(range.producer)).u64(range.first).u64(u64::from(range.count));
}

fn what(what: &What, hash: &mut Fnv) {
    match what {
        What::Acted(act) => hash.u64(1).text(&act.to_string()),
        What::ActRefused(act, refusal) => hash.u64(2).text(&act.to_string()).text(refusal.word()),
        What::Process { broker, state } => hash.u64(3).i64(i64::from(broker.0)).u64(*state as u64),
        What::Broker { broker, event } => {
            hash.u64(4).i64(i64::from(broker.0));
            broker_event(event, hash);
            hash
        }
        What::Registered { broker, epoch } => hash.u64(5).i64(i64::from(broker.0)).i64(*epoch),
        What::Registration { broker, fenced, in_controlled_shutdown } => hash
            .u64(6)
            .i64(i64::from(broker.0))
            .i64(fenced.map_or(-1, i64::from))
            .u64(u64::from(*in_controlled_shutdown)),
        What::Partition { partition, before: _, after, cause } => {
            hash.u64(7).u64(u64::from(partition.0));
            state(after, hash);
            controller_cause(cause, hash);
            hash
        }
        What::ActiveController { node, epoch } => {
            hash.u64(8).i64(node.map_or(-1, i64::from)).u64(u64::from(*epoch))
        }
        What::AckedLost { partition, records } => hash.u64(11).u64(u64::from(partition.0)).u64(*records),
        clients => {
            client_event(clients, hash);
            hash
        }
    };
}

fn client_event(what: &What, hash: &mut Fnv) {
    match what {
        What::ProduceFailed { producer, partition, records: range, error, indefinite } => {
            hash.u64(9).u64(u64::from(*producer)).u64(u64::from(partition.0));
            records(*range, hash);
            hash.i64(*error as i64).u64(u64::from(*indefinite))
        }
        What::SendRejected { producer, records, error } => {
            hash.u64(10).u64(u64::from(*producer)).u64(u64::from(*records)).u64(*error as u64)
        }
        What::Rebalancing(group) => hash.u64(12).u64(u64::from(*group)),
        What::Rebalanced { group, generation, members } => {
            hash.u64(13).u64(u64::from(*group)).i64(i64::from(*generation)).u64(u64::from(*members))
        }
        What::MemberExpired(group) => hash.u64(14).u64(u64::from(*group)),
        What::PositionMoved { group, partition, from, to } => {
            hash.u64(15).u64(u64::from(*group)).u64(u64::from(partition.0)).i64(from.unwrap_or(-1)).i64(*to)
        }
        What::CommitFailed { group, error } => hash.u64(16).u64(u64::from(*group)).i64(*error as i64),
        What::PollTimedOut(group) => hash.u64(17).u64(u64::from(*group)),
        What::ConsumerFailed { group, partition, error } => {
            hash.u64(18).u64(u64::from(*group)).u64(u64::from(partition.0)).u64(*error as u64)
        }
        _ => hash,
    };
}

fn controller_cause(cause: &Cause, hash: &mut Fnv) {
    let (tag, broker) = match cause {
        Cause::BrokerFenced { broker, last_heartbeat, now } => {
            hash.u64(*last_heartbeat).u64(*now);
            (1, Some(*broker))
        }
        Cause::BrokerLeft { broker } => (2, Some(*broker)),
        Cause::BrokerUnfenced { broker } => (3, Some(*broker)),
        Cause::ControlledShutdown { broker } => (4, Some(*broker)),
        Cause::BrokerRestarted { broker, clean } => (5 + 100 * u64::from(*clean), Some(*broker)),
        Cause::DirectoryOffline { broker } => (6, Some(*broker)),
        Cause::DirectoryAssigned { broker } => (7, Some(*broker)),
        Cause::AlterPartition { leader } => (8, Some(*leader)),
        Cause::PreferredLeaderCheck => (9, None),
        Cause::UncleanElectionCheck => (10, None),
        Cause::ElectionRequested { election } => (11 + 100 * (*election as u64), None),
        Cause::ReassignmentRequested => (12, None),
        Cause::UncleanEnabled => (13, None),
    };
    hash.u64(tag).i64(broker.map_or(-1, |id| i64::from(id.0)));
}

fn broker_event(event: &BrokerEvent, hash: &mut Fnv) {
    match event {
        BrokerEvent::Appended { partition, base_offset, end_offset, as_leader } => hash
            .u64(1)
            .u64(u64::from(partition.0))
            .i64(*base_offset)
            .i64(*end_offset)
            .u64(u64::from(*as_leader)),
        BrokerEvent::HighWatermark { partition, from, to, .. } => {
            hash.u64(2).u64(u64::from(partition.0)).i64(*from).i64(*to)
        }
        BrokerEvent::Flushed { partition, to, cause } => {
            hash.u64(3).u64(u64::from(partition.0)).i64(*to).u64(*cause as u64)
        }
        BrokerEvent::HighWatermarkFrozen { partition, isr, min_isr } => {
            hash.u64(4).u64(u64::from(partition.0));
            ids(isr, hash);
            hash.u64(u64::from(*min_isr))
        }
        BrokerEvent::IsrShrinkProposed { partition, out, log_end } => {
            hash.u64(5).u64(u64::from(partition.0)).u64(out.len() as u64);
            for laggard in out {
                hash.i64(i64::from(laggard.follower.0))
                    .i64(laggard.log_end)
                    .u64(laggard.last_caught_up.unwrap_or(u64::MAX));
            }
            hash.i64(*log_end)
        }
        BrokerEvent::IsrExpandProposed { partition, follower, log_end, high_watermark } => hash
            .u64(6)
            .u64(u64::from(partition.0))
            .i64(i64::from(follower.0))
            .i64(*log_end)
            .i64(*high_watermark),
        BrokerEvent::IsrConfirmed { partition, isr } => {
            hash.u64(7).u64(u64::from(partition.0));
            ids(isr, hash);
            hash
        }
        BrokerEvent::IsrRefused { partition, error } => {
            hash.u64(8).u64(u64::from(partition.0)).i64(*error as i64)
        }
        role => {
            role_event(role, hash);
            hash
        }
    };
}

fn role_event(event: &BrokerEvent, hash: &mut Fnv) {
    match event {
        BrokerEvent::BecameLeader { partition, leader_epoch, epoch_start, high_watermark } => hash
            .u64(9)
            .u64(u64::from(partition.0))
            .i64(i64::from(*leader_epoch))
            .i64(*epoch_start)
            .i64(*high_watermark),
        BrokerEvent::BecameFollower { partition, leader_epoch, leader } => hash
            .u64(10)
            .u64(u64::from(partition.0))
            .i64(i64::from(*leader_epoch))
            .i64(leader.map_or(-1, |id| i64::from(id.0))),
        BrokerEvent::Truncated { partition, from, to, high_watermark, cause } => {
            hash.u64(11).u64(u64::from(partition.0)).i64(*from).i64(*to).i64(*high_watermark);
            match cause {
                TruncationCause::Diverging(end) => hash.u64(1).i64(i64::from(end.epoch)).i64(end.end_offset),
                TruncationCause::HighWatermark => hash.u64(2),
                TruncationCause::LeaderEnd(offset) => hash.u64(3).i64(*offset),
                TruncationCause::LeaderStart(offset) => hash.u64(4).i64(*offset),
            }
        }
        BrokerEvent::LogLost { partition, from, to, cause: fault } => {
            hash.u64(12).u64(u64::from(partition.0)).i64(*from).i64(*to).u64(*fault as u64)
        }
        BrokerEvent::WriteFailed { partition, error, isr, min_isr } => hash
            .u64(13)
            .u64(u64::from(partition.0))
            .i64(*error as i64)
            .u64(u64::from(*isr))
            .u64(u64::from(*min_isr)),
        BrokerEvent::Duplicate { partition, base_offset } => {
            hash.u64(14).u64(u64::from(partition.0)).i64(*base_offset)
        }
        BrokerEvent::FetchRefused { partition, leader, error } => {
            hash.u64(15).u64(u64::from(partition.0)).i64(i64::from(leader.0)).i64(*error as i64)
        }
        BrokerEvent::StateChanged { from, to } => hash.u64(16).u64(*from as u64).u64(*to as u64),
        _ => hash,
    };
}
