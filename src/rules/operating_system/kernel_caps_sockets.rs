//! Settings of sockets that the kernel does not grant.

use crate::knobs::KeyScope;
use crate::model::{Broker, Datum, Host};
use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `kernel-caps-sockets`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kernel-caps-sockets",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "The kernel cuts socket settings",
    scope: SubjectKind::Host,
    why: "The kernel silently gives no more than its own limits, whatever the broker asks for: replication over long distances stays slow, and connections after a restart are dropped.",
    fix: "Raise net.core.rmem_max, net.core.wmem_max and net.core.somaxconn to what the brokers ask for, with sysctl -w and in /etc/sysctl.d",
    needs: &[Evidence::Hosts, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(facts, verdicts, limits_of, |limits| {
        let cut = |((key, name), limit): (&(&str, &str), &u64)| {
            let asked = largest_of_brokers(facts, key).filter(|asked| asked > limit)?;
            Some(format!("{name}={limit} with {key}={asked}"))
        };
        let cuts: Vec<String> = ASKED.iter().zip(limits).filter_map(cut).collect();
        (!cuts.is_empty()).then(|| cuts.join("; ").into())
    });
    // What such a broker asks for may be more than what the others do.
    for broker in facts.cluster.brokers.iter() {
        if let Some(reason) = broker.config.reason() {
            verdicts.unknown(FindingSubject::named(SubjectKind::Broker, broker.id.to_string()), reason);
        }
    }
}

/// What a broker asks for, and what grants it.
const ASKED: [(&str, &str); 4] = [
    ("socket.receive.buffer.bytes", "net.core.rmem_max"),
    ("replica.socket.receive.buffer.bytes", "net.core.rmem_max"),
    ("socket.send.buffer.bytes", "net.core.wmem_max"),
    ("socket.listen.backlog.size", "net.core.somaxconn"),
];

fn limits_of(host: &Host) -> Datum<[u64; 4]> {
    let buffers = host.receive_buffer_limit.zip(&host.send_buffer_limit);
    buffers.zip(&host.accept_queue_limit).map(|((receive, send), queue)| [*receive, *receive, *send, *queue])
}

fn largest_of_brokers(facts: &ClusterFacts<'_>, key: &str) -> Option<u64> {
    let value = |broker: &Broker| {
        facts.setting(KeyScope::Broker, &broker.config, key).get().and_then(|text| text.parse::<u64>().ok())
    };
    facts.cluster.brokers.iter().filter_map(value).max()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, NONE, given, host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |files: &[(&str, &str)]| {
            given().broker_config("socket.receive.buffer.bytes=1048576").host(host(files))
        };
        let said = "low host kafka-1: net.core.rmem_max=212992 with socket.receive.buffer.bytes=1048576";
        assert_eq!(with(&[("proc/sys/net/core/rmem_max", "212992\n")]).says(&RULE), [said]);
        assert!(with(&[]).says(&RULE).is_empty());
        let unknown = "unknown host kafka-1: not visible: /proc/sys/net/core/rmem_max: it is not there";
        assert_eq!(with(&[("proc/sys/net/core/rmem_max", NONE)]).says(&RULE), [unknown]);
        assert_eq!(given().host(host(&[])).denied_broker_config().says(&RULE), [NO_CONFIG]);
        assert_eq!(given().says(&RULE), ["not examined: the broker's host (give --host)"]);
    }
}
