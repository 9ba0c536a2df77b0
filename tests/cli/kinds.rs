//! `klever check FILE...`: each kind of file with findings at their lines, clean, broken and understood in part.

#[path = "kinds/folders.rs"]
mod folders;

use super::{Files, Ran, klever};
use proptest::prelude::*;

fn case(file: &str) -> Ran {
    klever(&["check", &format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"))])
}

/// The report without its line breaks: words are wrapped.
fn flat(ran: &Ran) -> String {
    ran.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Blocks of the report: the rule, and the lines of its findings.
#[track_caller]
fn finds(ran: &Ran, rule: &str, place: &str) {
    let head = ran.out.lines().position(|line| line.split_whitespace().nth(1) == Some(rule));
    let Some(head) = head else { panic!("no {rule}\n{}\n{}", ran.out, ran.err) };
    let block: String =
        ran.out.lines().skip(head).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let bare: String = block.split_whitespace().collect();
    assert!(bare.contains(&format!("{place})")), "{place} is not in\n{block}");
}

fn written(name: &str, text: &str) -> (Files, String) {
    let files = Files::new();
    let path = files.write(name, text);
    (files, path)
}

#[track_caller]
fn clean(name: &str, text: &str) {
    let (_files, path) = written(name, text);
    let ran = klever(&["check", &path]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert!(!ran.out.contains("CRITICAL") && !ran.out.contains("HIGH "), "{}", ran.out);
}

#[track_caller]
fn broken(name: &str, text: &str, line: usize) {
    let (_files, path) = written(name, text);
    let ran = klever(&["check", &path]);
    assert_eq!(ran.code, 2, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains(&format!("{name}:{line}: ")), "{}", ran.err);
}

#[track_caller]
fn half(name: &str, text: &str, line: usize, says: &str) {
    let (_files, path) = written(name, text);
    let ran = klever(&["check", &path, "--fail-on", "critical"]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    let place = format!("{name}:{line}: ");
    assert!(ran.err.lines().any(|told| told.contains(&place) && told.contains(says)), "{}", ran.err);
}

#[test]
fn spring_boots_application_yml_is_read() {
    let ran = case("01-spring-boot-yaml/application.yml");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("Spring Boot application: 1 producer, 1 consumer"), "{}", ran.err);
    finds(&ran, "acks-one", "application.yml:9");
    finds(&ran, "idempotence-off", "application.yml:12");
    finds(&ran, "auto-commit-on", "application.yml:17");
    finds(&ran, "offset-reset-latest", "application.yml:16");
    let nested = case("01-spring-boot-yaml/nested.yml");
    assert_eq!(nested.code, 0, "{}{}", nested.out, nested.err);
    assert!(nested.err.contains("1 producer"), "{}", nested.err);
}

#[test]
fn a_connect_worker_is_read_with_its_prefixes() {
    let ran = case("04-connect-worker/connect-distributed.properties");
    assert_eq!(ran.code, 1, "{}", ran.err);
    finds(&ran, "acks-one", "connect-distributed.properties:14");
    for line in [6, 8, 10] {
        finds(&ran, "internal-topic-rf-low", &format!("connect-distributed.properties:{line}"));
    }
    finds(&ran, "offset-reset-latest", "connect-distributed.properties:17");
    assert!(ran.out.contains("CRITICAL internal-topic-rf-low"), "{}", ran.out);
}

#[test]
fn server_properties_are_told_by_their_content() {
    let ran = case("07-server-properties/server.properties");
    assert_eq!(ran.code, 1, "{}", ran.err);
    for (rule, line) in [
        ("kraft-voters-count", 4),
        ("log-dir-tmp", 8),
        ("default-rf-one", 9),
        ("offsets-rf-one", 11),
        ("min-isr-exceeds-rf", 10),
        ("unclean-election-enabled", 15),
        ("auto-create-topics", 14),
    ] {
        finds(&ran, rule, &format!("server.properties:{line}"));
    }
}

#[test]
fn zookeepers_own_file_is_read() {
    let text = "# zoo\ntickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir=/zk\nclientPort=2181\n4lw.commands.whitelist=*\nserver.1=a:2888:3888\nserver.2=b:2888:3888\n";
    let (_files, path) = written("zoo.cfg", text);
    let ran = klever(&["check", &path]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("zoo.cfg of ZooKeeper: 1 server"), "{}", ran.err);
    finds(&ran, "zk-voters-count", "zoo.cfg:1");
    finds(&ran, "zk-four-letter-words", "zoo.cfg:7");
    for rule in ["zk-no-autopurge", "zk-log-same-disk", "zk-admin-server-open"] {
        finds(&ran, rule, "zoo.cfg:1");
    }
    let sound = "tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir=/zk\ndataLogDir=/log\nclientPort=2181\nautopurge.purgeInterval=24\nadmin.enableServer=false\nserver.1=a:2888:3888\nserver.2=b:2888:3888\nserver.3=c:2888:3888\n";
    clean("zoo.cfg", sound);
    broken("zoo.cfg", &sound.replace("syncLimit=5", "syncLimit=5s"), 3);
    let (_files, path) = written("zoo.cfg", &sound.replace("server.2=b", "server.2=${HOST}"));
    let unknown = klever(&["check", &path]);
    assert_eq!(unknown.code, 3, "{}{}", unknown.out, unknown.err);
    assert!(unknown.err.contains("zk-voters-count"), "{}", unknown.err);
}

#[test]
fn strimzis_resources_are_read() {
    let ran = case("09-strimzi-kafka/kafka.yaml");
    assert_eq!(ran.code, 1, "{}", ran.err);
    for (rule, line) in [
        ("offsets-rf-one", 9),
        ("default-rf-one", 12),
        ("min-isr-exceeds-rf", 13),
        ("topic-rf-two", 22),
        ("min-isr-equals-rf", 24),
    ] {
        finds(&ran, rule, &format!("kafka.yaml:{line}"));
    }
    assert!(flat(&ran).contains("defaults are those of Kafka 4.1.0"), "{}", ran.out);
}

#[test]
fn clients_of_java_and_librdkafka_are_told_apart() {
    let (_files, path) = written("app.properties", "bootstrap.servers=a:1,b:1\nacks=1\ngroup.id=g\n");
    let java = klever(&["check", &path]);
    finds(&java, "acks-one", "app.properties:2");
    assert!(java.err.contains("a producer and a consumer: 1 producer, 1 consumer"), "{}", java.err);
    let text = "{\n  \"bootstrap.servers\": \"a:1,b:1\",\n  \"request.required.acks\": 1,\n  \"statistics.interval.ms\": 5\n}";
    let (_files, path) = written("rdkafka.json", text);
    let c = klever(&["check", &path]);
    assert_eq!(c.code, 1, "{}", c.err);
    finds(&c, "acks-one", "rdkafka.json:3");
    finds(&c, "inflight-reorder", "rdkafka.json:3");
    let idempotent = text.replace("\"request.required.acks\": 1", "\"enable.idempotence\": true");
    clean("rdkafka.json", &idempotent);
    broken("rdkafka.json", "{\n \"acks\": 1,\n}", 3);
    let typo = "{\n \"bootstrap.servers\": \"a:1,b:1\",\n \"queue.buffering.max.ms\": 5,\n \"enable.idempotence\": true,\n \"statistic.interval.ms\": 5\n}";
    half("rdkafka.json", typo, 5, "did you mean");
    let (_files, path) = written("client.properties", "bootstrap.servers=a:1,b:1\nclient.id=x\n");
    let neither = klever(&["check", &path]);
    assert!(neither.code == 2 && neither.err.contains("--producer or --consumer"), "{}", neither.err);
}

#[test]
fn streams_and_mirror_maker_are_read() {
    let app = "application.id=shop\nbootstrap.servers=a:1,b:1\nclient.id=shop\n";
    let (_files, path) =
        written("streams.properties", &format!("{app}producer.acks=1\nreplication.factor=1\n"));
    let ran = klever(&["check", &path]);
    finds(&ran, "acks-one", "streams.properties:4");
    finds(&ran, "internal-topic-rf-low", "streams.properties:5");
    clean("streams.properties", &format!("{app}processing.guarantee=exactly_once_v2\n"));
    broken("streams.properties", &format!("{app}producer.linger.ms=many\n"), 4);
    half("streams.properties", &format!("{app}num.standby.replica=1\n"), 4, "num.standby.replicas");

    let mirror = "clusters = a, b\na.bootstrap.servers = a1:1,a2:1\nb.bootstrap.servers = b1:1,b2:1\na->b.enabled = true\n";
    let (_files, path) =
        written("mm2.properties", &format!("{mirror}replication.factor=1\nb.producer.acks=1\n"));
    let ran = klever(&["check", &path]);
    finds(&ran, "topic-rf-one", "mm2.properties:5");
    finds(&ran, "acks-one", "mm2.properties:6");
    clean("mm2.properties", &format!("{mirror}replication.factor=3\n"));
    half("mm2.properties", &format!("{mirror}a->c.enabled=true\n"), 5, "`clusters` does not name");
}

#[test]
fn connectors_are_read() {
    let json = "{\n \"name\": \"sink\",\n \"config\": {\n  \"connector.class\": \"x.Y\",\n  \"consumer.override.auto.offset.reset\": \"latest\",\n  \"errors.deadletterqueue.topic.name\": \"dlq\",\n  \"errors.deadletterqueue.topic.replication.factor\": 1,\n  \"connection.password\": \"hush\"\n }\n}";
    let (_files, path) = written("sink.json", json);
    let ran = klever(&["check", &path]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    finds(&ran, "topic-rf-one", "sink.json:7");
    finds(&ran, "offset-reset-latest", "sink.json:5");
    assert!(!ran.out.contains("hush") && !ran.err.contains("hush"));
    clean("sink.json", &json.replace("factor\": 1", "factor\": 3"));
    half("sink.json", &json.replace("factor\": 1", "factor\": \"${env:RF}\""), 7, "filled in");
}

const BROKER: &str = "services:\n  kafka:\n    image: apache/kafka:4.1.0\n    environment:\n      KAFKA_NODE_ID: 1\n      KAFKA_PROCESS_ROLES: broker\n      KAFKA_AUTO_CREATE_TOPICS_ENABLE: \"false\"\n      KAFKA_DEFAULT_REPLICATION_FACTOR: 3\n      KAFKA_MIN_INSYNC_REPLICAS: 2\n      KAFKA_HEAP_OPTS: -Xmx1g\n";

#[test]
fn containers_of_brokers_are_read() {
    let one = |id: &str, more: &str| {
        format!(
            "  {id}:\n    image: bitnami/kafka:3.9.0\n    environment:\n      - KAFKA_CFG_NODE_ID={}\n      - KAFKA_CFG_PROCESS_ROLES=broker\n{more}",
            &id[1..]
        )
    };
    let text = format!(
        "services:\n{}{}  db:\n    image: postgres:16\n",
        one("k1", "      - KAFKA_CFG_LOG_DIRS=/tmp/x\n"),
        one("k2", "")
    );
    let (_files, path) = written("compose.yml", &text);
    let ran = klever(&["check", &path]);
    assert!(ran.err.contains("docker-compose file: 2 brokers"), "{}", ran.err);
    finds(&ran, "log-dir-tmp", "compose.yml:7");
    assert!(
        ran.out.starts_with("Settings of 2 brokers only, no cluster; defaults are those of Kafka 3.9.0"),
        "{}",
        ran.out
    );
    let (_files, path) = written("compose.yml", BROKER);
    let plain = klever(&["check", &path, "--fail-on", "critical"]);
    assert!(plain.code == 0 && !plain.out.contains("CRITICAL"), "{}{}", plain.out, plain.err);
    broken("compose.yml", &BROKER.replace("KAFKA_NODE_ID: 1", "KAFKA_NUM_IO_THREADS: many"), 5);
    broken("compose.yml", &format!("{BROKER}   x: [\n"), 11);
    half(
        "compose.yml",
        &BROKER.replace("KAFKA_MIN_INSYNC_REPLICAS", "KAFKA_MIN_INSYNC_REPLICA"),
        9,
        "min.insync.replicas",
    );
    half("compose.yml", &format!("{BROKER}    env_file: .env\n"), 11, "env_file");
    let anchored = BROKER
        .replace("services:\n", "x-env: &env\n  KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE: \"true\"\nservices:\n")
        .replace("    environment:\n", "    environment:\n      <<: *env\n");
    let (_files, path) = written("compose.yml", &anchored);
    finds(&klever(&["check", &path]), "unclean-election-enabled", "compose.yml:2");
}

#[test]
fn kubernetes_manifests_are_read() {
    let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: kafka\nspec:\n  template:\n    spec:\n      containers:\n        - name: kafka\n          image: confluentinc/cp-kafka:7.6.0\n          env:\n            - name: KAFKA_BROKER_ID\n              value: \"1\"\n            - name: KAFKA_LOG_DIRS\n              value: /tmp/logs\n            - name: KAFKA_ZOOKEEPER_CONNECT\n              valueFrom: {secretKeyRef: {name: a, key: b}}\n";
    let (_files, path) = written("kafka.yaml", text);
    let ran = klever(&["check", &path]);
    finds(&ran, "log-dir-tmp", "kafka.yaml:15");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  producer.properties: |\n    # head\n    bootstrap.servers=a:1,b:1\n    acks=0\n";
    let (_files, path) = written("map.yaml", map);
    finds(&klever(&["check", &path]), "acks-zero", "map.yaml:9");
    let (_files, path) = written("other.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n");
    let other = klever(&["check", &path]);
    assert!(other.code == 2 && other.err.contains("Kubernetes"), "{}", other.err);
}

#[test]
fn topics_of_terraform_topicctl_and_gitops_are_read() {
    let tf = "variable \"n\" {}\n\nresource \"kafka_topic\" \"orders\" {\n  name = \"orders\"\n  replication_factor = 1\n  partitions = 6\n  config = {\n    \"min.insync.replicas\" = \"2\"\n  }\n}\n";
    let (_files, path) = written("topics.tf", tf);
    let ran = klever(&["check", &path]);
    finds(&ran, "topic-rf-one", "topics.tf:5");
    finds(&ran, "min-isr-exceeds-rf", "topics.tf:8");
    clean("topics.tf", &tf.replace("factor = 1", "factor = 3"));
    half("topics.tf", &tf.replace("factor = 1", "factor = var.n"), 5, "filled in");
    broken("topics.tf", &tf.replace("partitions = 6", "partitions ="), 6);
    broken("topics.tf", &tf.replace("\"2\"", "\"two\""), 8);

    let ctl = "meta:\n  name: orders\n  cluster: c\nspec:\n  partitions: 6\n  replicationFactor: 2\n  retentionMinutes: 60\n  settings:\n    min.insync.replicas: 2\n";
    let (_files, path) = written("orders.yaml", ctl);
    finds(&klever(&["check", &path]), "min-isr-equals-rf", "orders.yaml:9");
    clean("orders.yaml", &ctl.replace("Factor: 2", "Factor: 3"));
    half("orders.yaml", &ctl.replace("min.insync.replicas", "min.insync.replica"), 9, "did you mean");

    let ops = "topics:\n  orders:\n    partitions: 6\n    replication: 1\n    configs:\n      cleanup.policy: compact\n";
    let (_files, path) = written("state.yaml", ops);
    finds(&klever(&["check", &path]), "topic-rf-one", "state.yaml:4");
    clean("state.yaml", &ops.replace("replication: 1", "replication: 3"));
}

#[test]
fn spring_boot_has_profiles_relaxed_names_and_fields_that_do_nothing() {
    let text = "spring.kafka.bootstrapServers=a:1,b:1\nspring.kafka.producer.acks=all\nspring.kafka.producer.client-id=x\n";
    clean("application.properties", text);
    half("application.properties", &format!("{text}spring.kafka.producer.linger-ms=5\n"), 4, "linger.ms");
    half(
        "application.properties",
        &format!("{text}spring.kafka.producer.properties.ack=1\n"),
        4,
        "did you mean",
    );
    let yml = "spring:\n  kafka:\n    bootstrap-servers: a:1,b:1\n    producer:\n      acks: all\n---\nspring:\n  config.activate.on-profile: dev\n  kafka:\n    producer:\n      acks: \"0\"\n";
    let (_files, path) = written("application.yml", yml);
    let ran = klever(&["check", &path]);
    finds(&ran, "acks-zero", "application.yml:11");
    assert!(ran.out.contains("application.yml dev"), "{}", ran.out);
    broken("application.yml", "spring:\n  kafka:\n    producer:\n      retries: many\n", 4);
    let (_files, path) = written("application.yml", &yml.replace("\"0\"", "${ACKS:all}"));
    assert_eq!(klever(&["check", &path]).code, 3);
}

#[test]
fn quarkus_channels_are_read() {
    let text = "kafka.bootstrap.servers=a:1,b:1\nmp.messaging.outgoing.out.connector=smallrye-kafka\nmp.messaging.outgoing.out.acks=all\n";
    clean("application.properties", text);
    let (_files, path) =
        written("application.properties", &format!("{text}%dev.mp.messaging.outgoing.out.acks=0\n"));
    finds(&klever(&["check", &path]), "acks-zero", "application.properties:4");
    let unset = text.replace("mp.messaging.outgoing.out.acks=all\n", "");
    let (_files, path) = written("application.properties", &unset);
    finds(&klever(&["check", &path]), "acks-one", "application.properties:2");
}

#[test]
fn keys_of_several_profiles_of_quarkus_count_in_each() {
    let text = "kafka.bootstrap.servers=a:1,b:1\nmp.messaging.outgoing.out.connector=smallrye-kafka\nmp.messaging.outgoing.out.acks=all\n";
    for profiles in ["%dev,test", "%{test,dev}"] {
        let more = format!("{text}{profiles}.mp.messaging.outgoing.out.acks=0\n");
        let (_files, path) = written("application.properties", &more);
        let ran = klever(&["check", &path]);
        finds(&ran, "acks-zero", "application.properties:4");
        assert!(ran.err.contains("3 producers"), "{}", ran.err);
    }
}

#[test]
fn a_state_topic_of_a_file_that_leaves_its_policy_to_the_brokers_is_not_compacted() {
    let broker = "apiVersion: kafka.strimzi.io/v1\nkind: Kafka\nmetadata:\n  name: c\nspec:\n  kafka:\n    version: 4.1.0\n    config:\n      default.replication.factor: 3\n";
    for (name, rule) in
        [("_schemas", "schemas-topic-not-compacted"), ("connect-offsets", "offsets-topic-not-compacted")]
    {
        let topic = format!(
            "---\napiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: x\nspec:\n  topicName: {name}\n  partitions: 1\n  replicas: 3\n"
        );
        let (_files, path) = written("kafka.yaml", &format!("{broker}{topic}"));
        let ran = klever(&["check", &path]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.out.contains(&format!("CRITICAL {rule}")), "{}", ran.out);
        let compacted = format!("{broker}{topic}  config:\n    cleanup.policy: compact\n");
        let (_files, path) = written("kafka.yaml", &compacted);
        assert!(!klever(&["check", &path]).out.contains(rule));
    }
}

#[test]
fn a_kind_can_be_forced_and_a_file_that_is_another_is_refused() {
    let (_files, path) = written("x.properties", "bootstrap.servers=a:1,b:1\nclient.id=a\n");
    assert_eq!(klever(&["check", "--consumer", &path, "--fail-on", "critical"]).code, 0);
    let streams = klever(&["check", "--streams", &path]);
    assert!(streams.err.is_empty() || streams.code != 2, "{}", streams.err);
    let (_files, path) =
        written("topics.tf", "resource \"kafka_topic\" \"a\" {\n  replication_factor = 3\n}\n");
    let wrong = klever(&["check", "--connect-config", &path]);
    assert!(wrong.code == 2 && wrong.err.contains("Terraform"), "{}", wrong.err);
    let (_files, path) = written("notes.txt", "hello world\n");
    let none = klever(&["check", &path]);
    assert!(none.code == 2 && none.err.contains("klever reads"), "{}", none.err);
}

#[test]
fn a_clients_own_version_is_not_the_brokers() {
    let (_files, path) = written("p.properties", "bootstrap.servers=a:1,b:1\nlinger.ms=1\n");
    let run = |version: &str| klever(&["check", &path, "--client-version", version]);
    assert!(run("2.8").out.contains("acks-one"), "{}", run("2.8").out);
    assert!(!run("4.1").out.contains("acks-one"));
}

#[test]
fn findings_carry_their_place_in_json_and_sarif() {
    let (_files, path) = written("p.properties", "bootstrap.servers=a:1,b:1\nacks=0\n");
    let json = super::json(&klever(&["check", &path, "--format", "json"]).out);
    let found =
        json["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "acks-zero").unwrap().clone();
    assert_eq!((found["file"].as_str(), found["line"].as_u64()), (Some(path.as_str()), Some(2)));
    let sarif = super::json(&klever(&["check", &path, "--format", "sarif"]).out);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let lines = results.iter().map(|one| &one["locations"][0]["physicalLocation"]["region"]["startLine"]);
    assert!(lines.into_iter().any(|line| line == 2), "{results:?}");
}

/// Fragments that lead readers astray.
const FRAGMENTS: [&str; 24] = [
    "spring:\n  kafka:\n",
    "    producer:\n",
    "      acks: 1\n",
    "apiVersion: kafka.strimzi.io/v1\n",
    "kind: Kafka\n",
    "services:\n",
    "  a:\n    image: apache/kafka:9\n",
    "    environment:\n",
    "      - KAFKA_A=",
    "{\"a\": [",
    "]}",
    "\\u",
    "resource \"kafka_topic\" \"",
    "{",
    "}",
    "= ${",
    "%dev.",
    "mp.messaging.incoming.",
    "clusters=a\n",
    "a->",
    "&x ",
    "*x",
    "acks=",
    "connector.class=x\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_text_makes_a_reader_panic(picks in proptest::collection::vec((0_usize..24, any::<u8>()), 0..40), bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut all: Vec<u8> = picks.iter().flat_map(|(at, byte)| [FRAGMENTS[*at].as_bytes(), &[*byte]].concat()).collect();
        all.extend(bytes);
        let text = klever::config::properties_text(all);
        use klever::config::FileUse::{Broker, Connect, Consumer, Producer, Streams, Topics};
        for said in [None, Some(Producer), Some(Consumer), Some(Broker), Some(Streams), Some(Connect), Some(Topics)] {
            let _ = klever::config::read_file("f", &text, said, klever::model::KafkaVersion::REFERENCE);
        }
    }
}
