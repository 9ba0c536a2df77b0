//! What an operator sets on a broker and on a topic, as far as replication depends on it.

use crate::model::{BrokerId, Nanos};
use crate::protocol::compaction::Compaction;
use crate::protocol::segments::{Retention, RollPolicy};

const MS: Nanos = 1_000_000;
const A_WEEK: Nanos = 7 * 24 * 3_600_000 * MS;

/// A broker's settings. Times are nanoseconds; the defaults are those of Kafka 4.1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BrokerSettings {
    /// `node.id`.
    pub id: BrokerId,
    /// `broker.rack`, numbered by the driver.
    pub rack: Option<u32>,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_time_max_ns: Nanos,
    /// `replica.fetch.wait.max.ms`.
    pub replica_fetch_wait_max_ns: Nanos,
    /// `replica.fetch.min.bytes`.
    pub replica_fetch_min_bytes: u32,
    /// `replica.fetch.max.bytes`: soft, for each partition.
    pub replica_fetch_max_bytes: u32,
    /// `replica.fetch.response.max.bytes`: soft, for the whole answer.
    pub replica_fetch_response_max_bytes: u32,
    /// `replica.fetch.backoff.ms`.
    pub replica_fetch_backoff_ns: Nanos,
    /// `replica.socket.timeout.ms`: a fetch without an answer is given up.
    pub replica_socket_timeout_ns: Nanos,
    /// `num.replica.fetchers`, for each source broker.
    pub num_replica_fetchers: u32,
    /// `broker.session.timeout.ms`.
    pub broker_session_timeout_ns: Nanos,
    /// `broker.heartbeat.interval.ms`.
    pub broker_heartbeat_interval_ns: Nanos,
    /// `controlled.shutdown.enable`.
    pub controlled_shutdown: bool,
    /// `log.initial.task.delay.ms`: from the start of the process to the first look at retention.
    pub log_initial_task_delay_ns: Nanos,
    /// `log.retention.check.interval.ms`.
    pub log_retention_check_interval_ns: Nanos,
    /// `log.cleaner.backoff.ms`: how often the cleaner looks for work; `None` where `log.cleaner.enable` is off.
    pub log_cleaner_backoff_ns: Option<Nanos>,
    /// `log.flush.scheduler.interval.ms`; `None` is Kafka's "never".
    pub log_flush_scheduler_interval_ns: Option<Nanos>,
    /// `log.flush.offset.checkpoint.interval.ms`: how often recovery points are written.
    pub log_flush_offset_checkpoint_interval_ns: Nanos,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub high_watermark_checkpoint_interval_ns: Nanos,
    /// How old dirty pages get before the operating system writes them; `None` is "never".
    pub os_writeback_ns: Option<Nanos>,
    /// How often the operating system looks for them.
    pub os_writeback_interval_ns: Nanos,
    /// `producer.id.expiration.ms`: an idempotent producer is forgotten after this silence.
    pub producer_id_expiration_ns: Nanos,
    /// `replica.selector.class` is `RackAwareReplicaSelector` (KIP-392).
    pub rack_aware_reads: bool,
}

impl BrokerSettings {
    /// Kafka's defaults for a broker.
    pub(crate) fn new(id: BrokerId) -> Self {
        BrokerSettings {
            id,
            rack: None,
            replica_lag_time_max_ns: 30_000 * MS,
            replica_fetch_wait_max_ns: 500 * MS,
            replica_fetch_min_bytes: 1,
            replica_fetch_max_bytes: 1024 * 1024,
            replica_fetch_response_max_bytes: 10 * 1024 * 1024,
            replica_fetch_backoff_ns: 1_000 * MS,
            replica_socket_timeout_ns: 30_000 * MS,
            num_replica_fetchers: 1,
            broker_session_timeout_ns: 9_000 * MS,
            broker_heartbeat_interval_ns: 2_000 * MS,
            controlled_shutdown: true,
            log_initial_task_delay_ns: 30_000 * MS,
            log_retention_check_interval_ns: 300_000 * MS,
            log_cleaner_backoff_ns: Some(15_000 * MS),
            log_flush_scheduler_interval_ns: None,
            log_flush_offset_checkpoint_interval_ns: 60_000 * MS,
            high_watermark_checkpoint_interval_ns: 5_000 * MS,
            os_writeback_ns: Some(30_000 * MS),
            os_writeback_interval_ns: 5_000 * MS,
            producer_id_expiration_ns: 86_400_000 * MS,
            rack_aware_reads: false,
        }
    }
}

/// A topic's settings, resolved against the broker's defaults.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TopicSettings {
    /// `min.insync.replicas`.
    pub min_insync_replicas: u32,
    /// `flush.messages`: an append that leaves so many records unflushed flushes.
    pub flush_messages: u64,
    /// `flush.ms`; looked at by the flush scheduler only.
    pub flush_ns: Option<Nanos>,
    /// `max.message.bytes`: limit of a batch.
    pub max_message_bytes: u32,
    /// `unclean.leader.election.enable`.
    pub unclean_leader_election: bool,
    /// `segment.bytes` and `segment.ms`.
    pub roll: RollPolicy,
    /// `retention.ms` and `retention.bytes`; no limits where `cleanup.policy` does not say `delete`.
    pub retention: Retention,
    /// What `cleanup.policy=compact` does; `None` where it does not say so.
    pub compaction: Option<Compaction>,
    /// `message.timestamp.type=LogAppendTime`: the leader's clock, whatever the producer says.
    pub log_append_time: bool,
}

impl Default for TopicSettings {
    fn default() -> Self {
        TopicSettings {
            min_insync_replicas: 1,
            flush_messages: u64::MAX,
            flush_ns: None,
            max_message_bytes: 1_048_588,
            unclean_leader_election: false,
            roll: RollPolicy { bytes: 1 << 30, ns: Some(A_WEEK) },
            retention: Retention { ns: Some(A_WEEK), bytes: None },
            compaction: None,
            log_append_time: false,
        }
    }
}
