//! Knobs over a cluster: what they change, that nothing else changes, and that undo undoes.

use super::*;
use crate::knobs::ALL;
use crate::model::{BrokerId, KafkaVersion, Origin, TopicIx};
use proptest::prelude::*;

fn base() -> Arc<Cluster> {
    Arc::new(reference(KafkaVersion::REFERENCE))
}

fn change(text: &str) -> Change {
    Change::parse(text).unwrap()
}

fn after(changes: &[&str]) -> Cluster {
    let changes: Vec<Change> = changes.iter().map(|text| change(text)).collect();
    apply(&base(), &changes).unwrap()
}

#[test]
fn every_knob_reads_back_what_was_set() {
    for knob in ALL {
        let start = base();
        let before = resolve(&start, Some(TopicIx(0)), knob);
        let mut applied = 0;
        for value in knob.rungs() {
            if let Ok(now) = apply(&start, &[Change::new(knob, value.clone())]) {
                let read = resolve(&now, Some(TopicIx(0)), knob);
                assert_eq!(read.get(), Some(&value), "{} (was {before:?})", knob.full_name());
                applied += usize::from(before.get() != Some(&value));
            }
        }
        assert!(applied > 0, "{}: no rung can be applied", knob.full_name());
    }
}

#[test]
fn a_broker_value_reaches_only_topics_that_do_not_set_it() {
    let knob = crate::knobs::find(None, "min.insync.replicas").unwrap();
    let inherited = after(&["broker:min.insync.replicas=2"]);
    assert_eq!(resolve(&inherited, Some(TopicIx(0)), knob).get(), Some(&Value::Int(2)));
    let own = after(&["topic:min.insync.replicas=3", "broker:min.insync.replicas=2"]);
    assert_eq!(resolve(&own, Some(TopicIx(0)), knob).get(), Some(&Value::Int(3)));
}

#[test]
fn a_knob_over_an_unknown_configuration_makes_nothing_else_known() {
    let mut cluster = Cluster::clone(&base());
    let denied = Datum::unknown(crate::model::Unknown::Denied("DescribeConfigs on Topic orders".into()));
    let topics =
        cluster.topics.iter().map(|topic| crate::model::Topic { config: denied.clone(), ..topic.clone() });
    cluster.topics = topics.collect();
    let changed = apply(&cluster, &[change("min.insync.replicas=2")]).unwrap();
    let read = |name: &str| resolve(&changed, Some(TopicIx(0)), crate::knobs::find(None, name).unwrap());
    assert_eq!(read("min.insync.replicas").get(), Some(&Value::Int(2)));
    assert!(read("flush.messages").get().is_none());
}

#[test]
fn added_replicas_go_to_the_emptiest_rack_and_removed_ones_spare_the_leader() {
    let wide = after(&["cluster:brokers=6", "replication.factor=4"]);
    for partition in wide.partitions.iter() {
        assert_eq!((partition.replicas().len(), partition.isr_len()), (4, 4));
    }
    let narrow = after(&["replication.factor=1"]);
    for partition in narrow.partitions.iter() {
        assert_eq!(partition.leader(), partition.replicas().first().copied());
    }
}

#[test]
fn growing_a_topic_keeps_what_is_there() {
    let (start, grown) = (base(), after(&["partitions=24"]));
    assert_eq!(grown.partitions.len(), 24);
    for (old, new) in start.partitions.iter().zip(grown.partitions.iter()) {
        assert_eq!(old.to_row(), new.to_row());
    }
}

#[test]
fn what_cannot_be_says_why() {
    let says = |text: &str| apply(&base(), &[change(text)]).unwrap_err().to_string();
    let mut real = reference(KafkaVersion::REFERENCE);
    real.id = Datum::known("abc".into(), 0, Origin::Broker);
    let fewer = apply(&real, &[change("partitions=3")]).unwrap_err().to_string();
    assert_eq!(fewer, "partitions only grow: orders has 12");
    assert_eq!(
        after(&["partitions=3"]).partitions.len(),
        3,
        "those of the reference cluster were never created"
    );
    assert_eq!(says("replication.factor=4"), "replication.factor 4 needs 4 brokers, and the cluster has 3");
    assert_eq!(says("brokers=2"), "2 brokers cannot hold 3 replicas of a partition");
    assert_eq!(says("topic/ordrs:partitions=24"), "there is no topic `ordrs`: did you mean `orders`?");
    assert_eq!(says("producer/web:acks=1"), "there is no producer called `web`");
}

#[test]
fn fewer_brokers_move_their_replicas() {
    let shrunk = after(&["brokers=6", "racks=3", "brokers=3"]);
    for partition in shrunk.partitions.iter() {
        assert!(partition.replicas().iter().all(|id| *id <= BrokerId(3)), "{:?}", partition.replicas());
        assert_eq!(partition.replicas().len(), 3);
    }
}

#[test]
fn a_changed_client_is_no_longer_a_mere_assumption() {
    assert_eq!(after(&["acks=1"]).assumed.producers[0].origin, Origin::WhatIf);
}

#[test]
fn a_pin_is_what_now_is_compared_with() {
    let mut hypothesis = Hypothesis::new(base());
    let acks = crate::knobs::find(None, "acks").unwrap();
    hypothesis.set(change("acks=1")).unwrap();
    hypothesis.pin();
    hypothesis.set(change("acks=0")).unwrap();
    let word = |value: &Datum<Value>| value.get().unwrap().to_string();
    let seen = hypothesis.difference(None, acks);
    assert_eq!((word(&seen.was), word(&seen.now)), ("1".into(), "0".into()));
}

#[test]
fn a_topic_that_is_gone_takes_its_changes_with_it() {
    let mut hypothesis = Hypothesis::new(base());
    hypothesis.set(change("topic/orders:min.insync.replicas=2")).unwrap();
    hypothesis.set(change("acks=1")).unwrap();
    let mut empty = Cluster::clone(hypothesis.base());
    empty.topics = Arc::new([]);
    empty.partitions = Default::default();
    let dropped = hypothesis.rebase(Arc::new(empty));
    assert_eq!(dropped, [change("topic/orders:min.insync.replicas=2")]);
    assert_eq!(hypothesis.changes(), [change("acks=1")]);
}

fn any_change() -> impl Strategy<Value = Change> {
    (0..ALL.len(), any::<prop::sample::Index>()).prop_filter_map("a value of its ladder", |(at, rung)| {
        let knob = ALL[at];
        let rungs = knob.rungs();
        rungs.get(rung.index(rungs.len())).map(|value| Change::new(knob, value.clone()))
    })
}

proptest! {
    #[test]
    fn undo_takes_everything_back_and_redo_brings_it_again(changes in prop::collection::vec(any_change(), 1..12)) {
        let mut hypothesis = Hypothesis::new(base());
        let mut seen = vec![hypothesis.now().clone()];
        for change in changes {
            if hypothesis.set(change).is_ok() {
                seen.push(hypothesis.now().clone());
            }
        }
        for want in seen.iter().rev().skip(1) {
            prop_assert!(hypothesis.undo());
            prop_assert_eq!(hypothesis.now(), want);
        }
        prop_assert!(!hypothesis.undo());
        for want in &seen[1..] {
            prop_assert!(hypothesis.redo());
            prop_assert_eq!(hypothesis.now(), want);
        }
        prop_assert!(!hypothesis.redo());
    }
}
