//! The command line from outside: the real binary, its output, its errors and its exit codes.

#![allow(clippy::unwrap_used)]

#[path = "cli/accepting.rs"]
mod accepting;
#[path = "cli/client_starts.rs"]
mod client_starts;
#[path = "cli/comparing.rs"]
mod comparing;
#[path = "cli/explaining.rs"]
mod explaining;
#[path = "cli/exploring.rs"]
mod exploring;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/fixing.rs"]
mod fixing;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/hosts.rs"]
mod hosts;
#[path = "cli/inputs.rs"]
mod inputs;
#[path = "cli/judging.rs"]
mod judging;
#[path = "cli/kinds.rs"]
mod kinds;
#[path = "cli/lagging.rs"]
mod lagging;
#[path = "cli/recording.rs"]
mod recording;
#[path = "cli/rolling.rs"]
mod rolling;
#[path = "cli/sarif.rs"]
mod sarif;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/surviving.rs"]
mod surviving;
#[path = "cli/unseen.rs"]
mod unseen;
#[path = "cli/workshop.rs"]
mod workshop;

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn klever(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_klever")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs it, expects this exit code and no panic, and returns standard output.
fn ok(code: i32, arguments: &[&str]) -> String {
    let ran = klever(arguments);
    assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.err);
    ran.out
}

/// Runs it and returns its error: one line, at most one hint, nothing on standard output.
fn refused(code: i32, arguments: &[&str]) -> String {
    let ran = klever(arguments);
    assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].starts_with("klever: ") && lines.len() <= 2, "{}", ran.err);
    assert!(lines.get(1).is_none_or(|hint| hint.starts_with("  hint: ")), "{}", ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran.err
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Files { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    }

    /// The reference cluster with knobs, as a snapshot file.
    fn snapshot(&self, changes: &[&str]) -> String {
        let changes: Vec<_> =
            changes.iter().map(|text| klever::knobs::Change::parse(text).unwrap()).collect();
        let base = klever::hypothesis::reference(klever::model::KafkaVersion::REFERENCE);
        let cluster = klever::hypothesis::apply(&base, &changes).unwrap();
        self.write("cluster.json", &klever::report::write_snapshot(&cluster))
    }
}

#[test]
fn help_names_only_what_is_there() {
    let help = ok(0, &["--help"]);
    for command in [
        "check",
        "assess",
        "roll",
        "explain",
        "simulate",
        "workshop",
        "snapshot",
        "diff",
        "lag",
        "completions",
        "man",
        "doctor",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in\n{help}");
        ok(0, &[command, "--help"]);
    }
    assert!(ok(0, &["--version"]).starts_with("klever "));
    assert!(ok(0, &["completions", "bash"]).contains("_klever"));
    assert!(ok(0, &["man"]).contains(".SH KLEVER ASSESS"));
    assert!(ok(0, &["doctor"]).starts_with("klever "));
}

#[cfg(feature = "live")]
#[test]
fn doctor_says_on_which_step_the_way_to_a_cluster_breaks() {
    let files = Files::new();
    let text = ok(3, &["doctor", "-b", "127.0.0.1:1"]);
    assert!(text.contains("\n  TCP          BROKE: nothing listens there"), "{text}");
    assert!(text.contains("\n  TLS          not reached\n"), "{text}");
    let file = files.write("a.properties", "security.protocol=SSL\nssl.ca.location=/no/such/file\n");
    let error = refused(2, &["doctor", "-b", "127.0.0.1:1", "-F", &file]);
    assert!(error.contains("cannot read the file of ssl.ca.location"), "{error}");
    assert!(
        refused(2, &["doctor", "-X", "sasl.password=hunter2"]).contains("may not stand on the command line")
    );
}

#[test]
fn usage_errors_are_one_line_and_a_hint() {
    assert!(refused(2, &["frobnicate"]).contains("frobnicate"));
    assert!(refused(2, &["check", "--fail-on", "bad"]).contains("critical, high, medium, low, never"));
    assert!(refused(2, &["check"]).contains("there is nothing to check"));
    assert!(refused(2, &["roll"]).contains("no cluster was named"));
    assert!(refused(2, &["check", "--snapshot", "/no/such/file"]).contains("there is no such file"));
}

#[test]
fn a_producer_file_is_checked_without_a_cluster() {
    let files = Files::new();
    let file = files
        .write("app.properties", "# app\nclient.id=app\nacks=1\nsasl.jaas.config=\\\n  password=\"hush\"\n");
    let text = ok(1, &["check", "--producer", &file]);
    let expected = "\
No cluster: only what was given is judged

HIGH     acks-one                                           Producer with acks=1
  producer app.properties  acks=1; it switches idempotence off without an error:
                           retries may duplicate and reorder records
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("app.properties:3)\n  Why  Every leader crash loses"), "{text}");
    assert!(text.contains("Not examined") && !text.contains("hush"), "{text}");

    let document = json(&ok(1, &["check", "--producer", &file, "--format", "json"]));
    assert_eq!(document["schema"], "klever.findings/1");
    assert!(document["cluster_id"].is_null() && document["kafka_version"].is_null());
    let rules: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["acks-one"], "one cause, one finding");

    ok(0, &["check", "--producer", &file, "--fail-on", "critical"]);
    ok(0, &["check", "--producer", &file, "--fail-on", "never"]);
    for format in ["sarif", "junit", "markdown"] {
        assert!(ok(1, &["check", "--producer", &file, "--format", format]).contains("acks-one"));
    }
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let files = Files::new();
    let file = files.write("app.properties", "acks=all\n\nlinger.ms=5s\n");
    let error = refused(2, &["check", "--producer", &file]);
    assert!(error.contains("app.properties:3: linger.ms: `5s` is not allowed here"), "{error}");
    assert!(error.contains("it takes a whole number from 0"), "{error}");
    let error = refused(2, &["assess", "--consumer", &files.write("c.properties", "a=\\u00g0")]);
    assert!(error.contains("c.properties:1:"), "{error}");

    let ran =
        klever(&["check", "--producer", &files.write("b.properties", "akcs=all\n"), "--fail-on", "never"]);
    assert!(
        ran.err.contains("b.properties:1: Kafka has no producer key `akcs`: did you mean `acks`?"),
        "{}",
        ran.err
    );

    let snapshot = files.write("broken.json", "{\n\"schema\": \"klever.snapshot/1\",\n");
    assert!(refused(2, &["check", "--snapshot", &snapshot]).contains("broken.json:"));
    let other = files.write("other.json", "{\"schema\": \"klever.run/1\"}");
    assert!(refused(2, &["roll", "--snapshot", &other]).contains("klever.run/1"));
}

#[test]
fn a_file_is_read_as_java_reads_it() {
    let files = Files::new();
    let windows = files.write("windows.properties", "\u{feff}acks=1\r\nlinger.ms=5\r\n");
    let ran = klever(&["check", "--producer", &windows]);
    assert_eq!(ran.code, 3, "to Java acks is not set, which its author did not mean: {}", ran.out);
    assert!(ran.err.contains("windows.properties:1: the file starts with a byte order mark"), "{}", ran.err);
    assert!(ran.err.contains("`acks` is not set"), "{}", ran.err);

    let latin_1 = files.folder.path().join("latin1.properties");
    fs::write(&latin_1, b"# f\xfcr die Vermittler\nacks=1\n").unwrap();
    assert!(ok(1, &["check", "--producer", latin_1.to_str().unwrap()]).contains("acks-one"));
}

#[test]
fn a_setting_is_assessed_on_the_reference_cluster() {
    let of = |arguments: &[&str]| json(&ok(0, &[&["assess", "--format", "json"], arguments].concat()));
    let now = |document: &Value| document["writes"]["failures_tolerated"]["crash"]["now"].clone();
    let reference = of(&[]);
    assert_eq!(reference["schema"], "klever.assessment/1");
    assert_eq!(
        (reference["scope"].as_str(), reference["setting"]["producer:acks"].as_str()),
        (Some("cluster"), Some("all"))
    );
    assert_eq!(now(&reference), 2);

    let two = of(&["--set", "min.insync.replicas=2"]);
    assert_eq!((now(&two), two["changes"][0].as_str()), (1.into(), Some("topic:min.insync.replicas=2")));
    let lost = of(&["--set", "min.insync.replicas=2", "--lose", "broker=1"]);
    assert_eq!((now(&lost), &lost["lost_brokers"]), (0.into(), &serde_json::json!([1])));
    let rack = of(&["--set", "min.insync.replicas=2", "--lose", "rack=b", "--topic", "orders"]);
    assert_eq!((now(&rack), rack["scope"].as_str()), (0.into(), Some("topic")));

    let text = ok(0, &["assess", "--set", "min.insync.replicas=2"]);
    assert!(text.contains("What if   topic:min.insync.replicas=2\n"), "{text}");
    assert!(text.contains("topic:min.insync.replicas                    2  (was 1)"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn what_cannot_be_is_refused_with_the_nearest() {
    let error = refused(2, &["assess", "--set", "min.insync.replica=2"]);
    assert!(error.contains("did you mean `min.insync.replicas`?"), "{error}");
    assert!(refused(2, &["assess", "--set", "acks=2"]).contains("it takes 0, 1, all, -1"));
    assert!(refused(2, &["assess", "--set", "request.timeout.ms=1"]).contains("write producer:"));
    assert!(refused(2, &["assess", "--set", "replication.factor=5"]).contains("needs 5 brokers"));
    assert!(refused(2, &["assess", "--topic", "order"]).contains("did you mean `orders`?"));
    assert!(refused(2, &["assess", "--set", "topic/order:partitions=24"]).contains("did you mean `orders`?"));
    assert!(refused(2, &["assess", "--lose", "broker=9"]).contains("brokers are 1, 2, 3"));
    assert!(refused(2, &["assess", "--lose", "rack=z"]).contains("racks are a, b, c"));
    assert!(refused(2, &["assess", "--restart", "2"]).contains("write broker=N"));
    let both = ["assess", "--set", "acks=1", "--set", "enable.idempotence=true"];
    assert!(refused(2, &both).contains("would not start"));
}

#[test]
fn a_snapshot_file_is_judged_and_its_id_is_checked() {
    let files = Files::new();
    let snapshot = files.snapshot(&["min.insync.replicas=2", "racks=0"]);
    let findings = json(&ok(1, &["check", "--snapshot", &snapshot, "--format", "json"]));
    assert_eq!(
        (findings["cluster_id"].as_str(), findings["kafka_version"].as_str()),
        (Some("reference"), Some("4.1.0"))
    );
    let rules: Vec<&str> = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"rack-missing") && !rules.contains(&"min-isr-one"), "{rules:?}");

    let plan = json(&ok(0, &["roll", "--snapshot", &snapshot, "--format", "json"]));
    assert_eq!((&plan["schema"], plan["brokers"].as_array().unwrap().len()), (&"klever.roll/1".into(), 3));
    assert_eq!(plan["brokers"][0]["verdict"], "at_floor");
    assert!(ok(0, &["roll", "--snapshot", &snapshot]).contains("\nOrder     1, 2, 3\n"));

    ok(1, &["check", "--snapshot", &snapshot, "--expect-cluster-id", "reference"]);
    let wrong = refused(3, &["check", "--snapshot", &snapshot, "--expect-cluster-id", "prod"]);
    assert!(wrong.contains("this is cluster `reference`, not `prod`"), "{wrong}");
}

#[test]
fn rules_knobs_and_keys_are_explained() {
    let expected = "\
min-isr-one: min.insync.replicas is 1
  severity  high
  about     topic
  chapter   1, Not thinking about durability
";
    assert!(ok(0, &["explain", "min-isr-one"]).starts_with(expected));
    assert!(ok(0, &["explain", "linger.ms"]).contains("  default  0  up to 3.9\n           5  4.0 to 4.4\n"));
    assert!(ok(0, &["explain", "socket.send.buffer.bytes"]).contains("not modelled"));
    assert!(ok(0, &["explain", "--rules"]).contains("unclean-election-enabled"));
    assert!(ok(0, &["explain", "--knobs"]).contains("topic:min.insync.replicas"));
    assert!(
        refused(2, &["explain", "unclean.leader.election.enabled"])
            .contains("unclean.leader.election.enable`")
    );
}

#[test]
fn a_setting_is_exported_for_other_tools() {
    let text = ok(0, &["assess", "--set", "min.insync.replicas=2", "--export", "kafka-cli"]);
    assert!(text.contains("orders") && text.contains("min.insync.replicas=2"), "{text}");
    assert!(ok(0, &["assess", "--set", "acks=1", "--export", "properties"]).contains("acks=1"));
    refused(2, &["assess", "--export", "kafka-cli", "--lose", "broker=1"]);
}

#[test]
fn a_scenario_runs_the_same_twice_and_says_what_was_expected() {
    let files = Files::new();
    let scenario = |lost: u32| {
        let text = format!(
            "id = \"crash\"\ntitle = \"A leader crashes\"\nduration = \"20s\"\n\n[[topic]]\nname = \"orders\"\n\n\
             [[producer]]\nname = \"app\"\ntopic = \"orders\"\n\n[[event]]\nat = \"5s\"\ndo = \"kill\"\ntarget = \"broker/1\"\n\n\
             [[expect]]\ncounter = \"lost_acked\"\neq = {lost}\n"
        );
        files.write("crash.toml", &text)
    };
    let run = |code: i32, file: &str| ok(code, &["simulate", file, "--format", "json", "--seed", "7"]);
    let first = run(0, &scenario(0));
    assert_eq!(first, run(0, &scenario(0)));
    let report = json(&first);
    assert_eq!(
        (&report["schema"], &report["seed"], &report["lost_acked"]),
        (&"klever.run/1".into(), &7.into(), &0.into())
    );
    let text = ok(1, &["simulate", &scenario(3), "--trace"]);
    assert!(text.contains("NOT MET") && text.contains("5.000"), "{text}");
    assert!(
        refused(2, &["simulate", &files.write("x.toml", "id = \"x\"\nspeed = 3\n")]).contains("x.toml:2:")
    );
    assert!(refused(2, &["simulate", "nope"]).contains("there is no scenario `nope`"));
    assert!(refused(2, &["simulate", "c10-disk-los"]).contains("did you mean `c10-disk-loss`?"));
    assert!(refused(2, &["simulate", "--seed", "3"]).contains("SCENARIO"));
    assert!(
        refused(2, &["simulate", "reference", "--set", "preset=bare-metal-1dc"]).contains("does not act on")
    );
}

#[test]
fn the_scenarios_that_come_along_are_listed_and_run_by_their_ids() {
    let listed = json(&ok(0, &["simulate", "--format", "json"]));
    let ids: Vec<&str> =
        listed["scenarios"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!((&listed["schema"], ids[0]), (&"klever.scenarios/1".into(), "reference"));
    let text = ok(0, &["simulate"]);
    assert!(ids.len() > 40 && ids.iter().all(|id| text.contains(id)), "{text}");
    let run = json(&ok(0, &["simulate", "c04-elr-off", "--trace", "--format", "json"]));
    let told = run["trace"].as_array().unwrap();
    let text = ok(0, &["simulate", "c04-elr-off", "--trace"]);
    let (log, result) = text.split_once("\n\n").unwrap();
    assert!(result.starts_with("c04-elr-off: "), "{result}");
    let begun = |line: &&str| line.starts_with(' ') && !line.starts_with("        ");
    assert_eq!(log.lines().filter(begun).count(), told.len(), "{log}");
    let leader = told.iter().find(|event| event["text"].as_str().unwrap().contains("has no leader")).unwrap();
    let cause = told.iter().find(|event| event["seq"] == leader["cause"]).unwrap();
    assert!(cause["text"].as_str().unwrap().contains("power"), "{leader} after {cause}");
    let life = ["simulate", "c01-acks-1-leader-dies", "--record", "t-0/2", "--record", "t-0/9"];
    assert!(refused(2, &life).contains("nobody sent such a record"));
    let life = ok(0, &life[..4]);
    assert!(life.contains("got its acknowledgement") && life.contains("Lost when"), "{life}");
    let other =
        ["simulate", "c13-stale-broker-epoch", "--set", "cluster:kafka.version=2.8", "--format", "json"];
    assert_eq!(json(&ok(0, &other))["lost_acked"], 50);
}

#[cfg(feature = "live")]
#[test]
fn a_dead_bootstrap_is_told_quickly_and_no_secret_is_taken() {
    let started = std::time::Instant::now();
    let error = refused(3, &["check", "-b", "127.0.0.1:1"]);
    assert!(error.contains("127.0.0.1:1") && started.elapsed().as_secs() < 30, "{error}");
    let error = refused(2, &["roll", "-b", "127.0.0.1:1", "-X", "sasl.password=hush"]);
    assert!(error.contains("sasl.password") && !error.contains("hush"), "{error}");
    let acl = ok(0, &["acl"]);
    assert!(acl.contains("--operation DescribeConfigs --topic '*'"));
    assert_eq!(acl.contains("OffsetFetch                2 to 9"), cfg!(feature = "live"), "{acl}");
}
