//! What replica lists ask of their brokers, found by id without a search: a large cluster asks a million times.

use crate::consequences::interning::Interner;
use crate::model::{BrokerId, Cluster, Datum};
use std::collections::BTreeMap;

/// A broker's rack, as a number that only equal racks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RackNumber {
    Known(u32),
    /// It has none.
    None,
    Unknown,
}

/// A broker, or a controller that votes and is no broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct BrokerRow {
    /// Its place among [`Cluster::brokers`], if it is one of them.
    pub place: Option<u32>,
    pub up: bool,
    pub rack: RackNumber,
    /// Whether it votes for controllers.
    pub votes: bool,
}

const NOT_LISTED: BrokerRow = BrokerRow { place: None, up: false, rack: RackNumber::Unknown, votes: false };

/// Tables with more empty rows than this for each broker are searched instead.
const MOST_ROWS_PER_BROKER: usize = 64;

/// The brokers of a cluster by their ids.
pub(super) enum BrokerTable {
    /// A row for each id from 0 on.
    ById(Vec<BrokerRow>),
    /// Ids are far apart.
    Sparse(BTreeMap<BrokerId, BrokerRow>),
}

impl BrokerTable {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let rows = rows_of(cluster);
        let most = rows.keys().map(|id| usize::try_from(id.0).unwrap_or(usize::MAX)).max().unwrap_or(0);
        if most > rows.len() * MOST_ROWS_PER_BROKER {
            return BrokerTable::Sparse(rows);
        }
        let mut by_id = vec![NOT_LISTED; most + 1];
        rows.into_iter().for_each(|(id, row)| by_id[id.0 as usize] = row);
        BrokerTable::ById(by_id)
    }

    /// The row of a broker; one that is not listed is down, and its rack is not known.
    pub(super) fn row(&self, id: BrokerId) -> BrokerRow {
        let row = match self {
            BrokerTable::ById(rows) => usize::try_from(id.0).ok().and_then(|at| rows.get(at)),
            BrokerTable::Sparse(rows) => rows.get(&id),
        };
        row.copied().unwrap_or(NOT_LISTED)
    }
}

fn rows_of(cluster: &Cluster) -> BTreeMap<BrokerId, BrokerRow> {
    let mut racks: Interner<&str> = Interner::default();
    let mut rows = BTreeMap::new();
    for (place, broker) in cluster.brokers.iter().enumerate() {
        let rack = match &broker.rack {
            Datum::Unknown { .. } => RackNumber::Unknown,
            Datum::Known { value: None, .. } => RackNumber::None,
            Datum::Known { value: Some(rack), .. } => RackNumber::Known(racks.intern(rack)),
        };
        let up = broker.state.is_up();
        rows.insert(broker.id, BrokerRow { place: Some(place as u32), up, rack, votes: false });
    }
    for voter in cluster.quorum.get().iter().flat_map(|quorum| &quorum.voters) {
        rows.entry(*voter).or_insert(NOT_LISTED).votes = true;
    }
    rows
}
