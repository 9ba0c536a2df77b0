//! Scenario files are read, written and refused with the line.

use super::*;

const HEAD: &str = "id = \"x\"\ntitle = \"x\"\n";

fn refusal(text: &str) -> String {
    Scenario::parse("x.toml", &format!("{HEAD}{text}")).unwrap_err().to_string()
}

#[test]
fn the_reference_cluster_is_read_and_written_again() {
    let scenario = Scenario::reference();
    assert_eq!((scenario.cluster.brokers, scenario.topics[0].partitions), (3, 12));
    let again = Scenario::parse("again.toml", &scenario.to_toml()).unwrap();
    assert_eq!(again, scenario);
}

#[test]
fn mistakes_name_file_line_and_what_is_allowed() {
    assert_eq!(
        refusal("[cluster]\nbroker = 3\n"),
        "x.toml:4: unknown field `broker`, expected one of `brokers`, `racks`, `controllers`, `features`, `config`"
    );
    assert!(
        refusal("[[event]]\nat = \"1s\"\ndo = \"explode\"\n")
            .starts_with("x.toml:3: do = \"explode\" is not")
    );
    assert_eq!(refusal("[[event]]\nat = \"1s\"\ndo = \"kill\"\n"), "x.toml:3: do = \"kill\" needs `target`");
    assert_eq!(
        refusal("[[event]]\ndo = \"kill\"\ntarget = \"broker/9\"\n"),
        "x.toml:3: there is no broker/9"
    );
    assert!(
        refusal("[[topic]]\nname = \"t\"\nconfig = { \"min.insync\" = 2 }\n")
            .contains("x.toml:3: `min.insync`")
    );
    assert_eq!(
        refusal("[[topic]]\nname = \"t\"\n[[topic]]\nname = \"u\"\nreplication_factor = 4\n"),
        "x.toml:5: replication_factor is from 1 to the number of brokers (3)"
    );
    assert!(refusal("duration = \"5 apples\"\n").starts_with("x.toml:3: `5 apples` is not a time"));
}

#[test]
fn names_are_kafkas_and_given_once() {
    for table in ["topic", "producer", "group"] {
        let rest = match table {
            "topic" => "",
            "producer" => "topic = \"t\"\n",
            _ => "topics = [\"t\"]\n",
        };
        let part = |name: &str| format!("[[{table}]]\nname = \"{name}\"\n{rest}");
        let long = "x".repeat(250);
        for name in ["", ".", "..", "../../x", "a b", "a/b", "\\u0007", "\u{fc}", &long] {
            let told = refusal(&format!("[[topic]]\nname = \"t\"\n{}", part(name)));
            assert!(told.starts_with(&format!("x.toml:5: a {table}'s name is 1 to 249")), "{name:?}: {told}");
        }
        let twice = refusal(&format!("[[topic]]\nname = \"t\"\n{}{}", part("twice"), part("twice")));
        assert!(twice.ends_with(&format!("there are two {table}s `twice`")), "{twice}");
    }
    assert!(refusal("[cluster]\nracks = [\"a\", \"\"]\n").contains("a rack's name is"));
    let broken = "[cluster]\nconfig = { \"log.dirs\" = \"/a\\nlog.dir=/b\" }\n";
    assert!(refusal(broken).contains("x.toml:3: log.dirs: its value has a control character"));
    for id in ["", "../../x", "A"] {
        let error = Scenario::parse("x.toml", &format!("id = \"{id}\"\ntitle = \"x\"\n")).unwrap_err();
        assert!(error.to_string().starts_with("x.toml:1: id is 1 to 100"), "{error}");
    }
}

#[test]
fn mistakes_about_processing_are_named() {
    let clients = "[[topic]]\nname = \"t\"\n[[group]]\nname = \"g\"\ntopics = [\"t\"]\n";
    let told = |rest: &str| refusal(&format!("{clients}{rest}"));
    assert!(told("attempts = 0\n").ends_with("attempts is at least 1"));
    assert!(told("retry_topics = 0\n").ends_with("retry_topics is at least 1"));
    assert!(told("on_poison = \"hope\"\n").contains("unknown variant `hope`"));
    assert!(told("[group.call]\nlatency_ms = -1\n").contains("latency_ms and timeout_ms"));
    assert!(told("worker_threads = true\ncommit = \"each_record\"\n").contains("exclude each other"));
    let event = |rest: &str| told(&format!("[[event]]\n{rest}"));
    assert!(event("do = \"poison\"\ntarget = \"t-7\"\n").ends_with("there is no partition `t-7`"));
    assert!(event("do = \"slow_service\"\ntarget = \"broker/1\"\n").contains("write group/NAME"));
    assert!(event("do = \"slow_service\"\ntarget = \"group/x\"\n").ends_with("there is no group `x`"));
    assert!(event("do = \"lose_answer\"\ntarget = \"broker/1\"\n").contains("waits for no answer"));
    let expect = |rest: &str| told(&format!("[[expect]]\n{rest}eq = 0\n"));
    assert!(expect("counter = \"skipped\"\ngroup = \"x\"\n").ends_with("there is no group `x`"));
    assert!(expect("counter = \"acked\"\ngroup = \"g\"\n").ends_with("acked is of partitions"));
    assert!(expect("counter = \"skipped\"\npartition = \"t-0\"\n").ends_with("skipped is of groups"));
}

/// Found by a fuzzer: a cut between two ends of which one does not exist.
#[test]
fn what_an_event_names_and_the_scenario_lacks_is_named() {
    let start = "[cluster]\nracks = [\"a\"]\n[[topic]]\nname = \"t\"\n[[event]]\n";
    let told = |event: &str| refusal(&format!("{start}{event}"));
    for (event, lacks) in [
        ("do = \"partition\"\ntarget = \"broker/0\"\nto = \"brokers\"\n", "broker/0"),
        ("do = \"partition\"\ntarget = \"broker/1\"\nto = \"producer/app\"\n", "producer/app"),
        ("do = \"slow_link\"\ntarget = \"rack/z\"\nto = \"brokers\"\nextra = \"1ms\"\n", "rack `z`"),
        ("do = \"heal\"\ntarget = \"clients\"\nto = \"group/g\"\n", "group `g`"),
        ("do = \"power_loss\"\ntarget = \"broker/4\"\n", "broker/4"),
        ("do = \"power_loss\"\ntarget = \"rack/z\"\n", "rack `z`"),
        ("do = \"reassign\"\ntarget = \"t-7\"\nreplicas = [1]\n", "partition `t-7`"),
        ("do = \"set\"\nset = \"topic/x:min.insync.replicas=2\"\n", "topic `x`"),
    ] {
        assert!(told(event).ends_with(&format!("there is no {lacks}")), "{event}: {}", told(event));
    }
    let pair = "[[net.pair]]\nbetween = [\"brokers\", \"broker/9\"]\nrtt_ms = 1\n";
    assert!(refusal(pair).ends_with("there is no broker/9"));
}

const EVENTS: &str = r#"
[[topic]]
name = "orders"
[[producer]]
name = "app"
topic = "orders"
[[group]]
name = "billing"
topics = ["orders"]
[[event]]
at = "1s"
do = "stop"
target = "broker/1"
[[event]]
when = "broker/1 down"
after = "500ms"
do = "power_loss"
target = "rack/a"
keep = "3 batches"
[[event]]
do = "partition"
target = "rack/a"
to = "controllers"
one_way = true
[[event]]
do = "heal"
[[event]]
do = "slow_link"
target = "broker/1"
to = "clients"
extra = "20ms"
loss_permille = 10
[[event]]
do = "set"
set = "topic/orders:min.insync.replicas=2"
[[event]]
do = "reassign"
target = "orders-0"
replicas = [3, 2]
[[event]]
do = "kill"
target = "group/billing/0"
[[event]]
do = "send"
target = "producer/app"
count = 5
[[event]]
do = "controller_loss"
[[event]]
do = "poison"
target = "orders-0"
count = 2
[[event]]
do = "slow_service"
target = "group/billing"
extra = "500ms"
failures_permille = 200
[[event]]
do = "lose_answer"
target = "group/billing/0"

[[event]]
do = "greedy"
target = "producer/app"
count = 50

[[event]]
do = "deploy_schema"
target = "producer/app"
change = "rename_field"

[[event]]
do = "deploy_schema"
target = "group/billing"
"#;

#[test]
fn every_act_is_written_as_it_is_read() {
    let scenario = Scenario::parse("acts.toml", &format!("{HEAD}{EVENTS}")).unwrap();
    assert_eq!(scenario.events.len(), 16);
    let again = Scenario::parse("again.toml", &scenario.to_toml()).unwrap();
    assert_eq!(again, scenario);
    assert_eq!(scenario.events[5].act.to_string(), "set topic/orders:min.insync.replicas=2");
    assert_eq!(scenario.events[13].act.to_string(), "greedy producer/app 50");
    assert_eq!(scenario.events[14].act.to_string(), "deploy schema producer/app rename field");
}
