//! Answers in, clusters out: ages, denials, brokers that die.

use super::*;
use crate::kafka::reads::{
    Acls, GroupListing, GroupsRead, NO_CONTROLLER, Node, PartitionMetadata, PartitionMove, ReadAnswer,
    TopicMetadata,
};
use crate::kafka::{CallError, ConnectionState};
use crate::model::{BrokerStatus, ConfigEntry, ConfigSource, Lag, Origin, Quorum};

mod open_transactions;
mod rights;

fn metadata(nodes: &[i32], isr: &[i32]) -> ReadAnswer {
    let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect::<Vec<_>>();
    let node = |id: &i32| Node { id: BrokerId(*id), host: format!("h{id}"), port: 9092 };
    let leader = isr.first().copied().map(BrokerId);
    let partition = PartitionMetadata { number: 0, leader, replicas: ids(&[1, 2]), isr: ids(isr) };
    let topic = TopicMetadata { name: "t".into(), partitions: vec![partition] };
    ReadAnswer::Metadata(Ok(Metadata { nodes: nodes.iter().map(node).collect(), topics: vec![topic] }))
}

fn fact(offset: Option<i64>, code: i32) -> PartitionOffset {
    PartitionOffset { topic: "t".into(), partition: 0, offset, leader_epoch: Some(3), code, lag: None }
}

fn timeout() -> CallError {
    CallError { code: -185, message: "timed out".into(), hint: None }
}

fn denied() -> CallError {
    CallError { code: 30, message: "no".into(), hint: None }
}

fn listed(broker: i32, groups: &[&str]) -> (BrokerId, Result<Vec<GroupListing>, CallError>) {
    let group = |id: &&str| GroupListing {
        id: (*id).into(),
        state: GroupState::Stable,
        group_type: Some("classic".into()),
    };
    (BrokerId(broker), Ok(groups.iter().map(group).collect()))
}

fn groups(listed: Vec<(BrokerId, Result<Vec<GroupListing>, CallError>)>) -> ReadAnswer {
    ReadAnswer::Groups(GroupsRead { listed, ..GroupsRead::default() })
}

fn names(cluster: &Cluster) -> Vec<String> {
    cluster.groups.get().unwrap().iter().map(|group| group.id.to_string()).collect()
}

#[test]
fn a_broker_that_replicas_name_and_metadata_does_not_is_down_since_it_was_missed() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 100);
    assert_eq!(observed.cluster(100).brokers_up(), 2);
    observed.apply(metadata(&[1], &[1]), 200);
    observed.apply(metadata(&[1], &[1]), 300);
    let cluster = observed.cluster(300);
    let gone = cluster.broker(BrokerId(2)).unwrap();
    assert_eq!((gone.state, gone.since, gone.host.as_str()), (BrokerStatus::Down, Some(200), "h2"));
    observed.apply(metadata(&[1, 2], &[1, 2]), 400);
    let cluster = observed.cluster(400);
    let back = cluster.broker(BrokerId(2)).unwrap();
    assert_eq!((back.state, back.since), (BrokerStatus::Up, Some(400)));
}

/// What the screen says of a broker, and since when.
fn status(observed: &mut ObservedCluster, id: i32) -> (&'static str, Option<Millis>) {
    let cluster = observed.cluster(0);
    let broker = cluster.broker(BrokerId(id)).unwrap();
    (broker.state.word(), broker.since)
}

fn description(fenced: &[i32]) -> ReadAnswer {
    let node = |id: &i32| Node { id: BrokerId(*id), host: format!("h{id}"), port: 9092 };
    ReadAnswer::Description(Some("c".into()), Some(Ok(Vec::new())), fenced.iter().map(node).collect())
}

#[test]
fn the_probe_comes_first_and_then_what_the_cluster_says() {
    let mut observed = ObservedCluster::default();
    let report = |observed: &mut ObservedCluster, state, at| observed.apply_report((BrokerId(2), state), at);
    observed.apply(metadata(&[1, 2], &[1, 2]), 100);
    report(&mut observed, ConnectionState::Connected, 110);
    assert_eq!(status(&mut observed, 2), ("OK", None));
    report(&mut observed, ConnectionState::Slow, 200);
    assert_eq!(status(&mut observed, 2), ("SLOW", Some(200)));
    assert_eq!(observed.cluster(200).brokers_up(), 2, "one that is slow takes part");
    report(&mut observed, ConnectionState::Silent, 210);
    observed.apply(metadata(&[1, 2], &[1, 2]), 220);
    assert_eq!(status(&mut observed, 2), ("SILENT", Some(210)), "the others still call it alive");
    assert_eq!(observed.cluster(220).brokers_up(), 1);
    observed.apply(metadata(&[1], &[1]), 300);
    assert_eq!(status(&mut observed, 2), ("DOWN", Some(300)));
    observed.apply(description(&[2]), 310);
    assert_eq!(status(&mut observed, 2), ("FENCED", Some(300)), "its process is there");
    report(&mut observed, ConnectionState::Refused(timeout()), 320);
    assert_eq!(status(&mut observed, 2), ("DOWN", Some(300)), "it is not");
    report(&mut observed, ConnectionState::Connected, 400);
    assert_eq!(status(&mut observed, 2), ("FENCED", Some(300)));
    observed.apply(metadata(&[1, 2], &[1, 2]), 410);
    assert_eq!(status(&mut observed, 2), ("OK", Some(410)));
}

#[test]
fn a_fenced_broker_without_a_replica_is_listed_and_one_that_moved_is_asked_anew() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 100);
    observed.apply(description(&[9]), 110);
    assert_eq!(status(&mut observed, 9), ("DOWN", Some(110)));
    observed.apply_report((BrokerId(9), ConnectionState::Connected), 120);
    assert_eq!(status(&mut observed, 9), ("FENCED", Some(110)));
    observed.apply_report((BrokerId(2), ConnectionState::Refused(timeout())), 130);
    assert_eq!(status(&mut observed, 2).0, "REFUSED");
    let ReadAnswer::Metadata(Ok(mut moved)) = metadata(&[1, 2], &[1, 2]) else { panic!() };
    moved.nodes[1].port = 9999;
    observed.apply(ReadAnswer::Metadata(Ok(moved)), 140);
    assert_eq!(status(&mut observed, 2).0, "OK", "what was seen elsewhere says nothing of it");
}

#[test]
fn a_quorum_that_no_controller_tells_of_is_not_the_old_one() {
    let quorum = Quorum { leader: Some(BrokerId(1)), voters: vec![BrokerId(1)], online: vec![BrokerId(1)] };
    let read = |quorum: Datum<Quorum>| {
        ReadAnswer::Raw(Box::new(RawReads { quorum, ..RawReads::unknown(Unknown::NotAsked) }))
    };
    let mut observed = ObservedCluster::default();
    observed.apply(read(Datum::known(quorum, 1, Origin::Broker)), 1);
    observed.apply(read(Datum::unknown(Unknown::Unreachable("timed out".into()))), 2);
    assert!(observed.cluster(2).quorum.get().is_some(), "a broker that did not answer says nothing");
    observed.apply(read(Datum::unknown(Unknown::Unreachable(NO_CONTROLLER.into()))), 3);
    assert_eq!(observed.cluster(3).quorum.get(), None);
    assert!(observed.is_in_trouble(3));
    observed.apply(metadata(&[1, 2], &[1, 2]), 4);
    observed.apply_report((BrokerId(2), ConnectionState::Refused(timeout())), 4);
    assert_eq!(status(&mut observed, 2).0, "REFUSED");
    assert!(observed.cluster(4).quorum_state().is_lost(), "brokers that do not answer are the evidence");
}

#[test]
fn groups_have_their_type_and_one_of_an_unknown_type_has_nothing_else() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let types = [("a", None), ("b", Some("classic")), ("c", Some("share")), ("d", Some("quantum"))];
    let listing = |(id, group_type): (&str, Option<&str>)| GroupListing {
        id: id.into(),
        state: GroupState::Stable,
        group_type: group_type.map(Arc::from),
    };
    observed.apply(groups(vec![(BrokerId(1), Ok(types.map(listing).to_vec()))]), 2);
    let offsets = |told| ReadAnswer::GroupOffsets(vec![("d".into(), told)]);
    let unknown = CallError { code: -165, message: "no such type".into(), hint: None };
    observed.apply(offsets(Err(unknown)), 2);
    let cluster = observed.cluster(2);
    let seen = cluster.groups.get().unwrap();
    let types: Vec<&str> = seen.iter().map(|group| &*group.protocol).collect();
    assert_eq!(types, ["classic", "classic", "share", "quantum"]);
    assert_eq!(cluster.lag_of_group(&seen[3]), Lag::Unknown);
    let why = seen[3].members.reason().unwrap().to_string();
    assert!(why.contains("groups of type quantum"), "{why}");
    assert_eq!(seen[3].offsets.reason(), seen[3].members.reason());
}

#[test]
fn a_share_group_without_a_start_offset_has_no_lag_that_anybody_knows() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let listing = |kind: &str| GroupListing {
        id: "g".into(),
        state: GroupState::Stable,
        group_type: Some(Arc::from(kind)),
    };
    observed.apply(groups(vec![(BrokerId(1), Ok(vec![listing("share")]))]), 2);
    let mut lag = |offset: PartitionOffset, log: Option<(i64, i64)>| {
        observed.apply(ReadAnswer::GroupOffsets(vec![("g".into(), Ok(vec![offset]))]), 3);
        let end = |offset| vec![fact(offset, 0)];
        observed.apply(ReadAnswer::Offsets(OffsetSpec::Earliest, end(log.map(|(start, _)| start))), 3);
        observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, end(log.map(|(_, end)| end))), 3);
        let cluster = observed.cluster(3);
        cluster.lag_of_group(&cluster.groups.get().unwrap()[0])
    };
    let not_begun = || fact(None, 0);
    assert_eq!(lag(not_begun(), Some((4, 9))), Lag::Unknown, "share.auto.offset.reset decides");
    assert_eq!(lag(not_begun(), Some((9, 9))), Lag::Records(0), "wherever it begins, the log holds nothing");
    assert_eq!(lag(not_begun(), None), Lag::Unknown);
    assert_eq!(lag(fact(None, 29), Some((4, 9))), Lag::Unknown, "refused is not left out of the sum");
    assert_eq!(lag(fact(Some(5), 0), Some((4, 9))), Lag::Records(4), "before 4.2 only the start is told");
    assert_eq!(
        lag(fact(Some(5), 0).with_lag(1), Some((4, 9))),
        Lag::Records(1),
        "three are done with already"
    );
    assert_eq!(lag(fact(Some(5), 0).with_lag(0), None), Lag::Records(0), "the coordinator knows");
}

#[test]
fn an_offset_that_was_not_told_is_unknown_and_never_the_old_one() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let end = |observed: &mut ObservedCluster| {
        observed.cluster(1).partitions.iter().next().unwrap().high_watermark()
    };
    assert_eq!(end(&mut observed), None);
    observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, vec![fact(Some(7), 0)]), 2);
    assert_eq!(end(&mut observed), Some(7));
    observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, vec![fact(None, 0)]), 3);
    assert_eq!(end(&mut observed), None);
    observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, vec![fact(Some(8), 0)]), 4);
    observed.apply(metadata(&[2], &[]), 5);
    assert_eq!(end(&mut observed), None, "without a leader nobody knows");
}

#[test]
fn what_does_not_answer_keeps_its_value_and_age_and_what_is_refused_does_not() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    observed.apply(groups(vec![listed(1, &["g"]), listed(2, &["h"])]), 10);
    let offsets = |told| ReadAnswer::GroupOffsets(vec![("g".into(), told)]);
    observed.apply(offsets(Ok(vec![fact(Some(5), 0)])), 10);
    observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, vec![fact(Some(9), 0)]), 10);
    let cluster = observed.cluster(10);
    assert_eq!(cluster.lag_of_group(&cluster.groups.get().unwrap()[0]), Lag::Records(4));

    observed.apply(offsets(Err(timeout())), 20);
    observed.apply(groups(vec![(BrokerId(1), Err(timeout())), listed(2, &["h", "i"])]), 20);
    let cluster = observed.cluster(20);
    assert_eq!(names(&cluster), ["g", "h", "i"], "the groups of a silent coordinator stay");
    let Datum::Known { as_of, .. } = &cluster.groups else { panic!() };
    assert_eq!(*as_of, 10, "and the list is as old as its oldest part");
    let Datum::Known { as_of, .. } = &cluster.groups.get().unwrap()[0].offsets else { panic!() };
    assert_eq!(*as_of, 10);

    observed.apply(offsets(Err(denied())), 30);
    let reason = observed.cluster(30).groups.get().unwrap()[0].offsets.reason().cloned();
    assert_eq!(reason, Some(Unknown::Denied("Describe on Group g".into())));
}

#[test]
fn a_refused_configuration_names_the_acl_and_equal_ones_are_shared() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let map = || ConfigMap::from([("k".to_string(), ConfigEntry::new("v", ConfigSource::Default))]);
    let both = vec![(BrokerId(1), ("1".into(), Ok(map()))), (BrokerId(2), ("2".into(), Ok(map())))];
    observed.apply(ReadAnswer::BrokerConfigs(both), 2);
    let refused = CallError { code: 29, message: "no".into(), hint: None };
    observed.apply(ReadAnswer::TopicConfigs(vec![("t".into(), Err(refused))]), 2);
    let cluster = observed.cluster(2);
    let (one, two) = (cluster.brokers[0].config.get().unwrap(), cluster.brokers[1].config.get().unwrap());
    assert!(Arc::ptr_eq(one, two));
    let reason = cluster.topics[0].config.reason().cloned();
    assert_eq!(reason, Some(Unknown::Denied("DescribeConfigs on Topic t".into())));
}

#[test]
fn columns_that_did_not_change_are_the_same_allocation() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let first = observed.cluster(1);
    observed.apply(metadata(&[1, 2], &[1]), 2);
    let second = observed.cluster(2);
    assert!(Arc::ptr_eq(&first.partitions.replicas, &second.partitions.replicas));
    assert!(!Arc::ptr_eq(&first.partitions.isr, &second.partitions.isr));
    assert!(Arc::ptr_eq(&first.topics, &second.topics));
}

/// The settings of a broker that has this authorizer.
fn authorizer(broker: i32, class: &str) -> (BrokerId, (String, Result<ConfigMap, CallError>)) {
    let entry = ConfigEntry::new(class, ConfigSource::Default);
    (
        BrokerId(broker),
        (broker.to_string(), Ok(ConfigMap::from([("authorizer.class.name".to_string(), entry)]))),
    )
}

const STANDARD: &str = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

/// What a broker told of the partitions on its disks.
type Disks = (BrokerId, Result<Vec<(Arc<str>, i32)>, CallError>);

/// What a broker has on its disks of these topics.
fn disks(broker: i32, topics: &[&str]) -> Disks {
    (BrokerId(broker), Ok(topics.iter().map(|topic| ((*topic).into(), 0)).collect()))
}

fn is_complete(observed: &mut ObservedCluster) -> bool {
    let cluster = observed.cluster(100);
    let completeness = cluster.completeness();
    let (topics, groups) = (completeness.topics.get().is_some(), completeness.groups.get().is_some());
    assert!(!topics || groups || cluster.groups.get().is_none(), "{completeness:?}");
    topics
}

#[test]
fn without_an_authorizer_on_any_broker_nothing_is_hidden() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    observed.apply(groups(vec![listed(1, &["g"]), listed(2, &[])]), 1);
    assert!(!is_complete(&mut observed), "nobody has told");
    assert!(!observed.wants(ReadKind::LogDirs), "the settings may tell, and cost nothing more");
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(1, ""), authorizer(2, STANDARD)]), 2);
    assert!(!is_complete(&mut observed), "one of them asks for rights");
    assert!(
        observed.wants(ReadKind::LogDirs) && !observed.wants(ReadKind::Acls),
        "the first has none to tell"
    );
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(2, "")]), 3);
    assert!(is_complete(&mut observed) && !observed.wants(ReadKind::LogDirs));
    // One that has come since is asked first.
    observed.apply(metadata(&[1, 2, 3], &[1, 2]), 4);
    assert!(!is_complete(&mut observed));
}

#[test]
fn settings_that_leave_the_authorizer_out_prove_nothing() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1]), 1);
    let bare = |id: i32| (BrokerId(id), (id.to_string(), Ok(ConfigMap::new())));
    observed.apply(ReadAnswer::BrokerConfigs(vec![bare(1), bare(2)]), 2);
    assert!(!is_complete(&mut observed) && observed.wants(ReadKind::LogDirs));
}

/// A cluster with an authorizer whose two brokers have told this of their disks.
fn with_disks(answers: Vec<Disks>) -> ObservedCluster {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(1, STANDARD), authorizer(2, STANDARD)]), 2);
    observed.apply(ReadAnswer::LogDirs(answers), 3);
    observed
}

#[test]
fn disks_show_what_is_hidden_only_if_every_broker_tells() {
    let reason = |mut observed: ObservedCluster| observed.cluster(9).topics_complete().reason().cloned();
    let own_log = &["t", "__cluster_metadata"][..];
    let mut all = with_disks(vec![disks(1, own_log), disks(2, &["t"])]);
    assert!(is_complete(&mut all));
    assert!(!all.wants(ReadKind::LogDirs), "once a session");
    let hidden = reason(with_disks(vec![disks(1, &["t", "secret"]), disks(2, &["t"])]));
    assert!(matches!(hidden, Some(Unknown::NotExposed(_))), "{hidden:?}");
    let refused = CallError { code: 31, message: "no".into(), hint: None };
    let denied = reason(with_disks(vec![disks(1, &["t"]), (BrokerId(2), Err(refused))]));
    assert_eq!(denied, Some(Unknown::Denied("Describe on Cluster".into())));
    let silent = reason(with_disks(vec![disks(1, &["t"])]));
    assert!(matches!(silent, Some(Unknown::Unreachable(_))), "{silent:?}");
    assert!(!is_complete(&mut with_disks(Vec::new())), "nobody was asked");
}

#[test]
fn the_one_look_is_not_spent_while_a_broker_is_silent() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    let silent = (BrokerId(2), ("2".into(), Err(timeout())));
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(1, STANDARD), silent]), 2);
    assert!(!observed.wants(ReadKind::LogDirs));
    let reason = observed.cluster(3).topics_complete().reason().cloned();
    assert!(matches!(reason, Some(Unknown::Unreachable(_))), "it may tell later: {reason:?}");
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(2, STANDARD)]), 4);
    observed.apply(
        rights::told(
            &[1, 2],
            None,
            &Acls { topics: vec![rights::acl("allow User:bob t", 3)], ..Acls::default() },
        ),
        4,
    );
    assert!(observed.wants(ReadKind::LogDirs));
    observed.apply(metadata(&[1], &[1]), 5);
    assert!(!observed.wants(ReadKind::LogDirs), "nor while one is down");
}

#[test]
fn a_topic_that_was_created_between_the_two_answers_is_not_hidden() {
    let mut observed = with_disks(vec![disks(1, &["t", "fresh"]), disks(2, &["t"])]);
    assert!(!is_complete(&mut observed));
    let ReadAnswer::Metadata(Ok(mut newer)) = metadata(&[1, 2], &[1, 2]) else { panic!() };
    newer.topics.insert(0, TopicMetadata { name: "fresh".into(), ..newer.topics[0].clone() });
    observed.apply(ReadAnswer::Metadata(Ok(newer)), 4);
    assert!(is_complete(&mut observed));
}

#[test]
fn beginning_anew_keeps_the_one_look_and_nothing_that_may_change() {
    let mut observed = with_disks(vec![disks(1, &["t"]), disks(2, &["t"])]);
    observed.begin_anew();
    assert!(observed.metadata_at().is_none() && observed.cluster(5).topics.is_empty());
    observed.apply(metadata(&[1, 2], &[1, 2]), 6);
    assert!(is_complete(&mut observed));
}

#[test]
fn a_reassignment_that_is_not_told_any_more_excuses_nothing() {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1]), 1);
    let told = |moves: Datum<Vec<PartitionMove>>| {
        let raw = RawReads { moves, ..RawReads::unknown(Unknown::NotAsked) };
        ReadAnswer::Raw(Box::new(raw))
    };
    let moved = |topic: &str| PartitionMove {
        topic: topic.into(),
        number: 0,
        adding: vec![BrokerId(2)],
        removing: vec![BrokerId(1)],
    };
    let missing = |observed: &mut ObservedCluster| {
        let cluster = observed.cluster(9);
        let partition = cluster.partitions.iter().next().unwrap();
        assert_eq!(partition.is_under_replicated(), partition.catching_up().next().is_none());
        partition.missing().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(missing(&mut observed), [2], "nobody has told");
    observed.apply(told(Datum::known(vec![moved("gone"), moved("t")], 2, Origin::Broker)), 2);
    assert_eq!(missing(&mut observed), Vec::<i32>::new());
    observed.apply(told(Datum::unknown(Unknown::Unreachable("timed out".into()))), 3);
    assert_eq!(missing(&mut observed), [2]);
}
