//! Goals are read as written, and plans really meet them.

use super::{Goal, Plan, parse_goals, plan};
use crate::consequences::fixtures::Plan as Layout;
use crate::consequences::{PRESETS, Subject, advise, assess, compare, frontier};
use crate::hypothesis::apply;
use crate::knobs::{Change, find};

#[test]
fn goals_are_read_and_refused() {
    let read =
        |text: &str| parse_goals(text).map(|goals| goals.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(
        read("survive rack, ack_p99_ms < 20, survive writes 2 crashes,ordered, no duplicates").unwrap(),
        ["survive 1 rack", "ack_p99_ms < 20", "survive writes 2 crash", "ordered", "no duplicates"]
    );
    assert_eq!(read("survive disk_loss").unwrap(), ["survive data 1 disk_loss"]);
    for wrong in
        ["", "survive", "survive flood", "ack_p99_ms < soon", "writes power_loss", "survive writes disk_loss"]
    {
        assert!(read(wrong).unwrap_err().contains("survive [data|writes|reads]"), "{wrong}");
    }
}

#[test]
fn the_fewest_changes_meet_the_goals() {
    let cluster = Layout { topic: vec![("min.insync.replicas", "1")], ..Layout::default() }.build();
    let goals = parse_goals("survive rack, survive disk_loss, ack_p99_ms < 20").unwrap();
    let Plan::Change { changes, assessment } = plan(&cluster, Subject::Cluster, &goals) else {
        panic!("min.insync.replicas=2 does it")
    };
    let said: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["topic/orders:min.insync.replicas=2"]);
    assert!(goals.iter().all(|goal| goal.is_met(&assessment)));
    assert_eq!(assess(&apply(&cluster, &changes).unwrap(), Subject::Cluster), *assessment);
    assert_eq!(plan(&apply(&cluster, &changes).unwrap(), Subject::Cluster, &goals), Plan::Met);
}

#[test]
fn what_forbids_a_goal_is_named() {
    let cluster = Layout::default().build();
    let goals = parse_goals("ack_p99_ms < 0.1, survive data 1 crash").unwrap();
    let Plan::Impossible { alone, .. } = plan(&cluster, Subject::Cluster, &goals) else {
        // acks=0 answers at once, but then nothing is confirmed.
        let Plan::Impossible { together, .. } = plan(&cluster, Subject::Cluster, &goals) else { panic!() };
        assert!(!together.is_empty());
        return;
    };
    assert!(alone.iter().any(|goal| matches!(goal, Goal::Bound { .. })) || alone.is_empty());
}

#[test]
fn presets_cost_something_elsewhere() {
    let cluster = Layout::default().build();
    let settings: Vec<(String, Vec<Change>)> =
        PRESETS.iter().map(|preset| (preset.id.to_string(), preset.changes().unwrap())).collect();
    let compared: Vec<_> =
        compare(&cluster, Subject::Cluster, &settings).into_iter().map(Result::unwrap).collect();
    let delta = |preset: usize, id: &str| {
        compared[preset].deltas.iter().find(|delta| delta.id == id).and_then(|delta| delta.change)
    };
    use std::cmp::Ordering::{Greater, Less};
    assert_eq!(delta(0, "throughput.max"), Some(Greater));
    assert_eq!(delta(0, "durability.crash"), Some(Less));
    assert_eq!(delta(1, "latency.ack"), Some(Greater));
    assert_eq!(delta(1, "durability.crash"), Some(Less));
    assert_eq!(delta(3, "reads.unavailable"), Some(Greater));
    assert_eq!(delta(3, "durability.loss_per_year"), Some(Less));
    let weak = Layout { topic: Vec::new(), producer: vec![("acks", "1")], ..Layout::default() }.build();
    let [durable] = &compare(&weak, Subject::Cluster, &settings[2..3])[..] else { panic!() };
    let gained =
        durable.as_ref().unwrap().deltas.iter().find(|delta| delta.id == "durability.crash").unwrap();
    assert_eq!((gained.was.as_str(), gained.now.as_str(), gained.change), ("0", "any", Some(Greater)));
}

#[test]
fn advice_has_its_price() {
    let cluster = Layout::default().build();
    let advice = advise(&cluster, Subject::Cluster, "latency.ack");
    let acks = advice.iter().find(|advice| advice.change.to_string() == "producer:acks=1").unwrap();
    assert!(acks.price.iter().any(|delta| delta.id == "durability.crash"));
    assert!(advise(&cluster, Subject::Cluster, "writes.crash").iter().any(|advice| {
        advice.change.knob.name == "min.insync.replicas" && advice.gain.now.starts_with('2')
    }));
}

#[test]
fn the_frontier_is_what_nothing_beats() {
    let cluster = Layout::default().build();
    let knobs = [find(None, "acks").unwrap(), find(None, "linger.ms").unwrap()];
    let points = frontier(&cluster, Subject::Cluster, &knobs, ("latency.ack", "durability.disk_loss"));
    assert_eq!(points.len(), knobs[0].ladder.len() * knobs[1].ladder.len());
    let on: Vec<&_> = points.iter().filter(|point| point.on_frontier).collect();
    assert!(!on.is_empty() && on.len() < points.len());
    assert!(on.iter().any(|point| point.changes[0].value.to_string() == "all"));
}
