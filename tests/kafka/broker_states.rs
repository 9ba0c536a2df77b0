//! What the live stream says of a broker that hangs, dies and comes back, and of controllers that do not answer: first
//! what its own connections show, then what the cluster says.

use super::shared::{Shared, cluster, skipped, spread};
use klever::kafka::ConnectionSpec;
use klever::model::{BrokerId, Cluster, QuorumState, Unknown};
use klever::source::{LiveOptions, LiveStream, SourceEvent};
use std::time::{Duration, Instant};

/// A stream, and what it has said so far of one broker.
struct Watch {
    live: LiveStream,
    topic: &'static str,
    broker: BrokerId,
    /// Its words in order, and who led the topic's first partition of its own then.
    said: Vec<(&'static str, Option<BrokerId>)>,
    /// The brokers and the quorum as they were told last.
    last: String,
}

impl Watch {
    /// Of a topic of three partitions, each with a copy on every broker.
    fn start(shared: &Shared, topic: &'static str, broker: i32) -> Watch {
        let spec = ConnectionSpec::plaintext(&shared.lab.bootstrap()).unwrap();
        let live = LiveStream::start(&spec, LiveOptions::default()).unwrap();
        Watch { live, topic, broker: BrokerId(broker), said: Vec::new(), last: String::new() }
    }

    /// Follows the stream until the broker has this word, and something else holds, too.
    fn until(&mut self, word: &str, holds: impl Fn(&Cluster) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            let event = self.live.events().recv_timeout(Duration::from_millis(200));
            let Ok(SourceEvent::Snapshot(cluster) | SourceEvent::Stale(cluster)) = event else { continue };
            let Some(broker) = cluster.broker(self.broker) else { continue };
            let said = broker.state.word();
            if self.said.last().is_none_or(|(last, _)| *last != said) {
                self.said.push((said, leader(&cluster, self.topic, self.broker)));
            }
            let states: Vec<&str> = cluster.brokers.iter().map(|broker| broker.state.word()).collect();
            self.last = format!("brokers {states:?}, quorum {:?}", cluster.quorum);
            if said == word && holds(&cluster) {
                return;
            }
        }
        panic!("broker {} never was {word}: {:?}; at last {}", self.broker, self.said, self.last);
    }

    fn words(&self) -> Vec<&'static str> {
        self.said.iter().map(|(word, _)| *word).collect()
    }

    fn leader_when(&self, word: &str) -> Option<BrokerId> {
        self.said.iter().find(|(said, _)| *said == word).and_then(|(_, leader)| *leader)
    }
}

/// Who leads the partition that this broker prefers to lead.
fn leader(cluster: &Cluster, topic: &str, broker: BrokerId) -> Option<BrokerId> {
    let (_, topic) = cluster.topic_named(topic)?;
    cluster.partitions_of(topic).find(|one| one.replicas().first() == Some(&broker))?.leader()
}

/// Every broker is up and in every ISR of this topic.
fn is_whole(topic: &str) -> impl Fn(&Cluster) -> bool {
    move |cluster| {
        let Some((_, topic)) = cluster.topic_named(topic) else { return false };
        cluster.brokers_up() == 3 && cluster.partitions_of(topic).all(|one| one.isr_len() == 3)
    }
}

#[test]
fn a_broker_that_hangs_is_slow_then_silent_then_fenced_and_recovers() {
    const TOPIC: &str = "hangs";
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic(TOPIC, &spread(3, 3), &[]).unwrap();
    let mut watch = Watch::start(&shared, TOPIC, 3);
    watch.until("OK", is_whole(TOPIC));
    shared.lab.pause(3).unwrap();
    watch.until("FENCED", |_| true);
    shared.lab.resume(3).unwrap();
    watch.until("OK", is_whole(TOPIC));
    let words = watch.words();
    // Metadata may drop it a moment before DescribeCluster says that it is fenced; a broker that resumes is slow to
    // answer what it was asked before.
    let told: Vec<&str> = words.iter().copied().filter(|word| *word != "DOWN").collect();
    assert_eq!(&told[..4], ["OK", "SLOW", "SILENT", "FENCED"], "{words:?}");
    assert_eq!(words.last(), Some(&"OK"));
    assert_eq!(watch.leader_when("SILENT"), Some(BrokerId(3)), "the others still call it the leader");
}

#[test]
fn a_broker_that_is_killed_refuses_before_the_cluster_calls_it_down() {
    const TOPIC: &str = "dies";
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic(TOPIC, &spread(3, 3), &[]).unwrap();
    let mut watch = Watch::start(&shared, TOPIC, 2);
    watch.until("OK", is_whole(TOPIC));
    shared.lab.kill(2).unwrap();
    watch.until("REFUSED", |_| true);
    watch.until("DOWN", |cluster| leader(cluster, TOPIC, BrokerId(2)).is_some_and(|id| id != BrokerId(2)));
    shared.lab.restart(2).unwrap();
    watch.until("OK", is_whole(TOPIC));
    let words = watch.words();
    assert_eq!(&words[..3], ["OK", "REFUSED", "DOWN"], "{words:?}");
    assert_eq!(watch.leader_when("REFUSED"), Some(BrokerId(2)), "the others still call it the leader");
}

/// Two of three controllers are gone: the last broker answers what it knows, and nobody elects.
#[test]
fn a_quorum_that_is_lost_is_told_and_is_not_the_old_one() {
    const TOPIC: &str = "unled";
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic(TOPIC, &spread(3, 3), &[]).unwrap();
    let mut watch = Watch::start(&shared, TOPIC, 3);
    watch.until("OK", |cluster| {
        is_whole(TOPIC)(cluster) && matches!(cluster.quorum_state(), QuorumState::Works(_))
    });
    shared.lab.kill(1).unwrap();
    shared.lab.kill(2).unwrap();
    watch.until("OK", |cluster| {
        cluster.quorum_state().is_lost()
            && matches!(cluster.quorum.reason(), Some(Unknown::Unreachable(why)) if why == "no controller answers")
    });
    shared.lab.restart(1).unwrap();
    shared.lab.restart(2).unwrap();
    watch.until("OK", |cluster| {
        is_whole(TOPIC)(cluster) && matches!(cluster.quorum_state(), QuorumState::Works(_))
    });
}

/// Kills and stops in turn: the stream goes on, and at the end all is well again. Twenty rounds with `KLEVER_FULL=1`.
#[test]
fn a_stream_survives_rounds_of_kills_and_stops() {
    const TOPIC: &str = "outlives";
    if skipped() {
        return;
    }
    let full = std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1");
    let rounds = if full { 20 } else { 2 };
    let mut shared = cluster();
    shared.fixture.create_topic(TOPIC, &spread(3, 3), &[]).unwrap();
    for round in 0..rounds {
        let broker = round % 3 + 1;
        let mut watch = Watch::start(&shared, TOPIC, broker);
        watch.until("OK", is_whole(TOPIC));
        match round % 2 {
            0 => {
                shared.lab.kill(broker).unwrap();
                watch.until("DOWN", |cluster| cluster.brokers_up() == 2);
                shared.lab.restart(broker).unwrap();
            }
            _ => {
                shared.lab.pause(broker).unwrap();
                watch.until("FENCED", |cluster| cluster.brokers_up() == 2);
                shared.lab.resume(broker).unwrap();
            }
        }
        watch.until("OK", is_whole(TOPIC));
    }
}
