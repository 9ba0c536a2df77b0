//! What a snapshot of a healthy cluster shows.

use super::shared::{cluster, connect, run_as_klever, skipped, snapshot, spread};
use klever::kafka::{Client, ConnectionSpec};
use klever::model::{BrokerStatus, ConfigSource, Datum, GroupState, KafkaVersion, Lag, Origin};
use std::time::{Duration, Instant};

#[test]
fn brokers_racks_partitions_and_configs_are_as_made() {
    if skipped() {
        return;
    }
    let shared = cluster();
    let settings = [("min.insync.replicas", "2"), ("retention.ms", "777000")];
    shared.fixture.create_topic("topo", &spread(6, 3), &settings).unwrap();
    let cluster = snapshot(&connect(&shared.lab.bootstrap()));

    let brokers: Vec<String> = cluster
        .brokers
        .iter()
        .map(|b| format!("{} {} {} {:?}", b.id, b.host, b.state.word(), b.rack.get().unwrap().as_deref()))
        .collect();
    let expected = ["1 127.0.0.1 OK Some(\"a\")", "2 127.0.0.1 OK Some(\"b\")", "3 127.0.0.1 OK Some(\"c\")"];
    assert_eq!(brokers, expected);
    assert!(cluster.brokers.iter().all(|broker| Some(broker.port) == shared.lab.port(broker.id.0)));
    assert!(cluster.id.get().is_some_and(|id| id.starts_with("kleverLab")), "{:?}", cluster.id);

    let (_, topic) = cluster.topic_named("topo").unwrap();
    let rows: Vec<String> = cluster
        .partitions_of(topic)
        .map(|p| format!("{} {:?} {:?} isr {}", p.number(), p.leader(), p.replicas(), p.isr_len()))
        .collect();
    assert_eq!(rows[0], "0 Some(BrokerId(1)) [BrokerId(1), BrokerId(2), BrokerId(3)] isr 3");
    assert_eq!(rows[4], "4 Some(BrokerId(2)) [BrokerId(2), BrokerId(3), BrokerId(1)] isr 3");
    let config = topic.config.get().unwrap();
    let of = |key: &str| (config[key].value.as_deref(), config[key].source);
    assert_eq!(of("retention.ms"), (Some("777000"), ConfigSource::Topic));
    assert_eq!(of("min.insync.replicas"), (Some("2"), ConfigSource::Topic));
    assert_eq!(of("cleanup.policy"), (Some("delete"), ConfigSource::Default));
    let broker = cluster.brokers[1].config.get().unwrap();
    assert_eq!(broker["broker.rack"].value.as_deref(), Some("b"));
    assert_eq!(broker["broker.rack"].source, ConfigSource::StaticBroker);
}

#[test]
fn the_release_and_its_features_are_recognised() {
    if skipped() {
        return;
    }
    let cluster = snapshot(&connect(&cluster().lab.bootstrap()));
    let Datum::Known { value, from: Origin::Derived(how), .. } = &cluster.version else {
        panic!("{:?}", cluster.version)
    };
    assert_eq!((*value, how.contains("are those of")), (KafkaVersion::new(4, 1, 0), true), "{how}");
    assert_eq!(cluster.features.elr.get(), Some(&true), "a new 4.1 cluster has ELR on");
    assert_eq!(cluster.features.metadata_level.get(), Some(&27), "4.1-IV1");
    let quorum = cluster.quorum.get().unwrap();
    assert_eq!((quorum.voters.len(), quorum.online.len()), (3, 3));
    assert!(quorum.leader.is_some_and(|leader| cluster.is_up(leader)));
    assert!(cluster.partitions.elr.get().is_some());
    assert!(cluster.brokers.iter().all(|broker| broker.state == BrokerStatus::Up));
}

#[test]
fn a_group_with_known_lag_shows_that_lag() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("pay", &spread(3, 3), &[]).unwrap();
    for (partition, count) in [(0, 50), (1, 20)] {
        let acked = shared.fixture.produce("pay", partition, count, &[("acks", "all")]).unwrap();
        assert!(acked.iter().all(|record| record.outcome == Ok((partition, record.sequence as i64))));
    }
    shared.fixture.commit("billing", &[("pay", 0, 8), ("pay", 1, 20), ("pay", 2, 0)]).unwrap();
    let cluster = snapshot(&connect(&shared.lab.bootstrap()));
    let groups = cluster.groups.get().unwrap();
    let group = groups.iter().find(|group| &*group.id == "billing").unwrap();
    let lags: Vec<(String, Lag)> = group
        .offsets
        .get()
        .unwrap()
        .iter()
        .map(|offset| (cluster.partition_name(offset.partition), cluster.lag_of(group, offset)))
        .collect();
    let expected = [("pay-0", 42), ("pay-1", 0), ("pay-2", 0)];
    assert_eq!(lags, expected.map(|(name, lag)| (name.to_string(), Lag::Records(lag))));
    assert_eq!(cluster.lag_of_group(group), Lag::Records(42));
    assert_eq!((group.state, group.member_count.get()), (GroupState::Empty, Some(&0)));
    assert!(group.coordinator.is_some_and(|id| cluster.is_up(id)));
    let pay = cluster.topic_named("pay").unwrap().1;
    let ends: Vec<_> = cluster.partitions_of(pay).map(|p| (p.log_start(), p.high_watermark())).collect();
    assert_eq!(ends, [(Some(0), Some(50)), (Some(0), Some(20)), (Some(0), Some(0))]);
}

#[test]
fn what_an_open_transaction_holds_back_is_told_with_its_producer() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("held", &spread(3, 3), &[]).unwrap();
    shared.fixture.produce("held", 1, 5, &[("acks", "all")]).unwrap();
    shared.fixture.commit("reader", &[("held", 0, 0), ("held", 1, 2)]).unwrap();
    let client = connect(&shared.lab.bootstrap());
    assert!(snapshot(&client).open_transactions.is_empty());
    let open = shared.fixture.open_transaction("orders-tx-1", "held", 1, 7).unwrap();
    shared.fixture.produce("held", 1, 3, &[("acks", "all")]).unwrap();

    let cluster = snapshot(&client);
    let (_, topic) = cluster.topic_named("held").unwrap();
    let partition = cluster.partitions_of(topic).nth(1).unwrap();
    assert_eq!((partition.last_stable(), partition.high_watermark()), (Some(5), Some(15)));
    let held: Vec<String> =
        cluster.open_transactions.iter().map(|open| cluster.partition_name(open.partition)).collect();
    assert_eq!(held, ["held-1"]);
    let producer = cluster.open_transactions[0].producer.get().unwrap();
    assert_eq!((producer.start_offset, producer.producer_id >= 0), (5, true));
    let transaction = producer.transaction.get().unwrap();
    assert_eq!((&*transaction.transactional_id, transaction.timeout_ms), ("orders-tx-1", 60_000));
    let open_ms = cluster.taken_at - transaction.started_at.unwrap();
    assert!((-5_000..60_000).contains(&open_ms), "{open_ms}");
    drop(open);
}

#[test]
fn members_of_both_protocols_are_shown_with_what_they_own() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("seats", &spread(2, 3), &[]).unwrap();
    shared.fixture.produce("seats", 0, 3, &[]).unwrap();
    let classic = shared.fixture.join("old-style", &["seats"], &[]).unwrap();
    let modern = shared.fixture.join("new-style", &["seats"], &[("group.protocol", "consumer")]).unwrap();
    let cluster = snapshot(&connect(&shared.lab.bootstrap()));
    for (id, protocol) in [("old-style", "classic"), ("new-style", "consumer")] {
        let group = cluster.groups.get().unwrap().iter().find(|group| &*group.id == id).unwrap();
        assert_eq!((&*group.protocol, group.state), (protocol, GroupState::Stable), "{id}");
        let members = group.members.get().unwrap();
        let owned: Vec<String> = members[0].assigned.iter().map(|ix| cluster.partition_name(*ix)).collect();
        assert_eq!((members.len(), owned), (1, vec!["seats-0".into(), "seats-1".into()]), "{id}");
        assert_eq!(members[0].client_id, "klever-lab");
        assert_eq!(members[0].host, "127.0.0.1");
    }
    drop((classic, modern));
}

#[test]
fn where_nothing_listens_the_answer_is_quick_and_plain() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let started = Instant::now();
    let spec = ConnectionSpec::plaintext(&free.to_string()).unwrap();
    run_as_klever();
    let error = Client::connect(&spec).map(|_| ()).unwrap_err();
    let waited = started.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    assert!(error.message.contains(&free.to_string()) && error.message.contains("refused"), "{error}");
    assert!(error.hint.is_some());
}
