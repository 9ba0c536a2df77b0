//! What tests and workloads do to a lab cluster: topics, records, commits. The only writer in klever.

use super::LabError;
use crate::model::BrokerId;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::{ClientContext, Message};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A record that the cluster acknowledged, or refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acked {
    /// Its number in the order of sending, from 0; also its value, as text.
    pub sequence: u64,
    /// Its partition and offset; or why it was not acknowledged.
    pub outcome: Result<(i32, i64), String>,
}

#[derive(Clone, Default)]
struct Deliveries(Arc<Mutex<Vec<Acked>>>);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<u64>;

    fn delivery(&self, result: &DeliveryResult<'_>, sequence: Box<u64>) {
        let outcome = match result {
            Ok(message) => Ok((message.partition(), message.offset())),
            Err((error, _)) => Err(error.to_string()),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Acked { sequence: *sequence, outcome });
    }
}

/// A consumer that has joined a group. Dropping it leaves the group.
pub struct Member {
    consumer: BaseConsumer,
}

/// A transaction that is open while this lives.
pub struct OpenTransaction {
    _producer: BaseProducer,
}

/// A writing client of a lab cluster.
pub struct Fixture {
    bootstrap: String,
    runtime: Runtime,
}

impl Fixture {
    /// A client of these servers.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn new(bootstrap: &str) -> Result<Fixture, LabError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| LabError::io("start", &error))?;
        Ok(Fixture { bootstrap: bootstrap.into(), runtime })
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap).set("client.id", "klever-lab");
        config
    }

    fn admin(&self) -> Result<AdminClient<DefaultClientContext>, LabError> {
        self.config().create().map_err(failed)
    }

    /// Creates a topic whose partitions have exactly these replicas, preferred leader first, and waits until
    /// every partition has a leader.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn create_topic(
        &self,
        name: &str,
        assignment: &[Vec<BrokerId>],
        configs: &[(&str, &str)],
    ) -> Result<(), LabError> {
        let lists: Vec<Vec<i32>> =
            assignment.iter().map(|replicas| replicas.iter().map(|id| id.0).collect()).collect();
        let slices: Vec<&[i32]> = lists.iter().map(Vec::as_slice).collect();
        let replication = TopicReplication::Variable(&slices);
        let mut topic = NewTopic::new(name, slices.len() as i32, replication);
        for (key, value) in configs {
            topic = topic.set(key, value);
        }
        let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
        let admin = self.admin()?;
        let results = self.runtime.block_on(admin.create_topics(&[topic], &options)).map_err(failed)?;
        for result in results {
            result.map_err(|(_, code)| LabError::new(format!("topic {name} was not created: {code}")))?;
        }
        self.wait_for_leaders(name, assignment.len())
    }

    fn wait_for_leaders(&self, name: &str, partitions: usize) -> Result<(), LabError> {
        let consumer: BaseConsumer = self.config().create().map_err(failed)?;
        let until = Instant::now() + TIMEOUT;
        while Instant::now() < until {
            let metadata = consumer.fetch_metadata(Some(name), TIMEOUT).map_err(failed)?;
            let led = |topic: &rdkafka::metadata::MetadataTopic| {
                topic.partitions().iter().filter(|partition| partition.leader() >= 0).count()
            };
            if metadata.topics().iter().any(|topic| led(topic) == partitions) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(LabError::new(format!("topic {name} has no leaders")))
    }

    /// Sends `count` records to one partition, each with its number as value, and waits for every outcome.
    /// `settings` are the producer's: `acks`, `enable.idempotence`, `delivery.timeout.ms`...
    ///
    /// # Errors
    /// When the producer cannot be created. A record that is not acknowledged is an outcome.
    pub fn produce(
        &self,
        topic: &str,
        partition: i32,
        count: u64,
        settings: &[(&str, &str)],
    ) -> Result<Vec<Acked>, LabError> {
        let deliveries = Deliveries::default();
        let mut config = self.config();
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let producer: BaseProducer<Deliveries> =
            config.create_with_context(deliveries.clone()).map_err(failed)?;
        for sequence in 0..count {
            let value = sequence.to_string();
            let mut record = BaseRecord::<(), str, Box<u64>>::with_opaque_to(topic, Box::new(sequence))
                .partition(partition)
                .payload(&value);
            while let Err((error, back)) = producer.send(record) {
                if error.rdkafka_error_code() != Some(rdkafka::error::RDKafkaErrorCode::QueueFull) {
                    return Err(failed(error));
                }
                record = back;
                producer.poll(Duration::from_millis(50));
            }
        }
        producer.flush(TIMEOUT).map_err(failed)?;
        let mut acked = std::mem::take(&mut *deliveries.0.lock().unwrap_or_else(PoisonError::into_inner));
        acked.sort_by_key(|record| record.sequence);
        Ok(acked)
    }

    /// Begins a transaction, sends `count` records to one partition, and leaves it open for as long as what this yields
    /// lives, or until it times out.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn open_transaction(
        &self,
        transactional_id: &str,
        topic: &str,
        partition: i32,
        count: u64,
    ) -> Result<OpenTransaction, LabError> {
        let mut config = self.config();
        config.set("transactional.id", transactional_id).set("transaction.timeout.ms", "60000");
        let producer: BaseProducer = config.create().map_err(failed)?;
        producer.init_transactions(TIMEOUT).map_err(failed)?;
        producer.begin_transaction().map_err(failed)?;
        for sequence in 0..count {
            let value = sequence.to_string();
            let record = BaseRecord::<(), str>::to(topic).partition(partition).payload(&value);
            producer.send(record).map_err(|(error, _)| failed(error))?;
        }
        producer.flush(TIMEOUT).map_err(failed)?;
        Ok(OpenTransaction { _producer: producer })
    }

    /// Commits offsets for a group without joining it.
    ///
    /// # Errors
    /// When the coordinator refuses.
    pub fn commit(&self, group: &str, offsets: &[(&str, i32, i64)]) -> Result<(), LabError> {
        let mut config = self.config();
        // Else the consumer also commits, when it closes, what it happened to fetch.
        config.set("group.id", group).set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create().map_err(failed)?;
        let mut list = TopicPartitionList::new();
        for (topic, partition, offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(failed)?;
        }
        let until = Instant::now() + TIMEOUT;
        loop {
            match consumer.commit(&list, CommitMode::Sync) {
                Ok(()) => return Ok(()),
                // The first commit of a cluster's life waits for the offsets topic to be made.
                Err(error) if Instant::now() > until => return Err(failed(error)),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Joins a group as a consumer of topics, and waits until it owns partitions. `settings` are the consumer's
    /// (`group.protocol=consumer` for KIP-848).
    ///
    /// # Errors
    /// When it gets no partition.
    pub fn join(&self, group: &str, topics: &[&str], settings: &[(&str, &str)]) -> Result<Member, LabError> {
        let mut config = self.config();
        config.set("group.id", group).set("auto.offset.reset", "earliest").set("enable.auto.commit", "false");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let consumer: BaseConsumer = config.create().map_err(failed)?;
        consumer.subscribe(topics).map_err(failed)?;
        let member = Member { consumer };
        let until = Instant::now() + TIMEOUT;
        while Instant::now() < until {
            member.poll(Duration::from_millis(100));
            if member.owned() > 0 {
                return Ok(member);
            }
        }
        Err(LabError::new(format!("a member of group {group} got no partition")))
    }
}

impl Member {
    /// How many partitions it owns.
    pub fn owned(&self) -> usize {
        self.consumer.assignment().map_or(0, |list| list.count())
    }

    /// Takes one record, if one comes in time: its partition, offset and value. Also what keeps it in the group.
    pub fn poll(&self, limit: Duration) -> Option<(i32, i64, String)> {
        let message = self.consumer.poll(limit)?.ok()?;
        let value = message.payload().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Some((message.partition(), message.offset(), value.unwrap_or_default()))
    }

    /// Commits what it has taken so far.
    ///
    /// # Errors
    /// When the coordinator refuses.
    pub fn commit(&self) -> Result<(), LabError> {
        self.consumer.commit_consumer_state(CommitMode::Sync).map_err(failed)
    }
}

fn failed(error: rdkafka::error::KafkaError) -> LabError {
    LabError::new(error.to_string())
}
