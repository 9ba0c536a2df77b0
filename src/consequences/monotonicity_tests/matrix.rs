//! Which way each knob moves each figure.

/// Up, down or where it was, as the knob goes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    NotBetter,
    NotWorse,
    Same,
}
use Sign::{NotBetter, NotWorse, Same};

/// A knob's values in ascending order and what happens to figures on the way.
pub(super) struct Row {
    pub(super) steps: &'static [&'static str],
    pub(super) signs: &'static [(&'static str, Sign)],
}

pub(super) const MATRIX: &[Row] = &[
    Row {
        steps: &["producer:acks=0", "producer:acks=1", "producer:acks=all"],
        signs: &[
            ("durability.loss_per_year", NotWorse),
            ("durability.crash", NotWorse),
            ("latency.ack", NotBetter),
            ("throughput.max", NotBetter),
            ("failover.stalls_per_year", NotBetter),
            ("reads.unavailable", Same),
            ("capacity.plan", NotBetter),
        ],
    },
    Row {
        steps: &["topic:min.insync.replicas=1", "topic:min.insync.replicas=2", "topic:min.insync.replicas=3"],
        signs: &[
            ("durability.disk_loss", NotWorse),
            ("latency.ack", Same),
            ("throughput.max", Same),
            ("writes.crash", NotBetter),
        ],
    },
    Row {
        steps: &[
            "producer:acks=all;topic:min.insync.replicas=1",
            "producer:acks=all;topic:min.insync.replicas=2",
            "producer:acks=all;topic:min.insync.replicas=3",
        ],
        signs: &[("writes.unavailable", NotBetter)],
    },
    Row {
        // With unclean election, or acks=1, a further replica is also one that may lead without the last records.
        steps: &[
            "producer:acks=all;topic:replication.factor=1;topic:unclean.leader.election.enable=false",
            "producer:acks=all;topic:replication.factor=2;topic:unclean.leader.election.enable=false",
            "producer:acks=all;topic:replication.factor=3;topic:unclean.leader.election.enable=false",
        ],
        signs: &[
            (INDEPENDENT, NotWorse),
            ("latency.ack", NotBetter),
            ("throughput.max", NotBetter),
            ("reads.crash", NotWorse),
            ("reads.unavailable", NotWorse),
            ("cost.storage", NotBetter),
        ],
    },
    Row {
        steps: &["producer:linger.ms=0", "producer:linger.ms=5", "producer:linger.ms=50"],
        signs: &[
            ("durability.loss_per_year", Same),
            ("throughput.max", NotWorse),
            ("writes.unavailable", Same),
        ],
    },
    Row {
        steps: &["topic:flush.messages=1000", "topic:flush.messages=1"],
        signs: &[
            ("durability.loss_per_year", NotWorse),
            ("durability.power_loss", NotWorse),
            ("latency.ack", NotBetter),
            ("throughput.max", NotBetter),
        ],
    },
    Row {
        steps: &["topic:unclean.leader.election.enable=false", "topic:unclean.leader.election.enable=true"],
        signs: &[
            ("durability.loss_per_year", NotBetter),
            ("durability.crash", NotBetter),
            ("latency.ack", Same),
            ("throughput.max", Same),
            ("reads.unavailable", NotWorse),
        ],
    },
    Row {
        steps: &["broker:broker.session.timeout.ms=18000", "broker:broker.session.timeout.ms=9000"],
        signs: &[
            ("durability.loss_per_year", Same),
            ("latency.ack", Same),
            ("failover.crash", NotWorse),
            ("failover.stalls_per_year", NotWorse),
        ],
    },
    Row {
        steps: &["producer:compression.type=none", "producer:compression.type=lz4"],
        signs: &[("durability.loss_per_year", Same), ("writes.unavailable", Same)],
    },
    Row {
        steps: &["topic:partitions=12", "topic:partitions=48", "topic:partitions=480"],
        signs: &[
            ("copysets.share_per_year", Same),
            ("consumers.capacity", NotWorse),
            ("writes.unavailable", Same),
            ("recovery.ordered_stop", NotBetter),
            ("recovery.first_writes", NotBetter),
            ("resources.memory_maps", NotBetter),
            ("resources.open_files", NotBetter),
            ("resources.producer_memory", NotBetter),
        ],
    },
    Row {
        steps: &["load:producers=1", "load:producers=3", "load:producers=20"],
        signs: &[
            ("throughput.max", NotWorse),
            ("capacity.partition", Same),
            ("durability.loss_per_year", Same),
            ("writes.unavailable", Same),
        ],
    },
    Row {
        steps: &["topic:flush.messages=1;env:flush_ms=0.1", "topic:flush.messages=1;env:flush_ms=10"],
        signs: &[
            ("throughput.max", NotBetter),
            ("capacity.partition", NotBetter),
            ("latency.ack", NotBetter),
        ],
    },
    Row {
        steps: &["load:keys=none", "load:keys=uniform"],
        // Whoever chooses the partitions, batches are full before anything else is.
        signs: &[("throughput.max", Same), ("capacity.plan", Same), ("capacity.largest_partition", Same)],
    },
    Row {
        steps: &[
            "load:keys=celebrity;load:celebrity_share=0.1",
            "load:keys=celebrity;load:celebrity_share=0.5",
            "load:keys=celebrity;load:celebrity_share=1",
        ],
        signs: &[("capacity.largest_partition", NotBetter)],
    },
    Row {
        steps: &["load:keys=zipf;load:zipf_exponent=0", "load:keys=zipf;load:zipf_exponent=2"],
        signs: &[("capacity.largest_partition", NotBetter)],
    },
    Row {
        steps: &["env:broker_cores=2", "env:broker_cores=8", "env:broker_cores=64"],
        signs: &[
            ("throughput.max", NotWorse),
            ("capacity.plan", NotWorse),
            ("capacity.without_a_rack", NotWorse),
        ],
    },
    Row {
        steps: &["env:network_mb_per_s=125", "env:network_mb_per_s=1250"],
        signs: &[("throughput.max", NotWorse), ("capacity.plan", NotWorse), ("capacity.partition", NotWorse)],
    },
    Row {
        steps: &["env:disk_mb_per_s=100", "env:disk_mb_per_s=1000"],
        signs: &[("throughput.max", NotWorse), ("capacity.plan", NotWorse)],
    },
    Row {
        steps: &["net:rack_rtt_ms=0.5", "net:rack_rtt_ms=5", "net:rack_rtt_ms=50"],
        signs: &[
            ("throughput.max", NotBetter),
            ("capacity.partition", NotBetter),
            ("capacity.one_at_a_time", NotBetter),
            ("capacity.plan", NotBetter),
            ("latency.ack", NotBetter),
            ("writes.unavailable", Same),
        ],
    },
    Row {
        steps: &["net:client_rtt_ms=0.2", "net:client_rtt_ms=5", "net:client_rtt_ms=50"],
        signs: &[
            ("throughput.max", NotBetter),
            ("capacity.partition", NotBetter),
            ("capacity.one_at_a_time", NotBetter),
            ("capacity.plan", NotBetter),
            ("latency.ack", NotBetter),
            ("durability.loss_per_year", Same),
            ("reads.unavailable", Same),
        ],
    },
    Row {
        steps: &["load:record_bytes=100", "load:record_bytes=1000", "load:record_bytes=10000"],
        signs: &[
            ("cost.disk", NotBetter),
            ("resources.cached", NotBetter),
            ("durability.loss_per_year", Same),
            ("writes.unavailable", Same),
        ],
    },
    Row {
        steps: &["cluster:brokers=3", "cluster:brokers=6", "cluster:brokers=12"],
        signs: &[
            ("throughput.max", NotWorse),
            ("capacity.plan", NotWorse),
            ("capacity.without_a_rack", NotWorse),
        ],
    },
    Row {
        steps: &[
            "producer:max.in.flight.requests.per.connection=1",
            "producer:max.in.flight.requests.per.connection=5",
        ],
        signs: &[
            ("throughput.max", NotWorse),
            ("capacity.partition", NotWorse),
            ("durability.loss_per_year", Same),
            ("writes.unavailable", Same),
        ],
    },
    Row {
        steps: &["broker:num.io.threads=1", "broker:num.io.threads=8"],
        signs: &[("throughput.max", NotWorse), ("latency.ack", NotWorse), ("durability.loss_per_year", Same)],
    },
    Row {
        steps: &["broker:num.replica.fetchers=1", "broker:num.replica.fetchers=4"],
        // Its copies wait less beside those of other partitions.
        signs: &[("throughput.max", NotWorse), ("capacity.partition", NotWorse)],
    },
    Row {
        steps: &["env:disk_losses_per_year=0.002", "env:disk_losses_per_year=0.1"],
        // What is lost begins anew with all replicas: the minutes without writes may fall by next to nothing.
        signs: &[("loss.independent", NotBetter), ("latency.ack", Same)],
    },
    Row {
        steps: &["env:rebuild_hours=1", "env:rebuild_hours=24", "env:rebuild_hours=72"],
        signs: &[("loss.independent", NotBetter)],
    },
    Row {
        steps: &[
            "env:site_outages_per_year=0",
            "env:site_outages_per_year=0.1",
            "env:site_outages_per_year=1",
        ],
        signs: &[("loss.site", NotBetter), ("loss.acks_tail", Same)],
    },
    Row {
        steps: &["env:power_share=0", "env:power_share=0.3", "env:power_share=1"],
        signs: &[("loss.site", NotBetter), ("loss.rack", NotBetter)],
    },
    Row {
        steps: &[
            "env:page_cache_loss_share=0",
            "env:page_cache_loss_share=0.5",
            "env:page_cache_loss_share=1",
        ],
        signs: &[("loss.page_cache", NotBetter)],
    },
    Row {
        steps: &["load:records_per_s=100", "load:records_per_s=1000", "load:records_per_s=20000"],
        signs: &[
            ("throughput.max", Same),
            ("loss.acks_tail", NotBetter),
            ("losses.leader_crash", NotBetter),
            ("losses.refused", NotBetter),
            ("losses.producer_patience", NotBetter),
            ("resources.cached", NotBetter),
        ],
    },
    Row {
        steps: &["producer:buffer.memory=1048576", "producer:buffer.memory=33554432"],
        signs: &[("losses.producer_patience", NotWorse), ("losses.refused", NotWorse)],
    },
    Row {
        steps: &["topic:retention.ms=3600000", "topic:retention.ms=604800000"],
        signs: &[("cost.disk", NotBetter), ("resources.memory_maps", NotBetter), ("latency.ack", Same)],
    },
    Row {
        steps: &["producer:batch.size=1024", "producer:batch.size=16384", "producer:batch.size=131072"],
        signs: &[
            ("durability.loss_per_year", Same),
            ("writes.unavailable", Same),
            ("capacity.partition", NotWorse),
            ("resources.producer_memory", NotBetter),
        ],
    },
    Row {
        // As above: what may lead without the last records is left out.
        steps: &[
            "producer:acks=all;topic:unclean.leader.election.enable=false;cluster:racks=1",
            "producer:acks=all;topic:unclean.leader.election.enable=false;cluster:racks=2",
            "producer:acks=all;topic:unclean.leader.election.enable=false;cluster:racks=3",
        ],
        signs: &[
            ("durability.loss_per_year", NotWorse),
            ("durability.rack", NotWorse),
            ("writes.rack", NotWorse),
            ("reads.unavailable", NotWorse),
            ("latency.ack", NotBetter),
            ("throughput.max", NotBetter),
        ],
    },
    Row {
        steps: &["topic:segment.bytes=1048576", "topic:segment.bytes=1073741824"],
        signs: &[
            ("resources.memory_maps", NotWorse),
            ("recovery.log_check", NotBetter),
            ("latency.ack", Same),
        ],
    },
    Row {
        steps: &["load:consumers=1", "load:consumers=3", "load:consumers=30"],
        signs: &[("consumers.capacity", NotWorse), ("consumers.catch_up", NotWorse), ("latency.ack", Same)],
    },
    Row {
        steps: &["load:processing_ms=0.01", "load:processing_ms=1", "load:processing_ms=1000"],
        signs: &[
            ("consumers.capacity", NotBetter),
            ("consumers.catch_up", NotBetter),
            ("consumers.poll_budget", NotBetter),
            ("consumers.rebalance", NotBetter),
        ],
    },
    Row {
        steps: &["producer:delivery.timeout.ms=31000", "producer:delivery.timeout.ms=120000"],
        signs: &[("losses.refused", NotWorse), ("losses.producer_patience", NotWorse)],
    },
    Row {
        steps: &["load:standby_replicas=0", "load:standby_replicas=1", "load:standby_replicas=2"],
        signs: &[
            ("streams.restore", NotWorse),
            ("streams.state", NotBetter),
            ("durability.loss_per_year", Same),
            ("latency.ack", Same),
            ("throughput.max", Same),
        ],
    },
    Row {
        steps: &["load:on_poison=retry", "load:on_poison=crash", "load:on_poison=skip"],
        signs: &[("consumers.poison", NotWorse), ("durability.loss_per_year", Same), ("latency.ack", Same)],
    },
    Row {
        // A machine that is off cannot lose what it has not flushed: the losses of a site may fall a little.
        steps: &["env:outages_per_year=1", "env:outages_per_year=2.8", "env:outages_per_year=12"],
        signs: &[
            ("writes.unavailable", NotBetter),
            ("losses.refused", NotBetter),
            ("failover.stalls_per_year", NotBetter),
            ("latency.ack", Same),
        ],
    },
    Row {
        steps: &["env:rack_outage_minutes=5", "env:rack_outage_minutes=60", "env:rack_outage_minutes=360"],
        signs: &[
            ("writes.unavailable", NotBetter),
            ("reads.unavailable", NotBetter),
            ("latency.ack", Same),
            ("throughput.max", Same),
        ],
    },
    Row {
        steps: &["env:guarded_restarts=false", "env:guarded_restarts=true"],
        signs: &[(INDEPENDENT, NotWorse), ("writes.unavailable", NotWorse), ("latency.ack", Same)],
    },
    Row {
        // Losses of a rack and the site may fall a little: who is behind has less to lose.
        steps: &["env:isr_leaves_per_year=0", "env:isr_leaves_per_year=12", "env:isr_leaves_per_year=365"],
        signs: &[("loss.lagging", NotBetter), ("latency.ack", Same), ("throughput.max", Same)],
    },
    Row {
        steps: &["env:stall_share=0", "env:stall_share=0.003"],
        signs: &[("latency.ack", NotBetter), ("durability.loss_per_year", Same)],
    },
    Row {
        steps: &["cluster:eligible.leader.replicas.version=0", "cluster:eligible.leader.replicas.version=1"],
        signs: &[("durability.disk_loss", NotWorse), (INDEPENDENT, NotWorse), ("latency.ack", Same)],
    },
];

/// Losses by brokers and disks that fail one by one; common causes do not heed replicas.
pub(super) const INDEPENDENT: &str = "independent";
