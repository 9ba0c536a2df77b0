//! Nothing but the requests of `API_KEYS_SENT` goes out, and reading leaves no trace in a fresh cluster.

use super::proxy::Proxy;
use super::shared::{connect, connect_over, skipped, snapshot, start};
use klever::kafka::{API_KEYS_SENT, ConnectionSpec, Transport, sent_requests};
use klever::lab::{Fixture, LabSpec};
use klever::model::{BrokerId, Lag};
use klever::source::{LiveOptions, LiveStream, SourceEvent};
use std::time::{Duration, Instant};

/// Watches the live stream for a while.
fn watch(bootstrap: &str, limit: Duration) {
    let live =
        LiveStream::start(&ConnectionSpec::plaintext(bootstrap).unwrap(), LiveOptions::for_lab()).unwrap();
    let until = Instant::now() + limit;
    let mut snapshots = 0;
    while Instant::now() < until {
        if let Ok(SourceEvent::Snapshot(_)) = live.events().recv_timeout(Duration::from_millis(100)) {
            snapshots += 1;
        }
    }
    assert!(snapshots > 2, "{snapshots} snapshots");
}

#[test]
fn every_request_is_on_the_list_and_a_fresh_cluster_stays_fresh() {
    if skipped() {
        return;
    }
    let proxy = Proxy::start();
    let mut spec = LabSpec::brokers(1)
        .with("auto.create.topics.enable", "true")
        .with("group.initial.rebalance.delay.ms", "0");
    spec.advertised.push((1, format!("127.0.0.1:{}", proxy.port)));
    let lab = start(spec);
    proxy.forward_to(lab.port(1).unwrap());
    let through = format!("127.0.0.1:{}", proxy.port);

    let fresh = snapshot(&connect(&through));
    watch(&through, Duration::from_secs(3));
    for (key, version) in proxy.requests().into_values().flatten() {
        let published = sent_requests().into_iter().find(|one| one.key == key);
        let versions = published.map(|one| one.versions.0..=one.versions.1);
        let is_listed = versions.as_ref().is_some_and(|versions| versions.contains(&version));
        assert!(is_listed, "ApiKey {key} version {version} is not among {versions:?}");
    }
    let still = snapshot(&connect_over(Transport::Librdkafka, &through));
    assert_eq!((fresh.topics.len(), still.topics.len()), (0, 0), "reading made a topic: {:?}", still.topics);
    assert!(still.groups.get().is_some_and(|groups| groups.is_empty()));

    let fixture = Fixture::new(&lab.bootstrap()).unwrap();
    fixture.create_topic("t", &[vec![BrokerId(1)]], &[]).unwrap();
    fixture.produce("t", 0, 5, &[]).unwrap();
    fixture.commit("g", &[("t", 0, 1)]).unwrap();
    let member = fixture.join("modern", &["t"], &[("group.protocol", "consumer")]).unwrap();
    let busy = snapshot(&connect(&through));
    watch(&through, Duration::from_secs(3));
    snapshot(&connect_over(Transport::Librdkafka, &through));
    let groups = busy.groups.get().unwrap();
    let lag = groups.iter().find(|group| &*group.id == "g").map(|group| busy.lag_of_group(group));
    assert_eq!(lag, Some(Lag::Records(4)));
    drop(member);

    let requests = proxy.requests();
    let own: Vec<(&String, (i16, i16))> = requests
        .iter()
        .filter(|(client, _)| client.starts_with("klever/"))
        .flat_map(|(client, keys)| keys.iter().map(move |key| (client, *key)))
        .collect();
    for (client, (key, version)) in &own {
        let listed = API_KEYS_SENT.iter().any(|(listed, _)| listed == key);
        assert!(listed, "{client} sent ApiKey {key} version {version}, which is not on the list");
    }
    // The proxy must have seen what the snapshots needed, or it proves nothing. This cluster asks nobody who he is, and
    // says that it has no authorizer, so that nobody looks for hidden topics; it has no share and no Streams groups, and
    // no open transaction.
    const NOT_NEEDED: [i16; 10] = [17, 29, 35, 36, 61, 65, 66, 77, 89, 90];
    for (needed, name) in API_KEYS_SENT.iter().filter(|(key, _)| !NOT_NEEDED.contains(key)) {
        assert!(own.iter().any(|(_, (key, _))| key == needed), "the proxy never saw {name}");
    }
    let strangers: Vec<&String> = requests.keys().filter(|client| client.starts_with("rdkafka")).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}
