//! The machines of the simulator as the figures take them, so that both speak of the same.

use klever::consequences::{Assessment, Subject, assess};
use klever::hypothesis::apply;
use klever::knobs::Change;
use klever::model::Cluster;
use klever::scenario::DiskSpec;

/// What the figures say of a simulated cluster: with what its scenario says of disks, and without the bounds and stalls
/// that the simulator does not have.
pub(crate) fn told_of_simulated_machines(cluster: &Cluster, disk: &DiskSpec) -> Assessment {
    let machines = [
        format!("env:append_ms={}", disk.append_ms),
        format!("env:local_ms={}", disk.append_ms),
        format!("env:follower_append_ms={}", disk.append_ms),
        format!("env:flush_ms={}", disk.fsync_ms),
        "env:fetch_partition_us=0".into(),
        "env:stall_share=0".into(),
        "env:broker_cores=10000".into(),
        "env:network_mb_per_s=1000000".into(),
        "env:disk_mb_per_s=1000000".into(),
    ];
    let changes: Vec<Change> = machines.iter().map(|text| Change::parse(text).unwrap()).collect();
    assess(&apply(cluster, &changes).unwrap(), Subject::Cluster)
}
