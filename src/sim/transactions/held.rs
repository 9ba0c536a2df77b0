//! A write that waits for a coordinator.

use crate::protocol::messages::{Peer, ProduceRequest};

/// What a broker was asked to append, and by whom.
#[derive(Clone, Debug)]
pub(in crate::sim) struct HeldProduce {
    pub(in crate::sim) from: Peer,
    pub(in crate::sim) correlation: u64,
    pub(in crate::sim) request: ProduceRequest,
}
