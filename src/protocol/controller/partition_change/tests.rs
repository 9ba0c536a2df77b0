//! Golden scripts of one partition: an event a line, and after it what the controller writes.

use super::*;
use crate::model::{KafkaVersion, PartitionIx, TopicIx};
use crate::protocol::controller::image::Image;
use crate::protocol::controller::messages::{
    Cause, DirectoryId, MetadataRecord, Placement, Registration, TopicConfig,
};
use crate::protocol::wire::AlterPartition;

const ONLY: PartitionIx = PartitionIx(0);

/// A partition on brokers 1, 2, 3 of a cluster of four, each with one directory.
fn cluster(version: &str, elr: Option<bool>, min_isr: usize, unclean: bool) -> Image {
    let version: KafkaVersion = version.parse().unwrap();
    let mut image = Image::new(Profile::of(version, elr), TopicConfig::default());
    let mut batch = image.begin_batch();
    for id in 1..=4 {
        image.register(registration(id, id as u64), true, &mut batch);
        image.unfence(BrokerId(id), &mut batch);
    }
    let config = TopicConfig { min_isr: Some(min_isr), unclean: Some(unclean) };
    let placement = Placement::Manual(vec![[1, 2, 3].map(BrokerId).to_vec()]);
    image.create_topic(&placement, config, &mut batch);
    image
}

fn registration(id: i32, directory: u64) -> Registration {
    Registration {
        broker: BrokerId(id),
        incarnation: 0,
        previous_epoch: -1,
        rack: None,
        directories: vec![DirectoryId(directory)],
    }
}

fn ids(text: &str) -> Vec<BrokerId> {
    text.split(',').map(|id| BrokerId(id.parse().unwrap())).collect()
}

/// Plays one line such as `fence 1` or `alter 1 [1,3]`.
fn play(image: &mut Image, line: &str) -> String {
    let (verb, rest) = line.split_once(' ').unwrap();
    let first = rest.split(' ').next().unwrap();
    let number = || first.parse::<i32>().unwrap();
    let list = || ids(rest.split(['[', ']']).nth(1).unwrap());
    let mut batch = image.begin_batch();
    let b = &mut batch;
    let mut answer = String::new();
    match verb {
        "fence" => image.fence(BrokerId(number()), Cause::BrokerLeft { broker: BrokerId(number()) }, b),
        "unfence" => image.unfence(BrokerId(number()), b),
        "stop" => image.begin_controlled_shutdown(BrokerId(number()), b),
        "register" => image.register(registration(number(), number() as u64), rest.ends_with(" clean"), b),
        "replace-disk" => image.register(registration(number(), 90 + number() as u64), false, b),
        "fail-disk" => image.directories_offline(BrokerId(number()), &[DirectoryId(number() as u64)], b),
        "alter" => answer = alter(image, BrokerId(number()), list(), b),
        "elect" if first == "preferred" => {
            answer = image.elect_on_request(ONLY, Election::Preferred, b).name().into();
        }
        "elect" => answer = image.elect_on_request(ONLY, Election::Unclean, b).name().into(),
        "check" => image.elect_uncleanly(Cause::UncleanElectionCheck, b),
        "rebalance" => image.rebalance(10, b),
        "reassign" => answer = image.reassign(ONLY, &list(), b).name().into(),
        "config" => {
            let min_isr = Some(number() as usize);
            let config = TopicConfig { min_isr, unclean: Some(rest.ends_with("unclean")) };
            image.set_config(Some(TopicIx(0)), config, b);
        }
        other => panic!("unknown verb {other}"),
    }
    let changes = batch.records.iter().filter_map(written).collect::<Vec<_>>().join("; ");
    let refused = Some(answer).filter(|answer| !answer.is_empty() && answer != "NONE");
    refused.unwrap_or(if changes.is_empty() { "-".into() } else { changes })
}

fn alter(
    image: &mut Image,
    from: BrokerId,
    isr: Vec<BrokerId>,
    batch: &mut super::super::image::MetadataBatchBuilder,
) -> String {
    let state = &image.partitions.get(ONLY).unwrap().state;
    let request = AlterPartition {
        partition: ONLY,
        leader_epoch: state.leader_epoch,
        partition_epoch: state.partition_epoch,
        new_isr: isr.into_iter().map(|id| (id, -1)).collect(),
        recovery: Recovery::Recovered,
    };
    image.alter_partition(from, &request, batch).error.name().into()
}

fn written(record: &MetadataRecord) -> Option<String> {
    let MetadataRecord::PartitionChange { change, .. } = record else {
        return matches!(record, MetadataRecord::ClearElr { .. }).then(|| "clear elr".into());
    };
    let list = |name: &str, list: &Option<Vec<BrokerId>>| {
        let ids = list.as_ref()?.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(",");
        Some(format!("{name} [{ids}]"))
    };
    let parts = [
        list("isr", &change.isr),
        change.leader.map(|leader| format!("leader {}", leader.map_or(-1, |id| id.0))),
        list("elr", &change.elr),
        list("last", &change.last_known_elr),
        change.recovery.map(|recovery| format!("{recovery:?}").to_lowercase()),
        list("replicas", &change.replicas),
        list("adding", &change.adding),
        list("removing", &change.removing),
    ];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Plays `event -> records` lines and compares the whole script.
fn script(mut image: Image, expected: &str) {
    let mut told = String::new();
    for line in expected.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let event = line.split(" -> ").next().unwrap().trim();
        told += &format!("{event} -> {}\n", play(&mut image, event));
    }
    let wanted: String =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).fold(String::new(), |text, line| {
            let (event, records) = line.split_once(" -> ").unwrap();
            text + &format!("{} -> {records}\n", event.trim())
        });
    assert_eq!(told, wanted);
}

#[test]
fn total_outage_with_elr_as_observed() {
    script(
        cluster("4.1", None, 2, false),
        "
        fence 1            -> isr [2,3] leader 2
        fence 3            -> isr [2] elr [3]
        fence 2            -> isr [] leader -1 elr [2,3] last [2]
        register 1 unclean -> -
        register 3 unclean -> elr [2]
        unfence 3          -> -
        register 2 unclean -> elr []
        unfence 2          -> isr [2] leader 2 last [] recovering
        unfence 1          -> -
        alter 2 [2,3]      -> isr [2,3] recovered
        alter 2 [2,3,1]    -> isr [2,3,1]
        ",
    );
}

#[test]
fn total_outage_without_elr_waits_for_the_last_one() {
    script(
        cluster("4.1", Some(false), 2, false),
        "
        fence 1            -> isr [2,3] leader 2
        fence 2            -> isr [3] leader 3
        fence 3            -> leader -1
        register 1 unclean -> -
        unfence 1          -> -
        register 3 unclean -> -
        unfence 3          -> leader 3
        alter 3 [3,1]      -> isr [3,1]
        ",
    );
}

#[test]
fn last_replica_standing_is_replaced_from_the_elr() {
    script(
        cluster("4.1", None, 2, false),
        "
        stop 2             -> isr [1,3]
        fence 2            -> -
        fence 3            -> isr [1] elr [3]
        fence 1            -> isr [] leader -1 elr [1,3] last [1]
        register 3 clean   -> -
        unfence 3          -> isr [3] leader 3 elr [1] last []
        register 1 unclean -> elr []
        unfence 1          -> -
        alter 3 [3,1]      -> isr [3,1]
        ",
    );
}

#[test]
fn the_last_known_leader_is_enough_if_the_elr_is_empty() {
    script(
        cluster("4.1", None, 1, false),
        "
        stop 2             -> isr [1,3]
        stop 3             -> isr [1]
        fence 1            -> isr [] leader -1 elr [1] last [1]
        register 1 unclean -> elr []
        unfence 1          -> isr [1] leader 1 last [] recovering
        ",
    );
}

#[test]
fn kafka_4_0_0_elects_the_last_known_leader_while_it_is_fenced() {
    let outage = "
        fence 2            -> isr [1,3]
        fence 3            -> isr [1]
        fence 1            -> isr [] leader -1 elr [1] last [1]
    ";
    let unchecked = "register 1 unclean -> isr [1] leader 1 elr [] last [] recovering";
    let checked = "register 1 unclean -> elr []";
    script(cluster("4.0.0", Some(true), 1, false), &format!("{outage}{unchecked}"));
    script(cluster("4.0.1", Some(true), 1, false), &format!("{outage}{checked}"));
}

#[test]
fn the_last_known_leader_since_4_2_is_recorded_when_nobody_leads() {
    script(
        cluster("4.2", None, 2, false),
        "
        fence 1 -> isr [2,3] leader 2
        fence 2 -> isr [3] leader 3 elr [2]
        fence 3 -> isr [] leader -1 elr [2,3] last [3]
        unfence 2 -> isr [2] leader 2 elr [3] last []
        ",
    );
}

#[test]
fn unclean_election_takes_the_first_replica_alive() {
    script(
        cluster("3.9", None, 1, true),
        "
        fence 2            -> isr [1,3]
        fence 3            -> isr [1]
        fence 1            -> leader -1
        register 2 unclean -> -
        unfence 2          -> isr [2] leader 2 recovering
        register 1 unclean -> -
        unfence 1          -> -
        ",
    );
    script(
        cluster("3.9", None, 1, true),
        "
        fence 3 -> isr [1,2]
        unfence 3 -> -
        fence 2 -> isr [1]
        fence 1 -> isr [3] leader 3 recovering
        ",
    );
}

#[test]
fn switching_unclean_on_waits_in_kraft_and_not_in_zookeeper() {
    let outage = "
        fence 2            -> isr [1,3]
        fence 3            -> isr [1]
        fence 1            -> leader -1
    ";
    let kraft = "
        unfence 3          -> -
        config 1 unclean   -> -
        elect unclean      -> isr [3] leader 3 recovering
        elect unclean      -> ELECTION_NOT_NEEDED
    ";
    let periodic = "
        unfence 3          -> -
        config 1 unclean   -> -
        check now          -> isr [3] leader 3 recovering
    ";
    let zookeeper = "
        unfence 3          -> -
        config 1 unclean   -> isr [3] leader 3 recovering
    ";
    script(cluster("3.9", None, 1, false), &format!("{outage}{kraft}"));
    script(cluster("3.9", None, 1, false), &format!("{outage}{periodic}"));
    let bumped = outage.replace("[1,3]", "[1,3] leader 1").replace("isr [1]\n", "isr [1] leader 1\n");
    script(cluster("2.8", None, 1, false), &format!("{bumped}{zookeeper}"));
}

#[test]
fn a_shrink_names_the_leader_until_3_6() {
    let shrink = |named: &str| format!("alter 1 [1,3] -> isr [1,3]{named}\n alter 1 [1,3,2] -> isr [1,3,2]");
    script(cluster("3.5", None, 1, false), &shrink(" leader 1"));
    script(cluster("3.6", None, 1, false), &shrink(""));
}

#[test]
fn the_preferred_leader_comes_back_when_somebody_looks() {
    script(
        cluster("4.1", None, 2, false),
        "
        rebalance now      -> -
        elect preferred    -> ELECTION_NOT_NEEDED
        stop 1             -> isr [2,3] leader 2
        elect preferred    -> PREFERRED_LEADER_NOT_AVAILABLE
        register 1 clean   -> -
        unfence 1          -> -
        rebalance now      -> -
        alter 2 [2,3,1]    -> isr [2,3,1]
        rebalance now      -> leader 1
        ",
    );
}

#[test]
fn a_reassignment_ends_when_all_that_stay_are_in_sync() {
    script(
        cluster("4.1", None, 2, false),
        "
        reassign [4,2]     -> replicas [4,2,1,3] adding [4] removing [1,3]
        alter 1 [1,2,3,4]  -> NEW_LEADER_ELECTED
        alter 4 [2,4]      -> -
        reassign [4,2,3]   -> replicas [4,2,3] adding [3]
        alter 4 [4,2,3]    -> isr [4,2,3] adding []
        reassign [4]       -> isr [4] leader 4 replicas [4]
        reassign [4,9]     -> INVALID_REPLICA_ASSIGNMENT
        ",
    );
}

#[test]
fn a_failed_disk_takes_the_broker_out_of_its_isrs() {
    script(
        cluster("4.1", None, 2, false),
        "
        fail-disk 1 -> isr [2,3] leader 2
        fail-disk 1 -> -
        ",
    );
}

#[test]
fn an_empty_disk_does_not_lead_since_3_7() {
    let outage = "
        fence 2 -> isr [1,3]
        fence 3 -> isr [1]
        fence 1 -> leader -1
        replace-disk 1 -> -
    ";
    script(cluster("3.9", None, 1, false), &format!("{outage}unfence 1 -> -"));
    script(cluster("3.6", None, 1, false), &format!("{outage}unfence 1 -> leader 1"));
}

#[test]
fn a_changed_minimum_voids_the_elr() {
    script(
        cluster("4.1", None, 2, false),
        "
        fence 2   -> isr [1,3]
        fence 3   -> isr [1] elr [3]
        config 3  -> clear elr
        fence 1   -> isr [] leader -1 elr [1] last [1]
        ",
    );
}

#[test]
fn alter_partition_refuses_in_kafkas_order() {
    script(
        cluster("4.1", None, 2, false),
        "
        alter 2 [2,3]     -> INVALID_REQUEST
        alter 1 [1,4]     -> INVALID_REQUEST
        alter 1 [1,1]     -> INVALID_REQUEST
        alter 1 [2,3]     -> INVALID_REQUEST
        fence 3           -> isr [1,2]
        alter 1 [1,2,3]   -> INELIGIBLE_REPLICA
        unfence 3         -> -
        alter 1 [1,2,3]   -> isr [1,2,3]
        stop 2            -> isr [1,3]
        alter 1 [1,2,3]   -> INELIGIBLE_REPLICA
        ",
    );
}

#[test]
fn epochs_grow_as_kafka_says() {
    let mut image = cluster("4.1", None, 2, false);
    let epochs = |image: &Image| {
        let state = &image.partitions.get(ONLY).unwrap().state;
        (state.leader_epoch, state.partition_epoch)
    };
    assert_eq!(epochs(&image), (0, 0));
    play(&mut image, "alter 1 [1,2]");
    assert_eq!(epochs(&image), (0, 1));
    play(&mut image, "fence 1");
    assert_eq!(epochs(&image), (1, 2));
}
