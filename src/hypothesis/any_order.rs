//! Changes that are meant together: the order in which they are written does not matter.

use crate::hypothesis::{HypothesisError, apply};
use crate::knobs::{Change, Place, Shape, env};
use crate::model::Cluster;

/// The cluster as it would be after all of these changes. Of two that say different things of one knob, the one
/// that names its subject decides, then the later one.
///
/// # Errors
/// The first change that cannot be, whatever comes before it.
pub fn apply_together(cluster: &Cluster, changes: &[Change]) -> Result<Cluster, HypothesisError> {
    let mut pending: Vec<usize> = (0..changes.len()).collect();
    pending.sort_by_key(|at| rank(&changes[*at]));
    let mut now = cluster.clone();
    while !pending.is_empty() {
        // Five replicas need five brokers first, and one broker needs one replica first.
        let (left, error) = one_round(&mut now, changes, &pending);
        match error {
            Some(error) if left.len() == pending.len() => return Err(error),
            _ => pending = left,
        }
    }
    Ok(now)
}

/// Applies what can be; what is left, and why the first of it cannot be.
fn one_round(
    cluster: &mut Cluster,
    changes: &[Change],
    pending: &[usize],
) -> (Vec<usize>, Option<HypothesisError>) {
    let (mut left, mut first) = (Vec::new(), None);
    for at in pending {
        match apply(cluster, std::slice::from_ref(&changes[*at])) {
            Ok(now) => *cluster = now,
            Err(error) => {
                left.push(*at);
                first.get_or_insert(HypothesisError { at: *at, ..error });
            }
        }
    }
    (left, first)
}

/// What others depend on comes first: a version brings its defaults, a preset its rates.
fn rank(change: &Change) -> (u8, bool) {
    let of_knob = match change.knob.place {
        Place::Shape(Shape::Version) => 0,
        Place::Shape(Shape::Brokers) => 2,
        Place::Shape(Shape::Racks) => 3,
        Place::Shape(Shape::ReplicationFactor) => 4,
        Place::Shape(Shape::Partitions) => 5,
        Place::Shape(Shape::EligibleLeaderReplicas) => 6,
        Place::Assumed { .. } if std::ptr::eq(change.knob, &env::PRESET) => 1,
        Place::Assumed { .. } | Place::Config => 7,
    };
    (of_knob, change.subject.is_some())
}

#[cfg(test)]
mod tests {
    use super::apply_together;
    use crate::hypothesis::reference;
    use crate::knobs::Change;
    use crate::model::{Cluster, KafkaVersion};

    fn after(changes: &[&str]) -> Result<Cluster, String> {
        let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
        apply_together(&reference(KafkaVersion::REFERENCE), &changes).map_err(|error| error.to_string())
    }

    #[test]
    fn the_order_of_changes_does_not_matter() {
        for changes in [
            ["brokers=5", "replication.factor=5", "racks=5"],
            ["brokers=1", "replication.factor=1", "racks=1"],
            ["brokers=6", "racks=2", "partitions=5"],
            ["kafka.version=3.9.0", "eligible.leader.replicas.version=0", "acks=1"],
            ["preset=bare-metal-1dc", "env:disk_losses_per_year=0.5", "partitions=24"],
            ["topic:min.insync.replicas=1", "topic/orders:min.insync.replicas=2", "partitions=1"],
        ] {
            let [a, b, c] = changes;
            let first = after(&[a, b, c]).unwrap_or_else(|why| panic!("{changes:?}: {why}"));
            for other in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
                assert_eq!(after(&other).as_ref(), Ok(&first), "{other:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_in_any_order_is_refused() {
        assert!(after(&["replication.factor=5", "brokers=4"]).unwrap_err().contains("needs 5 brokers"));
    }
}
