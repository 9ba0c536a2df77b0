//! What is judged beside the cluster itself.

use crate::model::{Host, ZooKeeperServer};

/// What an operator gave beside a cluster and its clients' files.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Surroundings {
    /// Machines on which brokers run.
    pub hosts: Vec<Host>,
    /// Servers of ZooKeeper by their own files.
    pub zookeepers: Vec<ZooKeeperServer>,
}

/// Nothing was given.
pub(super) static NOTHING: Surroundings = Surroundings { hosts: Vec::new(), zookeepers: Vec::new() };
