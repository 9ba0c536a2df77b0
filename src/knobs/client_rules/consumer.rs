//! What a consumer's settings come to together, and which ones the Java client does not start with.

use super::settings::Settings;
use super::{addresses, interceptors, security};
use crate::model::{ClientProfile, KafkaVersion};

const GROUP_ID: &str = "group.id";
const AUTO_COMMIT: &str = "enable.auto.commit";
const ASSIGNORS: &str = "partition.assignment.strategy";

/// The release from which a KIP-848 consumer refuses its stores in its constructor.
const CONNECTS_IN_CONSTRUCTOR: KafkaVersion = KafkaVersion::new(4, 2, 0);

/// How a consumer's group shares its partitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupProtocol {
    Classic,
    /// KIP-848.
    Consumer,
}

/// Keys that a consumer of one protocol does not start with, and the first release that refuses them (KAFKA-17338 and
/// its kin). Earlier releases read or ignore them.
const REFUSED: &[(GroupProtocol, &str, KafkaVersion)] = &[
    (GroupProtocol::Consumer, "heartbeat.interval.ms", KafkaVersion::new(4, 0, 0)),
    (GroupProtocol::Consumer, "session.timeout.ms", KafkaVersion::new(4, 0, 0)),
    (GroupProtocol::Consumer, ASSIGNORS, KafkaVersion::new(4, 0, 0)),
    (GroupProtocol::Consumer, "share.acknowledgement.mode", KafkaVersion::new(4, 1, 0)),
    (GroupProtocol::Consumer, "share.acquire.mode", KafkaVersion::new(4, 2, 0)),
    (GroupProtocol::Classic, "group.remote.assignor", KafkaVersion::new(3, 9, 0)),
    (GroupProtocol::Classic, "share.acknowledgement.mode", KafkaVersion::new(4, 1, 0)),
    (GroupProtocol::Classic, "share.acquire.mode", KafkaVersion::new(4, 2, 0)),
];

/// The keys that a consumer of this protocol does not take, each with the first release that does not start with it.
pub fn keys_not_taken(protocol: GroupProtocol) -> impl Iterator<Item = (&'static str, KafkaVersion)> {
    REFUSED.iter().filter(move |(with, ..)| *with == protocol).map(|(_, key, since)| (*key, *since))
}

/// The keys that a consumer of this protocol and release must not set.
fn refused_consumer_keys(protocol: GroupProtocol, version: KafkaVersion) -> Vec<&'static str> {
    keys_not_taken(protocol).filter(|(_, since)| version >= *since).map(|(key, _)| key).collect()
}

/// The protocol of a consumer's group; `None` where a config provider fills it in.
fn protocol(settings: Settings<'_>) -> Option<GroupProtocol> {
    if !settings.sets("group.protocol") {
        return Some(GroupProtocol::Classic);
    }
    let is_new = settings.set("group.protocol")?.eq_ignore_ascii_case("consumer");
    Some(if is_new { GroupProtocol::Consumer } else { GroupProtocol::Classic })
}

/// Whether offsets are committed without the application: never without a group.
pub fn auto_commit_of(consumer: &ClientProfile) -> Option<bool> {
    let settings = Settings::consumer(consumer);
    if settings.sets(AUTO_COMMIT) || settings.sets(GROUP_ID) { settings.on(AUTO_COMMIT) } else { Some(false) }
}

/// What the Java consumer would throw for, a line each; empty when it starts.
pub fn consumer_errors(consumer: &ClientProfile) -> Vec<String> {
    let settings = Settings::consumer(consumer);
    let mut errors = consumer_conflicts(consumer);
    errors.extend(protocol(settings).into_iter().flat_map(|protocol| refused_keys(settings, protocol)));
    errors
}

/// The same without the keys that its group protocol does not take (see [`keys_not_taken`]).
pub fn consumer_conflicts(consumer: &ClientProfile) -> Vec<String> {
    let settings = Settings::consumer(consumer);
    let mut errors = settings.refused_values();
    errors.extend(group_errors(settings));
    if protocol(settings) == Some(GroupProtocol::Classic) {
        errors.extend(classic_errors(settings));
    }
    errors.extend(addresses::error(settings));
    errors.extend(interceptors::error(settings));
    errors.extend(security::mechanism_error(settings));
    if !connects_later(settings) {
        errors.extend(security::store_errors(settings));
    }
    errors
}

/// What ends the network thread of a KIP-848 consumer as soon as it runs: its constructor does not throw for it, and
/// the consumer reads nothing.
pub fn consumer_thread_errors(consumer: &ClientProfile) -> Vec<String> {
    let settings = Settings::consumer(consumer);
    if connects_later(settings) { security::store_errors(settings) } else { Vec::new() }
}

/// Whether the part that connects is made in the network thread, so that the constructor does not throw for what is
/// wrong with it.
pub fn consumer_connects_later(consumer: &ClientProfile) -> bool {
    connects_later(Settings::consumer(consumer))
}

fn connects_later(settings: Settings<'_>) -> bool {
    let new = protocol(settings) == Some(GroupProtocol::Consumer);
    new && settings.version() < CONNECTS_IN_CONSTRUCTOR
}

fn group_errors(settings: Settings<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    let new = protocol(settings) == Some(GroupProtocol::Consumer);
    let strict = settings.version().is_at_least(4, 0) || new;
    if settings.set(GROUP_ID) == Some("") && strict {
        errors.push("group.id must not be empty".to_string());
    }
    if !settings.sets(GROUP_ID) && settings.sets(AUTO_COMMIT) && settings.on(AUTO_COMMIT) == Some(true) {
        errors.push("enable.auto.commit=true needs a group.id".to_string());
    }
    errors
}

/// An empty list or word counts as not set.
fn refused_keys(settings: Settings<'_>, protocol: GroupProtocol) -> Vec<String> {
    let word = if protocol == GroupProtocol::Consumer { "consumer" } else { "classic" };
    let is_set = |key: &&str| settings.sets(key) && settings.set(key) != Some("");
    let refused = refused_consumer_keys(protocol, settings.version()).into_iter().filter(is_set);
    refused.map(|key| format!("group.protocol={word} does not allow {key}")).collect()
}

fn classic_errors(settings: Settings<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    // Without a group nobody sends heartbeats.
    if settings.sets(GROUP_ID) {
        errors.extend(heartbeat_error(settings));
    }
    errors.extend(assignor_error(settings));
    errors
}

fn heartbeat_error(settings: Settings<'_>) -> Option<String> {
    let (heartbeat, session) = (settings.int("heartbeat.interval.ms")?, settings.int("session.timeout.ms")?);
    if heartbeat >= session {
        return Some(format!(
            "heartbeat.interval.ms ({heartbeat}) must be below session.timeout.ms ({session})"
        ));
    }
    (heartbeat < 0).then(|| format!("heartbeat.interval.ms ({heartbeat}) must not be negative"))
}

/// librdkafka's short names (`range`) are no classes to Java.
fn assignor_error(settings: Settings<'_>) -> Option<String> {
    let assignors = settings.set(ASSIGNORS).filter(|list| !list.is_empty())?;
    let names: Vec<&str> = assignors.split(',').map(str::trim).collect();
    if names.iter().any(|name| !name.contains('.')) {
        return Some("partition.assignment.strategy takes class names".into());
    }
    let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
    // Earlier clients did not look; 4.2 and later drop the second one.
    let looks = (KafkaVersion::new(3, 1, 0)..KafkaVersion::new(4, 2, 0)).contains(&settings.version());
    (twice && looks).then(|| "partition.assignment.strategy names a class twice".into())
}
