//! Where replicas go: striped over racks, as KRaft's `StripedReplicaPlacer` does, without its random start.

use crate::model::BrokerId;

/// A broker and its rack, if it has one.
pub type Site = (BrokerId, Option<String>);

/// `a`, `b`, ... `z`, `rack-26`...
pub fn rack_name(at: usize) -> String {
    match u8::try_from(at) {
        Ok(at) if at < 26 => char::from(b'a' + at).to_string(),
        _ => format!("rack-{at}"),
    }
}

/// Replica lists of `partitions` partitions with `replication_factor` replicas each, the preferred
/// leader first.
///
/// Racks take turns, and so do the brokers within a rack: leaders spread over racks and brokers, and no
/// rack gets a second replica before every rack has one. Brokers without a rack count as one rack
/// (`StripedReplicaPlacer`, KIP-631). `start` shifts the first leader. More replicas than brokers give
/// as many as there are brokers.
pub fn place(
    sites: &[Site],
    partitions: usize,
    replication_factor: usize,
    start: usize,
) -> Vec<Vec<BrokerId>> {
    let mut racks: Vec<(Option<&str>, Vec<BrokerId>)> = Vec::new();
    for (broker, rack) in sites {
        match racks.iter_mut().find(|(name, _)| *name == rack.as_deref()) {
            Some((_, members)) => members.push(*broker),
            None => racks.push((rack.as_deref(), vec![*broker])),
        }
    }
    racks.sort();
    let width = replication_factor.min(sites.len());
    (0..partitions).map(|number| stripe(&racks, start + number, width)).collect()
}

/// One partition's replicas: rack by rack from a moving start, each rack's brokers in a moving order.
fn stripe(racks: &[(Option<&str>, Vec<BrokerId>)], number: usize, width: usize) -> Vec<BrokerId> {
    let mut replicas = Vec::with_capacity(width);
    let mut lap = 0;
    while replicas.len() < width {
        for turn in 0..racks.len() {
            let (_, members) = &racks[(number + turn) % racks.len()];
            if lap < members.len() && replicas.len() < width {
                replicas.push(members[(number / racks.len() + lap) % members.len()]);
            }
        }
        lap += 1;
    }
    replicas
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(racks: &[&str]) -> Vec<Site> {
        racks.iter().zip(1..).map(|(rack, id)| (BrokerId(id), Some(rack.to_string()))).collect()
    }

    #[test]
    fn every_rack_has_one_replica_before_any_has_two() {
        for replicas in place(&sites(&["a", "a", "b", "b", "c", "c"]), 12, 3, 0) {
            let racks: Vec<i32> = replicas.iter().map(|id| (id.0 + 1) / 2).collect();
            let mut distinct = racks.clone();
            distinct.sort_unstable();
            assert_eq!(distinct, [1, 2, 3], "{replicas:?}");
        }
    }

    #[test]
    fn leaders_spread_over_all_brokers() {
        let placed = place(&sites(&["a", "a", "b", "b", "c", "c"]), 12, 3, 0);
        let mut leaders: Vec<i32> = placed.iter().map(|replicas| replicas[0].0).collect();
        leaders.sort_unstable();
        assert_eq!(leaders, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    }

    #[test]
    fn no_broker_holds_two_replicas_of_a_partition() {
        for replicas in place(&sites(&["a", "a", "a", "b"]), 7, 9, 3) {
            let mut distinct = replicas.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), 4);
        }
    }
}
