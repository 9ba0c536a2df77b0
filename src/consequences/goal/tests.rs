//! Goals are read as written, and plans really meet them.

use super::parse_goals;
use crate::consequences::fixtures::ClusterSpec;
use crate::consequences::goal_plan::{GoalPlan, plan};
use crate::consequences::{PRESETS, Subject, advise, assess, compare, default_sweep, frontier};
use crate::hypothesis::apply;
use crate::knobs::Change;
use std::collections::BTreeSet;

fn nothing(_: &crate::model::Cluster) -> BTreeSet<String> {
    BTreeSet::new()
}

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
    let cluster = ClusterSpec { topic: vec![("min.insync.replicas", "1")], ..ClusterSpec::default() }.build();
    let goals = parse_goals("survive rack, survive disk_loss, ack_p99_ms < 20").unwrap();
    let GoalPlan::Change { changes, assessment } =
        plan(&cluster, Subject::Cluster, &goals, &nothing, &|| true)
    else {
        panic!("min.insync.replicas=2 does it")
    };
    let said: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["topic/orders:min.insync.replicas=2"]);
    assert!(goals.iter().all(|goal| goal.is_met(&assessment)));
    assert_eq!(assess(&apply(&cluster, &changes).unwrap(), Subject::Cluster), *assessment);
    assert_eq!(
        plan(&apply(&cluster, &changes).unwrap(), Subject::Cluster, &goals, &nothing, &|| true),
        GoalPlan::Met
    );
}

/// A flush for every message keeps one promise and costs most of the throughput; a minimum of 2 keeps more.
#[test]
fn a_minimum_of_two_comes_before_flushes() {
    let cluster = ClusterSpec { topic: vec![("min.insync.replicas", "1")], ..ClusterSpec::default() }.build();
    let goals = parse_goals("survive data 1 power_loss").unwrap();
    let GoalPlan::Change { changes, .. } = plan(&cluster, Subject::Cluster, &goals, &nothing, &|| true)
    else {
        panic!("min.insync.replicas=2 does it")
    };
    let said: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["topic/orders:min.insync.replicas=2"]);
}

#[test]
fn what_forbids_a_goal_is_named() {
    let cluster = ClusterSpec::default().build();
    let goals = parse_goals("ack_p99_ms < 0.1, survive data 1 crash").unwrap();
    let GoalPlan::Impossible { alone, together, .. } =
        plan(&cluster, Subject::Cluster, &goals, &nothing, &|| true)
    else {
        panic!("acks=0 answers at once, but then nothing is confirmed")
    };
    assert_eq!((alone, together), (Vec::new(), vec![(goals[0].clone(), goals[1].clone())]));
}

#[test]
fn presets_cost_something_elsewhere() {
    let cluster = ClusterSpec::default().build();
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
    assert_eq!(delta(3, "writes.unavailable"), Some(Greater));
    assert_eq!(delta(3, "durability.loss_per_year"), Some(Less));
    let weak =
        ClusterSpec { topic: Vec::new(), producer: vec![("acks", "1")], ..ClusterSpec::default() }.build();
    let [durable] = &compare(&weak, Subject::Cluster, &settings[2..3])[..] else { panic!() };
    let gained =
        durable.as_ref().unwrap().deltas.iter().find(|delta| delta.id == "durability.crash").unwrap();
    assert_eq!((gained.was.as_str(), gained.now.as_str(), gained.change), ("0", "any", Some(Greater)));
}

#[test]
fn advice_has_its_price() {
    let cluster = ClusterSpec::default().build();
    let advice = advise(&cluster, Subject::Cluster, "latency.ack", &nothing, &|| true);
    let of_acks = |value: &str| advice.iter().find(|advice| advice.title() == value);
    assert!(of_acks("producer:acks=0").is_some(), "what gains most");
    let acks = of_acks("producer:acks=1").expect("and the next rung, which does most of it");
    assert!(acks.price.iter().any(|delta| delta.id == "durability.crash"));
    assert!(advise(&cluster, Subject::Cluster, "writes.crash", &nothing, &|| true).iter().any(|advice| {
        advice.changes[0].knob.name == "min.insync.replicas" && advice.gain.now.starts_with('2')
    }));
}

#[test]
fn what_is_cheapest_gives_nothing_up_in_silence() {
    let cluster = ClusterSpec::default().build();
    let goals = parse_goals("ack_p99_ms < 7").unwrap();
    let GoalPlan::Change { changes, assessment } =
        plan(&cluster, Subject::Cluster, &goals, &nothing, &|| true)
    else {
        panic!("linger.ms does it")
    };
    assert!(changes.iter().all(|change| change.knob.name != "acks"), "{changes:?}");
    let before = assess(&cluster, Subject::Cluster);
    let guaranteed = |of: &crate::consequences::Assessment| of.durability.disk_loss.value.guaranteed.clone();
    assert_eq!(guaranteed(&assessment), guaranteed(&before));
}

#[test]
fn the_frontier_is_what_nothing_beats() {
    let cluster = ClusterSpec::default().build();
    let sweeps: Vec<_> =
        default_sweep().into_iter().filter(|(knob, _)| ["acks", "linger.ms"].contains(&knob.name)).collect();
    let of = |figures| frontier(&cluster, Subject::Cluster, &sweeps, figures, &|| true);
    let points = of(("latency.ack", "durability.disk_loss"));
    assert!(points[0].is_now() && points.iter().skip(1).all(|point| !point.is_now()));
    let on: Vec<&_> = points.iter().filter(|point| point.on_frontier).collect();
    assert!(!on.is_empty() && on.len() < points.len());
    // By the definition, over all pairs.
    for point in &points {
        let beaten = points
            .iter()
            .any(|other| other.at.0 >= point.at.0 && other.at.1 >= point.at.1 && other.at != point.at);
        assert_eq!(point.on_frontier, !beaten, "{point:?}");
    }
    // Every point is what its changes come to.
    for point in &points {
        let now = assess(&apply(&cluster, &point.changes).unwrap(), Subject::Cluster);
        assert_eq!(now.latency.ack.view().value.text(), point.x);
    }
    assert!(of(("latency.ack", "durability.none")).is_empty(), "an unknown figure has no frontier");
}

#[test]
fn a_sweep_is_bounded_and_can_be_stopped() {
    let cluster = ClusterSpec::default().build();
    let asked = std::cell::Cell::new(0);
    let twice = || {
        asked.set(asked.get() + 1);
        asked.get() <= 2
    };
    let figures = ("latency.ack", "durability.loss_per_year");
    assert!(frontier(&cluster, Subject::Cluster, &default_sweep(), figures, &twice).len() <= 2);
    let points = frontier(&cluster, Subject::Cluster, &default_sweep(), figures, &|| true);
    let min_isr =
        |change: &Change| (change.knob.name == "min.insync.replicas").then(|| change.value.int().unwrap());
    assert!(points.len() > 20 && points.len() <= crate::consequences::MAX_POINTS);
    for point in points.iter().filter(|point| point.changes.iter().any(|change| min_isr(change).is_some())) {
        let replicas = point.changes.iter().find(|change| change.knob.name == "replication.factor");
        let replicas = replicas.and_then(|change| change.value.int()).unwrap_or(3);
        let min_isr = point.changes.iter().find_map(min_isr).unwrap();
        assert!(min_isr <= replicas, "{point:?}");
    }
}

/// The chance of a loss hardly moves, for it is the site's power; what is promised does.
#[test]
fn the_answer_to_a_minimum_of_one_is_two() {
    let cluster = ClusterSpec {
        topic: vec![("min.insync.replicas", "1")],
        producer: vec![("acks", "all")],
        ..ClusterSpec::default()
    };
    let advice = advise(&cluster.build(), Subject::Cluster, "durability.loss_per_year", &nothing, &|| true);
    assert_eq!(advice[0].title(), "topic/orders:min.insync.replicas=2", "{advice:#?}");
    assert_eq!(advice[0].gain.id, "durability.power_loss");
    let three = advice.iter().position(|one| one.title().contains("replicas=3"));
    assert!(three.is_none_or(|at| at > 0), "writes would survive no crash");
}

#[test]
fn what_helps_only_together_is_named_together() {
    let cluster = ClusterSpec {
        topic: vec![("min.insync.replicas", "1")],
        producer: vec![("acks", "1")],
        ..ClusterSpec::default()
    };
    let advice = advise(&cluster.build(), Subject::Cluster, "durability.disk_loss", &nothing, &|| true);
    let pair = &advice[0].changes;
    assert_eq!(pair.len(), 2, "{advice:#?}");
    assert!(advice[0].title().contains("min.insync.replicas=2") && advice[0].title().contains("acks=all"));
}

#[test]
fn next_to_nothing_is_not_advised() {
    for figure in ["latency.ack", "throughput.max", "cost.storage", "writes.unavailable"] {
        let cluster = ClusterSpec::default().build();
        let before = assess(&cluster, Subject::Cluster);
        let score = |of: &crate::consequences::Assessment| of.figure(figure).unwrap().value.score().unwrap();
        for one in advise(&cluster, Subject::Cluster, figure, &nothing, &|| true) {
            let now = assess(&apply(&cluster, &one.changes).unwrap(), Subject::Cluster);
            let gained = (score(&now) - score(&before)) / score(&before).abs();
            assert!(gained >= 0.05 || one.gain.id != figure, "{}: {gained}", one.title());
        }
    }
}

/// Whatever somebody holds against a change keeps it out of the list and out of plans.
#[test]
fn what_is_objected_to_is_not_advised() {
    let cluster = ClusterSpec::default().build();
    let asynchronous = |of: &crate::model::Cluster| -> BTreeSet<String> {
        let acks = of.assumed.producers[0].settings.get("acks").filter(|acks| *acks != "all");
        acks.map(|acks| format!("acks {acks}")).into_iter().collect()
    };
    let advice = advise(&cluster, Subject::Cluster, "latency.ack", &asynchronous, &|| true);
    assert!(!advice.is_empty());
    assert!(advice.iter().all(|one| !one.title().contains("producer:acks")), "{advice:#?}");
    let goals = parse_goals("ack_p50_ms < 2.6").unwrap();
    let plan = plan(&cluster, Subject::Cluster, &goals, &asynchronous, &|| true);
    if let GoalPlan::Change { changes, .. } = plan {
        assert!(changes.iter().all(|change| change.knob.name != "acks"), "{changes:?}");
    }
}
