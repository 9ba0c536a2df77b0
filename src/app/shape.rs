//! Whether anything that assessments read has changed between two states of a cluster: offsets move all the time.

use crate::model::{Broker, Cluster, Datum, Group, Partitions, Topic};
use std::sync::Arc;

/// Whether two states differ in nothing but offsets, lag, epochs and the age of what is known. What depends on
/// those (retention against lag, how long a broker is gone) moves slowly, and may be assessed now and then.
pub(super) fn same_shape(a: &Arc<Cluster>, b: &Arc<Cluster>) -> bool {
    Arc::ptr_eq(a, b)
        || (same_partitions(&a.partitions, &b.partitions)
            && all(&a.brokers, &b.brokers, same_broker)
            && all(&a.topics, &b.topics, same_topic)
            && same(&a.id, &b.id)
            && same(&a.version, &b.version)
            && same(&a.features.elr, &b.features.elr)
            && same(&a.features.metadata_level, &b.features.metadata_level)
            && same(&a.quorum, &b.quorum)
            && same_by(&a.groups, &b.groups, |a, b| all(a, b, same_group))
            && same_arc(&a.assumed, &b.assumed))
}

/// Columns are shared between states as long as they do not change.
fn same_partitions(a: &Partitions, b: &Partitions) -> bool {
    same_arc(&a.isr, &b.isr)
        && same_arc(&a.leader, &b.leader)
        && same_arc(&a.replicas, &b.replicas)
        && a.sets == b.sets
        && same_arc(&a.topic, &b.topic)
        && same_arc(&a.number, &b.number)
        && same_by(&a.elr, &b.elr, same_arc)
        && same(&a.complete, &b.complete)
        && same(&a.reassignments, &b.reassignments)
}

fn same_broker(a: &Broker, b: &Broker) -> bool {
    a.id == b.id
        && a.state == b.state
        && same(&a.rack, &b.rack)
        && same_by(&a.config, &b.config, same_arc)
        && (&a.host, a.port) == (&b.host, b.port)
}

fn same_topic(a: &Topic, b: &Topic) -> bool {
    (&a.name, a.internal, a.first, a.count) == (&b.name, b.internal, b.first, b.count)
        && same_by(&a.config, &b.config, same_arc)
}

fn same_group(a: &Group, b: &Group) -> bool {
    (&a.id, a.state, &a.protocol) == (&b.id, b.state, &b.protocol)
        && a.coordinator == b.coordinator
        && same(&a.member_count, &b.member_count)
        && same_by(&a.members, &b.members, same_arc)
        && a.offsets.reason() == b.offsets.reason()
}

fn all<T>(a: &Arc<[T]>, b: &Arc<[T]>, same: impl Fn(&T, &T) -> bool) -> bool {
    Arc::ptr_eq(a, b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)))
}

fn same_arc<T: PartialEq + ?Sized>(a: &Arc<T>, b: &Arc<T>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

/// The same value or the same reason; when it was read does not matter.
fn same<T: PartialEq>(a: &Datum<T>, b: &Datum<T>) -> bool {
    same_by(a, b, |a, b| a == b)
}

fn same_by<T>(a: &Datum<T>, b: &Datum<T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (Datum::Known { value: a, .. }, Datum::Known { value: b, .. }) => same(a, b),
        (Datum::Unknown { reason: a }, Datum::Unknown { reason: b }) => a == b,
        _ => false,
    }
}
