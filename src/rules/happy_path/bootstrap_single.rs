//! Clients that know one broker only when they start.

use crate::model::{KafkaVersion, Unknown};
use crate::rules::clients::{Client, consumers, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeSet;

/// `bootstrap-single`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "bootstrap-single",
    chapter: Chapter::new(2),
    severity: Severity::Medium,
    title: "One bootstrap server",
    scope: SubjectKind::Producer,
    why: "The client cannot start while that broker is down.",
    fix: "List three brokers or more in bootstrap.servers, one in each rack, or a name that has the addresses of several",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    // Of one broker nobody can list more; that is another rule.
    if facts.broker_count() == Some(1) {
        return;
    }
    for client in producers(facts.cluster)
        .chain(consumers(facts.cluster))
        .filter(|client| client.sets("bootstrap.servers"))
    {
        let Some(servers) = client.get("bootstrap.servers", verdicts) else { continue };
        let servers: BTreeSet<&str> =
            servers.split(',').map(str::trim).filter(|server| !server.is_empty()).collect();
        let Some(server) = servers.first().filter(|_| servers.len() == 1) else { continue };
        let host = host_of(server);
        if is_one_broker(facts, host) || is_first_address_only(client) {
            verdicts.finding_by(
                &["bootstrap.servers"],
                client.subject(),
                format!("bootstrap.servers={server}"),
            );
        } else {
            let reason = format!("whether the name {host} has one address or several");
            verdicts.unknown(client.subject(), &Unknown::NotExposed(reason));
        }
    }
}

/// Without the listener's name before it and the port behind it.
fn host_of(server: &str) -> &str {
    let address = server.rsplit_once("://").map_or(server, |(_, address)| address);
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// An address, this machine, or what one broker calls itself; any other name may have many addresses.
fn is_one_broker(facts: &ClusterFacts<'_>, host: &str) -> bool {
    let advertised = || facts.cluster.brokers.iter().any(|broker| broker.host.eq_ignore_ascii_case(host));
    is_address(host) || host.eq_ignore_ascii_case("localhost") || advertised()
}

fn is_address(host: &str) -> bool {
    host.contains(':') || host.split('.').all(|part| part.parse::<u8>().is_ok())
}

/// Clients before 2.6 take the first address of a name unless they are told otherwise (KIP-302, KIP-602).
fn is_first_address_only(client: Client<'_>) -> bool {
    let lookup = client.text("client.dns.lookup");
    match lookup.get() {
        Some(text) => text.eq_ignore_ascii_case("default"),
        None => client.profile.version < KafkaVersion::new(2, 6, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        for one in [
            "10.0.0.1:9092",
            "[2001:db8::1]:9092",
            "localhost:9092",
            "host2:9092",
            "PLAINTEXT://10.0.0.1:9092",
        ] {
            let found = given().producer(&format!("bootstrap.servers={one}"));
            assert_eq!(
                found.says(&RULE),
                [format!("medium producer app.properties: bootstrap.servers={one}")]
            );
        }
        let twice = given().producer("bootstrap.servers=10.0.0.1:9092, 10.0.0.1:9092");
        assert_eq!(twice.says(&RULE), ["medium producer app.properties: bootstrap.servers=10.0.0.1:9092"]);
        assert!(given().producer("bootstrap.servers=a:9092,b:9092").says(&RULE).is_empty());
        assert!(given().racks(&["a"]).producer("bootstrap.servers=host1:9092").says(&RULE).is_empty());
        assert_eq!(
            given().producer("bootstrap.servers=${env:B}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in bootstrap.servers"]
        );
    }

    #[test]
    fn a_name_may_have_many_addresses() {
        let name = "bootstrap.servers=kafka.example.com:9092";
        assert_eq!(
            given().producer(name).says(&RULE),
            [
                "unknown producer app.properties: not visible: whether the name kafka.example.com has one address or several"
            ]
        );
        let old = given().version("2.0.1").producer(name);
        assert_eq!(old.says(&RULE), [format!("medium producer app.properties: {name}")]);
    }
}
