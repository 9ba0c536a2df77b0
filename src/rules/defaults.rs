//! Chapter 7: what a cluster keeps because nobody decided.

pub(super) mod auto_leader_rebalance_off;
pub(super) mod controlled_shutdown_off;
pub(super) mod leader_imbalance;
