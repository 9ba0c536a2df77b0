//! The live stream: a useful first snapshot soon, lag after it, trouble and recovery told.

use super::shared::{cluster, skipped, spread, start};
use klever::kafka::ConnectionSpec;
use klever::lab::LabSpec;
use klever::model::{Cluster, Lag};
use klever::source::{LiveOptions, LiveStream, SourceEvent};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn next_snapshot(live: &LiveStream, what: &str, holds: impl Fn(&Cluster) -> bool) -> Arc<Cluster> {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if let Ok(SourceEvent::Snapshot(cluster)) = live.events().recv_timeout(Duration::from_millis(200))
            && holds(&cluster)
        {
            return cluster;
        }
    }
    panic!("the stream never showed: {what}")
}

#[test]
fn topology_comes_first_and_lag_follows() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("flow", &spread(2, 3), &[]).unwrap();
    shared.fixture.produce("flow", 0, 9, &[]).unwrap();
    shared.fixture.commit("followers", &[("flow", 0, 4)]).unwrap();
    let live = LiveStream::start(
        &ConnectionSpec::plaintext(&shared.lab.bootstrap()).unwrap(),
        LiveOptions::default(),
    );
    let live = live.unwrap();
    let first = next_snapshot(&live, "anything", |_| true);
    assert_eq!((first.brokers_up(), first.topic_named("flow").is_some()), (3, true));
    let lag = |cluster: &Cluster| {
        let groups = cluster.groups.get()?;
        Some(cluster.lag_of_group(groups.iter().find(|group| &*group.id == "followers")?))
    };
    next_snapshot(&live, "the group's lag", |cluster| lag(cluster) == Some(Lag::Records(5)));
    let whole = next_snapshot(&live, "configs", |cluster| cluster.version.get().is_some());
    assert!(whole.topic_named("flow").unwrap().1.config.get().is_some());
    let started = Instant::now();
    drop(live);
    assert!(started.elapsed() < Duration::from_secs(3), "ending the stream took {:?}", started.elapsed());
}

#[test]
fn a_cluster_that_goes_away_is_trouble_and_one_that_is_back_is_a_snapshot() {
    if skipped() {
        return;
    }
    let mut lab = start(LabSpec::brokers(1));
    let live =
        LiveStream::start(&ConnectionSpec::plaintext(&lab.bootstrap()).unwrap(), LiveOptions::for_lab())
            .unwrap();
    next_snapshot(&live, "the broker", |cluster| cluster.brokers_up() == 1);
    lab.kill(1).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let trouble = loop {
        assert!(Instant::now() < until, "no trouble was told");
        match live.events().recv_timeout(Duration::from_millis(200)) {
            Ok(SourceEvent::Unreachable { message, retry_in_ms, .. }) => break (message, retry_in_ms),
            _ => continue,
        }
    };
    assert!(trouble.0.contains("127.0.0.1") && trouble.1 > 0, "{trouble:?}");
    lab.restart(1).unwrap();
    lab.wait_for_brokers(1).unwrap();
    while live.events().try_recv().is_ok() {}
    next_snapshot(&live, "the broker again", |cluster| cluster.brokers_up() == 1);
}
