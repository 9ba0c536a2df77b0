//! What the protocol can never show: client settings, load, distances and the rates at which things fail.

use crate::model::{KafkaVersion, Origin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A producer's or consumer's configuration: only what was set; the rest is its version's default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientProfile {
    /// A name to show: the file, the simulated client, or `defaults`.
    pub name: String,
    /// The client library's version, whose defaults fill what is not set.
    pub version: KafkaVersion,
    /// Where the settings come from.
    pub origin: Origin,
    /// Explicit settings by Kafka's key.
    pub settings: BTreeMap<String, String>,
}

impl ClientProfile {
    /// A client that sets nothing.
    pub fn defaults(version: KafkaVersion) -> Self {
        ClientProfile { name: "defaults".into(), version, origin: Origin::Assumed, settings: BTreeMap::new() }
    }
}

/// What is produced to the topic under study.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Load {
    /// Records a second, all producers together.
    pub records_per_s: f64,
    /// Bytes of one record: key, value and headers.
    pub record_bytes: u32,
    /// Producers that share the rate.
    pub producers: u32,
    /// Whether records have keys, spread evenly (else the sticky partitioner decides).
    pub keyed: bool,
}

impl Default for Load {
    fn default() -> Self {
        Load { records_per_s: 1000.0, record_bytes: 1000, producers: 1, keyed: true }
    }
}

/// Round trips, in milliseconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Net {
    /// Between two machines of one rack.
    pub same_rack_rtt_ms: f64,
    /// Between two racks.
    pub rack_rtt_ms: f64,
    /// Between a client and a broker.
    pub client_rtt_ms: f64,
}

impl Default for Net {
    fn default() -> Self {
        Net { same_rack_rtt_ms: 0.2, rack_rtt_ms: 1.0, client_rtt_ms: 1.0 }
    }
}

/// Rates at which machines, racks and sites fail, and how long they stay down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Environment {
    /// The preset's name.
    pub name: String,
    /// Unplanned outages of a broker a year, data intact.
    pub outages_per_year: f64,
    /// How long one lasts.
    pub outage_minutes: f64,
    /// Planned restarts of a broker a year.
    pub restarts_per_year: f64,
    /// How long one lasts, log loading and catching up included.
    pub restart_minutes: f64,
    /// Permanent losses of a replica's disk per broker and year.
    pub disk_losses_per_year: f64,
    /// Until a lost replica is rebuilt.
    pub rebuild_hours: f64,
    /// Share of unplanned outages that lose the page cache (power, kernel).
    pub page_cache_loss_share: f64,
    /// Outages of a rack a year.
    pub rack_outages_per_year: f64,
    /// Share of rack and site outages that are of the power kind.
    pub power_share: f64,
    /// Outages of the whole site a year.
    pub site_outages_per_year: f64,
    /// From registration to being in sync again.
    pub catch_up_minutes: f64,
}

impl Environment {
    /// One data centre on bare metal (sources of each rate: the calibration table of the fidelity page).
    pub fn bare_metal() -> Self {
        Environment {
            name: "bare-metal-1dc".into(),
            outages_per_year: 2.8,
            outage_minutes: 30.0,
            restarts_per_year: 12.0,
            restart_minutes: 10.0,
            disk_losses_per_year: 0.10,
            rebuild_hours: 24.0,
            page_cache_loss_share: 0.5,
            rack_outages_per_year: 0.098,
            power_share: 0.3,
            site_outages_per_year: 0.1,
            catch_up_minutes: 5.0,
        }
    }

    /// Three availability zones with network disks.
    pub fn cloud_network_disk() -> Self {
        Environment {
            name: "cloud-3az-ebs".into(),
            disk_losses_per_year: 0.002,
            ..Environment::cloud_local_disk()
        }
    }

    /// Three availability zones with local NVMe.
    pub fn cloud_local_disk() -> Self {
        Environment {
            name: "cloud-3az-nvme".into(),
            outage_minutes: 15.0,
            restart_minutes: 5.0,
            disk_losses_per_year: 0.05,
            rebuild_hours: 4.0,
            rack_outages_per_year: 0.1,
            site_outages_per_year: 0.001,
            ..Environment::bare_metal()
        }
    }
}

/// Everything that klever has to assume about a cluster it looks at, or knows because it simulates it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assumptions {
    /// Producers; the first one is the one the levers change.
    pub producers: Vec<ClientProfile>,
    /// Consumers; likewise.
    pub consumers: Vec<ClientProfile>,
    /// What is produced.
    pub load: Load,
    /// Distances.
    pub net: Net,
    /// Failure rates.
    pub env: Environment,
}

impl Assumptions {
    /// Clients with the defaults of a version under a modest load in three zones.
    pub fn defaults(version: KafkaVersion) -> Self {
        Assumptions {
            producers: vec![ClientProfile::defaults(version)],
            consumers: vec![ClientProfile::defaults(version)],
            load: Load::default(),
            net: Net::default(),
            env: Environment::cloud_local_disk(),
        }
    }
}
