//! Settings drawn from a seed, most of them keys that act on each other.

use super::answer::Drawn;
use klever::knobs::{ConfigKey, KeyScope, config_keys};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;

/// A key and values that people write, refused ones among them.
type Choice = (&'static str, &'static [&'static str]);

const PRODUCER: &[Choice] = &[
    ("acks", &["all", "-1", "0", "1", "1", "all", " 1 ", "ALL", "2", ""]),
    ("enable.idempotence", &["true", "false", "TRUE", "true", "false", "yes"]),
    ("retries", &["0", "1", "2147483647", "0", "3", "-1", "many"]),
    ("max.in.flight.requests.per.connection", &["1", "5", "6", "10", "5", "0", "1000"]),
    ("transactional.id", &["t", "t", "orders-1", ""]),
    ("transaction.timeout.ms", &["60000", "900000", "0", "-1"]),
    ("transaction.two.phase.commit.enable", &["true", "false", "true"]),
    ("linger.ms", &["0", "5", "100", "2147483647", "9223372036854775807", "-1", "5ms"]),
    ("request.timeout.ms", &["0", "1000", "30000", "2147483647", "2147483648"]),
    ("delivery.timeout.ms", &["0", "30000", "30005", "30100", "120000", "2147483647", "2147483646"]),
    ("compression.type", &["none", "gzip", "snappy", "lz4", "zstd", "uncompressed", "producer", "ZSTD"]),
    ("compression.gzip.level", &["-1", "1", "9", "10", "0"]),
    ("batch.size", &["0", "16384", "1000000", "-1", "16k"]),
    ("buffer.memory", &["0", "1", "33554432", "67108864", "-1"]),
    ("buffer.memory.allocation.strategy", &["full", "INCREMENTAL", "half"]),
    ("max.request.size", &["1048576", "0", "1e6"]),
    (
        "partitioner.class",
        &[
            "org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "org.apache.kafka.clients.producer.UniformStickyPartitioner",
            "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
            "murmur2_random",
        ],
    ),
    ("partitioner.ignore.keys", &["true", "1"]),
    ("partitioner.availability.timeout.ms", &["0", "-1"]),
    ("metadata.max.idle.ms", &["5000", "4999", "300000"]),
];

const CONSUMER: &[Choice] = &[
    ("group.id", &["g", "orders", "g", "g", "", " "]),
    ("enable.auto.commit", &["true", "false", "true", "False", "no"]),
    ("auto.commit.interval.ms", &["0", "5000", "-1"]),
    ("session.timeout.ms", &["3000", "3001", "10000", "45000", "0", "-1", "45s"]),
    ("heartbeat.interval.ms", &["3000", "2999", "1000", "10000", "45000", "0", "-1"]),
    ("max.poll.interval.ms", &["300000", "1", "0"]),
    ("max.poll.records", &["500", "1", "0"]),
    ("group.protocol", &["consumer", "classic", "CONSUMER", "consumer", "Classic", "next"]),
    ("group.remote.assignor", &["uniform", "range", ""]),
    ("group.instance.id", &["i", "", " "]),
    (
        "partition.assignment.strategy",
        &[
            "org.apache.kafka.clients.consumer.RangeAssignor",
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor, org.apache.kafka.clients.consumer.RangeAssignor",
            "org.apache.kafka.clients.consumer.StickyAssignor,org.apache.kafka.clients.consumer.StickyAssignor",
            "range",
            "cooperative-sticky",
            "",
            "org.apache.kafka.clients.consumer.RangeAssignor,",
        ],
    ),
    ("isolation.level", &["read_committed", "read_uncommitted", "READ_COMMITTED"]),
    (
        "auto.offset.reset",
        &[
            "earliest",
            "latest",
            "none",
            "by_duration:PT1H",
            "by_duration:P1DT0.5S",
            "by_duration:1h",
            "by_duration:-PT1H",
            "by_duration:",
            "smallest",
            "Earliest",
        ],
    ),
    ("allow.auto.create.topics", &["true", "false", "0"]),
    ("share.acknowledgement.mode", &["explicit", "implicit"]),
    ("share.acquire.mode", &["record_limit"]),
    ("fetch.min.bytes", &["1", "-1"]),
];

const BOTH: &[Choice] = &[
    (
        "bootstrap.servers",
        &[
            "127.0.0.1:1",
            "127.0.0.1",
            "127.0.0.1:99999",
            " 127.0.0.1:1 , 127.0.0.1:2 ",
            "127.0.0.1:1,,127.0.0.1:2",
            "127.0.0.1:1,",
            "",
            ",",
            "me:secret@127.0.0.1:1",
            "PLAINTEXT://127.0.0.1:1",
            "[::1]:1",
            "127.0.0.1:1/x",
            "127.0.0.1:1 127.0.0.2:1",
            "127.0.0.1;127.0.0.2:1",
            "\"127.0.0.1:1\"",
            "a://b://127.0.0.1:1",
        ],
    ),
    ("client.dns.lookup", &["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only", "default"]),
    ("metadata.max.age.ms", &["0", "300000", "-1"]),
    ("metadata.recovery.strategy", &["none", "REBOOTSTRAP", "never"]),
    (
        "interceptor.classes",
        &[
            "",
            "Audit",
            "example.Watch",
            "example.Watch, example.Watch",
            "example.Watch,",
            "org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "org.apache.kafka.clients.Nobody,example.Watch",
        ],
    ),
    ("metric.reporters", &["", "org.apache.kafka.common.metrics.JmxReporter", "jmx"]),
    ("reconnect.backoff.max.ms", &["1000", "-1"]),
    ("client.id", &["", "a b"]),
];

const MODULE: &str =
    "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";";

const SCRAM: &str =
    "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p\";";

/// Settings of security that stand or fall together: what stores and JVM hold cannot be drawn.
const SECURITY: &[&[(&str, &str)]] = &[
    &[("security.protocol", "PLAINTEXT")],
    &[("security.protocol", "SSL")],
    &[("security.protocol", "ssl")],
    &[("security.protocol", "TLS")],
    &[("security.protocol", "SSL"), ("ssl.keystore.password", "p")],
    &[("security.protocol", "SSL"), ("ssl.keystore.location", "/no/store.jks")],
    &[("security.protocol", "SSL"), ("ssl.truststore.password", "p")],
    &[("security.protocol", "SSL"), ("ssl.keystore.key", "-----BEGIN PRIVATE KEY-----")],
    &[
        ("security.protocol", "SSL"),
        ("ssl.keystore.type", "PEM"),
        ("ssl.keystore.key", "-----BEGIN PRIVATE KEY-----"),
    ],
    &[("security.protocol", "SSL"), ("ssl.truststore.certificates", "x")],
    &[("ssl.keystore.password", "p"), ("ssl.truststore.password", "p")],
    &[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", MODULE)],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512"), ("sasl.jaas.config", MODULE)],
    &[("security.protocol", "SASL_PLAINTEXT"), ("sasl.jaas.config", MODULE)],
    &[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", ""), ("sasl.jaas.config", MODULE)],
    &[
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.jaas.config", "a.PlainLoginModule required"),
    ],
    &[
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.jaas.config", "KafkaClient { a.PlainLoginModule required; };"),
    ],
    &[("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", "a.PlainLoginModule required")],
    &[("security.protocol", "SASL_PLAINTEXT")],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN")],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512")],
    &[("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER")],
    &[
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "GSSAPI"),
        ("sasl.kerberos.service.name", "kafka"),
    ],
    &[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "PLAIN"), ("group.protocol", "consumer")],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-256"), ("sasl.jaas.config", SCRAM)],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", SCRAM)],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "HOUSE"), ("sasl.jaas.config", MODULE)],
    &[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", "")],
];

const NUMBERS: &[&str] =
    &["0", "1", "-1", "-2", "100", " 7 ", "2147483647", "2147483648", "1.5", "", "+5", "1_000", "x"];
const DECIMALS: &[&str] = &["0", "0.5", "0.8", "1", "1e2", "2d", "NaN", "", "x", ".5", "-1", "inf"];
const SWITCHES: &[&str] = &["true", "false", "TRUE", " false ", "yes", ""];

/// So many sets, the same ones for the same seed.
pub(crate) fn draw(count: usize, seed: u64) -> Vec<Drawn> {
    let mut luck = Luck(Pcg64::seed_from_u64(seed));
    (0..count).map(|_| luck.set()).collect()
}

struct Luck(Pcg64);

impl Luck {
    fn below(&mut self, count: usize) -> usize {
        (self.0.next_u64() % count as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn set(&mut self) -> Drawn {
        let (scope, choices) = *self.one(&[(KeyScope::Producer, PRODUCER), (KeyScope::Consumer, CONSUMER)]);
        let mut settings: Vec<(String, String)> = Vec::new();
        for _ in 0..=self.below(6) {
            let (key, value) = match self.below(12) {
                0 => self.any(scope),
                1 => self.from(BOTH),
                _ => self.from(choices),
            };
            settings.retain(|(known, _)| *known != key);
            settings.push((key, value));
        }
        if self.below(8) == 0 {
            settings
                .extend(self.one(SECURITY).iter().map(|(key, value)| (key.to_string(), value.to_string())));
        }
        Drawn { scope, settings }
    }

    fn from(&mut self, choices: &[Choice]) -> (String, String) {
        let (key, values) = self.one(choices);
        (key.to_string(), self.one(values).to_string())
    }

    /// Any number or switch of Kafka's, so that no key is left out.
    fn any(&mut self, scope: KeyScope) -> (String, String) {
        let kinds = ["INT", "LONG", "SHORT", "DOUBLE", "BOOLEAN"];
        let keys: Vec<&ConfigKey> =
            config_keys().iter().filter(|key| key.scope == scope && kinds.contains(&key.kind)).collect();
        let key = *self.one(&keys);
        let values = match key.kind {
            "DOUBLE" => DECIMALS,
            "BOOLEAN" => SWITCHES,
            _ => NUMBERS,
        };
        (key.name.to_string(), self.one(values).to_string())
    }
}
