//! Where a cluster comes from: simulator, live, file or lab, as one stream of snapshots.
