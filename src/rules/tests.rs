//! The registry holds together, and an examination of many topics is complete.

mod fixes;
mod fixture;
mod hosts;
mod zookeepers;

pub(in crate::rules) use fixture::{
    NO_CONFIG, given, large, on_brokers, on_consumers, on_producers, on_topics,
};
pub(in crate::rules) use hosts::{NONE, host, on_host};
pub(in crate::rules) use zookeepers::on_zookeeper;

use super::*;
use crate::model::{Datum, Origin};
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_every_rule_says_why_and_what_to_do() {
    let ids: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), ALL.len());
    for rule in ALL {
        let plain = rule
            .id
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        assert!(plain, "{}", rule.id);
        assert!(rule.why.ends_with('.') && !rule.fix.is_empty() && !rule.title.is_empty(), "{}", rule.id);
        assert!(!rule.needs.is_empty(), "{} needs nothing", rule.id);
    }
}

#[test]
fn findings_come_worst_first_and_unknown_is_no_finding() {
    let cluster = given()
        .topic("a", "", &[&[1]])
        .topic("b", "", &[&[1, 2, 3]])
        .isr(0, &[])
        .producer("acks=1")
        .denied_broker_config();
    let findings = examine(&cluster.cluster());
    let severities: Vec<_> = findings.at_or_above(Severity::Info).map(|finding| finding.severity).collect();
    assert!(severities.is_sorted() && severities.len() > 2, "{severities:?}");
    assert!(findings.findings.iter().any(|finding| finding.status == FindingStatus::Unknown));
    let summary = findings.summary();
    let counted = summary.critical + summary.high + summary.medium + summary.low + summary.info;
    assert_eq!(counted + summary.unknown, findings.findings.len());
    assert_eq!(findings.at_or_above(Severity::Critical).count(), summary.critical);
}

#[test]
fn chapters_without_evidence_are_named_once() {
    let findings = examine(&given().topic("a", "", &[&[1, 2, 3]]).cluster());
    let chapters: Vec<u8> = findings.not_examined.iter().map(|missed| missed.chapter.number()).collect();
    assert!(chapters.is_sorted() && chapters.contains(&2) && chapters.contains(&3), "{chapters:?}");
    assert_eq!(chapters.iter().collect::<BTreeSet<_>>().len(), chapters.len());
}

/// The first partition of each topic lacks a replica, whatever else is wrong with the topic.
#[test]
fn every_topic_of_many_is_examined() {
    const TOPICS: usize = 40;
    let count = |text: &str, id: &str| {
        let findings = examine(&fixture::large(TOPICS, 3, text)).findings;
        findings.iter().filter(|finding| finding.rule.id == id).count()
    };
    assert_eq!(count("min.insync.replicas=2", "under-replicated"), TOPICS);
    assert_eq!(count("min.insync.replicas=2", "unclean-election-enabled"), 0);
    assert_eq!(count("unclean.leader.election.enable=true", "unclean-election-enabled"), TOPICS);
}

fn lines(findings: &Findings) -> Vec<String> {
    let told = findings.findings.iter().filter(|finding| finding.status == FindingStatus::Finding);
    told.map(|found| format!("{} {}: {}", found.severity.word(), found.rule.id, found.evidence)).collect()
}

/// Three brokers with Kafka's defaults and a topic of three replicas, two of which must be in sync: what is told of it
/// are the two defaults that nobody should keep.
#[test]
fn a_plain_cluster_is_told_of_two_defaults_only() {
    let topics = || {
        let spread = [&[1, 2, 3][..], &[2, 3, 1], &[3, 1, 2]];
        given().topic("orders", "min.insync.replicas=2", &spread)
    };
    let plain = topics().broker_config("listeners=PLAINTEXT://127.0.0.1:9092").cluster();
    let found = lines(&examine(&plain));
    let wanted = [
        "high default-rf-one: default.replication.factor=1 on brokers 1, 2, 3",
        "high auto-create-topics: auto.create.topics.enable=true on brokers 1, 2, 3",
    ];
    assert_eq!(found, wanted);
}

const WELL_RUN: &str = "auto.create.topics.enable=false\ndefault.replication.factor=3\nmin.insync.replicas=2\n\
    process.roles=broker\nlisteners=IN://:9092,OUT://:9093\ninter.broker.listener.name=IN\n\
    listener.security.protocol.map=IN:SSL,OUT:SASL_SSL,CONTROLLER:SSL\ncontroller.listener.names=CONTROLLER\n\
    controller.quorum.bootstrap.servers=c1:9093,c2:9093,c3:9093\n\
    authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\nlog.dirs=/data/kafka\n\
    num.recovery.threads.per.data.dir=4\nnum.replica.fetchers=2";

/// Rules by the hundred are of use only as long as they leave a cluster alone that is as it should be.
#[test]
fn a_well_run_cluster_has_five_findings_at_most_and_none_that_is_high() {
    let spread = [&[1, 2, 3][..], &[2, 3, 1], &[3, 1, 2]];
    let one = || Datum::known(1, 0, Origin::Broker);
    let offsets: Vec<&[i32]> = (0..50).map(|at| spread[at % 3]).collect();
    let mut cluster = given().broker_config(WELL_RUN).quorum(Some(101), &[101, 102, 103]);
    cluster = cluster.topic("__consumer_offsets", "cleanup.policy=compact\nmin.insync.replicas=2", &offsets);
    cluster = cluster.topic("orders", "min.insync.replicas=2", &spread);
    cluster = cluster.log(0, 0, 50_000).log(1, 0, 60_000).log(2, 0, 40_000);
    cluster = cluster.group("billing", one(), &[(50, 49_990), (51, 60_000), (52, 40_000)]);
    cluster = cluster.members(&[&[50], &[51], &[52]]);
    cluster = cluster.producer(
        "bootstrap.servers=a:9093,b:9093,c:9093\nclient.id=shop\ncompression.type=lz4\nlinger.ms=10",
    );
    cluster = cluster.consumer(
        "bootstrap.servers=a:9093,b:9093,c:9093\nclient.id=billing\ngroup.id=billing\n\
         enable.auto.commit=false\nauto.offset.reset=earliest",
    );
    let found = examine(&cluster.cluster());
    let told = lines(&found);
    assert_eq!(found.at_or_above(Severity::High).count(), 0, "{told:#?}");
    assert!(told.len() <= 5, "{told:#?}");
}

/// Every chapter has rules, and those that the evidence allows have five or more.
#[test]
fn no_chapter_is_left_out() {
    let count = |number: u8| ALL.iter().filter(|rule| rule.chapter.number() == number).count();
    let thin: Vec<(u8, usize)> =
        (1..=16).map(|number| (number, count(number))).filter(|(_, count)| *count < 5).collect();
    assert!(thin.is_empty() && ALL.len() >= 150, "{thin:?} of {}", ALL.len());
}

/// What runs in the simulator or is assumed has no operating system that anybody could look at.
#[test]
fn a_machine_is_asked_for_where_there_is_one() {
    let asks = |from: Origin| {
        let mut cluster = given().topic("a", "", &[&[1, 2, 3]]).cluster();
        cluster.id = Datum::known("test".into(), 0, from);
        examine(&cluster).not_examined.iter().any(|missed| missed.evidence.contains(&Evidence::Hosts))
    };
    assert!(asks(Origin::Broker) && !asks(Origin::Simulated) && !asks(Origin::Assumed));
}
