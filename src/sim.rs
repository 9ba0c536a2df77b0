//! The protocol under virtual time: an event queue, a network, disks, faults and workloads.

pub mod chance;
pub mod due;
pub mod hash;
pub mod histogram;
pub mod intervals;
pub mod ledger;
pub mod meter;
pub mod network;
pub mod queue;
pub mod trace;
