//! What is read of a client's file, and what is said of the rest.

use super::*;

fn read(text: &str) -> Result<ClientFile, FileNote> {
    read_client(KeyScope::Producer, "conf/app.properties", text, KafkaVersion::REFERENCE)
}

#[test]
fn settings_keep_their_text_and_secrets_do_not() {
    let file = read("acks = 1\nsasl.jaas.config=user hush\nbasic.auth.user.info=me:hush\n").unwrap();
    assert_eq!(file.profile.name, "app.properties");
    assert_eq!(file.profile.settings["acks"], "1");
    assert_eq!(file.profile.settings["sasl.jaas.config"], HIDDEN);
    assert!(!format!("{file:?}").contains("hush"));
    assert!(file.holds_secret);
}

#[test]
fn strange_keys_are_noted_with_their_line_and_the_nearest_key() {
    let file = read("ack=all\ngroup.id=g\nlinger.ms=1\nlinger.ms=2\nx.y.zed=1").unwrap();
    let texts = |notes: &[FileNote]| notes.iter().map(ToString::to_string).collect::<Vec<String>>();
    assert_eq!(
        texts(&file.unread),
        ["conf/app.properties:1: Kafka has no producer key `ack`: did you mean `acks`?"]
    );
    assert_eq!(
        texts(&file.notes),
        [
            "conf/app.properties:2: `group.id` is a key of a consumer, not of a producer: it has no effect here",
            "conf/app.properties:4: `linger.ms` is set again: the last one counts",
            "conf/app.properties:5: Kafka has no producer key `x.y.zed`: left to the client's plug-ins",
        ]
    );
    assert_eq!(file.profile.settings["linger.ms"], "2");
}

#[test]
fn many_strange_lines_are_told_by_their_number_and_never_pass() {
    let many = |line: fn(usize) -> String| read(&(0..20_000).map(line).collect::<String>()).unwrap();
    let unknown = many(|at| format!("acks=1\nsome.key.{at}=1\n"));
    assert_eq!((unknown.notes.len(), unknown.unread.len()), (101 + 101, 1));
    let rest = unknown.unread[0].to_string();
    assert_eq!(
        rest,
        "conf/app.properties:204: from here on 19899 more keys that Kafka does not have were not looked at"
    );
    let again = many(|_| "acks=1\n".into());
    assert_eq!(again.notes.len(), 101);
    assert!(again.notes[100].text.contains("19899 more lines set a key again"), "{}", again.notes[100]);
}

#[test]
fn a_byte_order_mark_hides_the_first_key_as_it_does_from_java() {
    let file = read("\u{feff}acks=1\nlinger.ms=1").unwrap();
    assert!(!file.profile.settings.contains_key("acks"));
    let note = file.unread[0].to_string();
    assert!(note.starts_with("conf/app.properties:1: the file starts with a byte order mark"), "{note}");
    assert!(note.contains("`acks` is not set"), "{note}");
    assert!(read("\u{feff}# app\nacks=1").unwrap().unread.is_empty());
}

#[test]
fn a_refused_value_names_file_line_and_range() {
    let says = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(
        says("# app\nacks=two"),
        "conf/app.properties:2: acks: `two` is not allowed here: it takes all, -1, 0, 1"
    );
    assert!(says("linger.ms=\\u00zz").starts_with("conf/app.properties:1: "));
}

#[test]
fn lines_that_lost_their_continuation_are_counted_and_never_repeated() {
    let pem = "ssl.keystore.key=-----BEGIN PRIVATE KEY-----\nMIIhush\nQUJD+hush/x==\n-----END PRIVATE KEY-----\nacks=1\n  username=\"hush\"\n  password=\"hush\";";
    let file = read(pem).unwrap();
    let unread: Vec<String> = file.unread.iter().map(ToString::to_string).collect();
    assert_eq!(
        unread,
        [
            "conf/app.properties:2: a lost line continuation? (to line 4)",
            "conf/app.properties:6: a lost line continuation? (to line 7)"
        ]
    );
    assert!(!format!("{file:?}").contains("hush"));
    assert_eq!(file.profile.settings["acks"], "1");
}

#[test]
fn keys_behind_a_prefix_or_in_other_letters_are_not_judged() {
    let unread = |line: &str| read(&format!("acks=all\n{line}")).unwrap().unread.len();
    let not_judged =
        ["producer.acks=1", "kafka.bootstrap.servers=a", "ACKS=1", "batch_size=1", "max.in.flight=9"];
    not_judged.iter().for_each(|line| assert_eq!(unread(line), 1, "{line}"));
    let of_plugins = ["schema.registry.url=x", "specific.avro.reader=true", "auto.register.schemas=false"];
    of_plugins.iter().for_each(|line| assert_eq!(unread(line), 0, "{line}"));
}

#[test]
fn what_is_no_clients_file_is_named() {
    let kind = |text: &str| read(text).unwrap().other_kind;
    let files = [
        ("", FileKind::Empty),
        ("# all\n", FileKind::Empty),
        ("spring:\n  kafka:\n    producer:\n      acks: 1\n", FileKind::Yaml),
        ("---\nacks: 1\n", FileKind::Yaml),
        ("apiVersion: v1\nkind: Kafka\n", FileKind::Yaml),
        ("{\"acks\": 1}", FileKind::Json),
        ("{\"schema\":\"klever.snapshot/1\"}", FileKind::Snapshot),
        ("-----BEGIN CERTIFICATE-----\nabc\n", FileKind::Pem),
        ("<beans/>", FileKind::Xml),
        ("resource \"kafka_topic\" \"a\" {\n}", FileKind::Terraform),
        ("[producer]\nacks=1", FileKind::Sections),
        ("KAFKA_ACKS=1\nKAFKA_LINGER_MS=2", FileKind::Environment),
        ("a\0b", FileKind::Binary),
        ("process.roles=broker\ncompression.type=lz4", FileKind::ServerProperties),
        ("num.partitions=1\nmin.insync.replicas=2", FileKind::ServerProperties),
        ("bootstrap.servers=a:1\noffset.storage.topic=o\nproducer.acks=1", FileKind::ConnectWorker),
        ("application.id=a\nbootstrap.servers=a:1", FileKind::Streams),
        ("group.id=g\nbootstrap.servers=a:1", FileKind::Consumer),
        ("spring.kafka.producer.acks=1", FileKind::SpringBoot),
        ("some.thing=else", FileKind::Unknown),
    ];
    files.iter().for_each(|(text, seems)| assert_eq!(kind(text), Some(*seems), "{text}"));
    assert_eq!(kind("bootstrap.servers=a:1\nssl.truststore.location=x"), None);
    assert_eq!(kind("acks: 1\nretries: 3"), None);
}

#[test]
fn credentials_and_refused_secrets_are_not_repeated() {
    let file = read("bootstrap.servers=me:hush@k1:9092,k2:9092\n").unwrap();
    assert_eq!(file.profile.settings["bootstrap.servers"], "[hidden]@k1:9092,k2:9092");
    let refused = read("acks=hush\"7%hush").unwrap_err().to_string();
    assert!(refused.contains("its value is not allowed here") && !refused.contains("hush"), "{refused}");
    let sasl =
        "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=a.B required password=\"hush\"";
    let refused = read(sasl).unwrap_err().to_string();
    assert!(refused.contains(":3: sasl.jaas.config") && !refused.contains("hush"), "{refused}");
}
