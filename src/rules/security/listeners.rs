//! The listeners of brokers: what each is for, what it speaks and whether another machine can reach it.

use crate::model::Broker;
use crate::rules::facts::{each_broker, parts_of};
use crate::rules::verdicts::Seen;
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};

/// Who connects to a listener. One that serves clients and brokers alike is a client's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::rules) enum ListenerRole {
    Clients,
    Brokers,
    Controllers,
}

/// One of a broker's listeners.
pub(in crate::rules) struct Listener<'a> {
    pub name: &'a str,
    /// `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`.
    pub protocol: String,
    pub role: ListenerRole,
    /// Whether only the broker's own machine can reach it.
    pub is_loopback: bool,
}

impl Listener<'_> {
    /// Whether it serves clients of other machines.
    pub(in crate::rules) fn is_open_to_clients(&self) -> bool {
        self.role == ListenerRole::Clients && !self.is_loopback
    }

    /// The key that says something for this listener alone.
    pub(in crate::rules) fn key(&self, key: &str) -> String {
        format!("listener.name.{}.{key}", self.name.to_ascii_lowercase())
    }

    pub(in crate::rules) fn shown(&self) -> String {
        if self.name == self.protocol {
            return format!("listener {}", self.name);
        }
        format!("listener {} speaks {}", self.name, self.protocol)
    }
}

/// What says which listeners there are.
const KEYS: [&str; 5] = [
    "listeners",
    "listener.security.protocol.map",
    "controller.listener.names",
    "inter.broker.listener.name",
    "security.inter.broker.protocol",
];

/// Brokers of whose listeners `bad` has something to say; it reads further keys of the broker itself, `None` for
/// null. Brokers of which the same is seen make one finding.
pub(in crate::rules) fn brokers_listening(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    bad: impl for<'l> Fn(&[Listener<'l>], &mut dyn FnMut(&str) -> Option<Option<String>>) -> Option<String>,
) {
    each_broker(facts, verdicts, |broker, verdicts| {
        let mut texts = [None; KEYS.len()];
        for (text, key) in texts.iter_mut().zip(KEYS) {
            *text = told(facts, broker, verdicts, key)?;
        }
        let listeners = listeners(texts);
        let mut read: Vec<String> = Vec::new();
        let evidence = bad(&listeners, &mut |key| {
            read.push(key.to_string());
            told(facts, broker, verdicts, key).map(|text| text.map(ToString::to_string))
        })?;
        // What was read last decided.
        let keys: Vec<&str> = read.iter().rev().map(String::as_str).chain(KEYS).collect();
        Some(Seen::from(evidence).by(&keys))
    });
}

/// A broker's value, or `None` after saying that it is unknown.
fn told<'a>(
    facts: &ClusterFacts<'a>,
    broker: &'a Broker,
    verdicts: &mut Verdicts<'_>,
    key: &str,
) -> Option<Option<&'a str>> {
    let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
    verdicts.known(&facts.told(&broker.config, key), subject).copied()
}

fn listeners(texts: [Option<&str>; KEYS.len()]) -> Vec<Listener<'_>> {
    let [listeners, map, controllers, inter_broker, inter_broker_protocol] =
        texts.map(Option::unwrap_or_default);
    let listeners = if listeners.is_empty() { "PLAINTEXT://:9092" } else { listeners };
    let protocol_of = |name: &str| {
        let of_name = parts_of(map).filter_map(|pair| pair.split_once(':'));
        let mut same = of_name.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        same.next().map_or(name, |(_, protocol)| protocol).trim().to_ascii_uppercase()
    };
    let brokers = if inter_broker.is_empty() { inter_broker_protocol } else { inter_broker };
    let is_controllers = |name: &str| parts_of(controllers).any(|one| one.eq_ignore_ascii_case(name));
    let pairs: Vec<(&str, &str)> =
        parts_of(listeners).filter_map(|listener| listener.split_once("://")).collect();
    let shared = pairs.iter().filter(|(name, _)| !is_controllers(name)).count() == 1;
    let role_of = |name: &str| {
        if is_controllers(name) {
            ListenerRole::Controllers
        } else if name.eq_ignore_ascii_case(brokers) && !shared {
            ListenerRole::Brokers
        } else {
            ListenerRole::Clients
        }
    };
    let listener = |(name, address)| Listener {
        name,
        protocol: protocol_of(name),
        role: role_of(name),
        is_loopback: is_loopback(address),
    };
    pairs.into_iter().map(listener).collect()
}

fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    is_loopback_host(host.trim_start_matches('[').trim_end_matches(']'))
}

/// Whether a host name or address means the machine that it is said on.
pub(in crate::rules) fn is_loopback_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.starts_with("127.") || host == "::1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_have_a_protocol_and_a_role() {
        let texts = [
            Some("IN://10.0.0.1:9092,OUT://:9093,CONTROLLER://127.0.0.1:9094"),
            Some("IN:PLAINTEXT,OUT:SASL_SSL,CONTROLLER:SSL"),
            Some("CONTROLLER"),
            Some("IN"),
            None,
        ];
        let found = listeners(texts);
        let seen: Vec<_> =
            found.iter().map(|one| (one.name, &*one.protocol, one.role, one.is_loopback)).collect();
        let wanted = [
            ("IN", "PLAINTEXT", ListenerRole::Brokers, false),
            ("OUT", "SASL_SSL", ListenerRole::Clients, false),
            ("CONTROLLER", "SSL", ListenerRole::Controllers, true),
        ];
        assert_eq!(seen, wanted);
        let one = listeners([Some("[SSL://[::1]:9093]"), None, None, None, Some("SSL")]);
        assert!(one[0].role == ListenerRole::Clients && one[0].is_loopback);
    }
}
