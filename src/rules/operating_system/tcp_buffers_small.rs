//! Brokers in distant racks that copy through a small buffer.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `tcp-buffers-small`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "tcp-buffers-small",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Small socket buffers over a long distance",
    scope: SubjectKind::Broker,
    why: "A connection carries one buffer a round trip: over this distance a fetcher cannot copy faster, however fast the network is.",
    fix: "Set replica.socket.receive.buffer.bytes=-1 and socket.send.buffer.bytes=-1 on all brokers, so that the operating system tunes both ends, and allow it enough (net.ipv4.tcp_rmem, net.ipv4.tcp_wmem)",
    needs: &[Evidence::Metadata, Evidence::Racks, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let rtt_ms = facts.cluster.assumed.net.rack_rtt_ms;
    if rtt_ms < 10.0 || !facts.racks().is_ok_and(|racks| racks.len() >= 2) {
        return;
    }
    brokers_with(facts, verdicts, ["replica.socket.receive.buffer.bytes"], |[text]| {
        let bytes = text.parse::<i64>().ok().filter(|bytes| *bytes >= 0)?;
        let mb_per_s = bytes as f64 / rtt_ms / 1_000.0;
        (mb_per_s < 20.0).then(|| {
            format!(
                "replica.socket.receive.buffer.bytes={bytes} over {rtt_ms} ms: {mb_per_s:.1} MB/s a fetcher"
            )
        })
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let far = || given().rack_rtt_ms(30.0);
        assert_eq!(
            far().says(&RULE),
            [
                "low cluster: replica.socket.receive.buffer.bytes=65536 over 30 ms: 2.2 MB/s a fetcher on brokers 1, 2, 3"
            ]
        );
        assert!(given().says(&RULE).is_empty());
        assert!(far().broker_config("replica.socket.receive.buffer.bytes=-1").says(&RULE).is_empty());
        assert_eq!(far().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
