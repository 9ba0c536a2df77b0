//! Which errors of Kafka a line of a log speaks of.

use super::{KafkaError, kafka_errors};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Errors by every name and exception that tells them without more words.
fn names() -> &'static BTreeMap<&'static str, usize> {
    static NAMES: OnceLock<BTreeMap<&'static str, usize>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = BTreeMap::new();
        // Later ones win: an exception that clients throw by themselves is more than the code that shares it.
        for (at, error) in kafka_errors().iter().enumerate().filter(|(_, error)| error.kind.is_none()) {
            if error.code != Some(0) {
                let own = error.name.iter().chain(&error.exception).chain(&error.formerly);
                names.extend(own.map(|name| (name.as_str(), at)));
            }
        }
        names
    })
}

/// How librdkafka begins what it says of an error.
const OF_LIBRDKAFKA: [&str; 2] = ["Broker: ", "Local: "];

/// Every phrase with its error; those of librdkafka apart, for most lines have none.
struct Phrases {
    of_java: Vec<(&'static str, usize)>,
    of_librdkafka: Vec<(&'static str, usize)>,
}

fn phrases() -> &'static Phrases {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    PHRASES.get_or_init(|| {
        let all = kafka_errors().iter().enumerate();
        let all = all.flat_map(|(at, error)| error.phrases.iter().map(move |text| (text.as_str(), at)));
        let (of_librdkafka, of_java) =
            all.partition(|(text, _)| OF_LIBRDKAFKA.iter().any(|start| text.starts_with(start)));
        Phrases { of_java, of_librdkafka }
    })
}

/// The errors that a line names, each once, in the order of the table.
pub(in crate::report) fn errors_in(line: &str) -> BTreeSet<usize> {
    let by_phrase = by_phrase(line);
    let mut found = by_name(line);
    // The kind that a phrase tells is more than the exception's name beside it.
    found.retain(|at| by_phrase.contains(at) || !by_phrase.iter().any(|told| is_told(*at, *told)));
    found.extend(by_phrase);
    found
}

/// Whether the second error says what the first one is: of one exception, or a time-out of a client.
fn is_told(at: usize, told: usize) -> bool {
    let (error, told) = (&kafka_errors()[at], &kafka_errors()[told]);
    let is_timeout = error.exception.as_deref() == Some("TimeoutException");
    error.exception == told.exception || (is_timeout && told.code.is_none())
}

fn by_phrase(line: &str) -> BTreeSet<usize> {
    let all = phrases();
    let of_librdkafka = OF_LIBRDKAFKA.iter().any(|start| line.contains(start));
    let librdkafka: &[(&str, usize)] = if of_librdkafka { &all.of_librdkafka } else { &[] };
    let said: Vec<&(&str, usize)> =
        all.of_java.iter().chain(librdkafka).filter(|(text, _)| says(line, text)).collect();
    let is_part = |text: &str| said.iter().any(|(other, _)| *other != text && other.starts_with(text));
    said.iter().filter(|(text, _)| !is_part(text)).map(|(_, at)| *at).collect()
}

/// Whether the parts of a phrase stand in the line one after the other.
fn says(line: &str, phrase: &str) -> bool {
    let mut rest = line;
    phrase.split('*').all(|part| match rest.split_once(part.trim()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

fn by_name(line: &str) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_.$".contains(letter);
    for token in line.split(|letter: char| !is_part(letter)).filter(|token| token.len() > 5) {
        let token = token.trim_end_matches('.');
        let (package, name) = token.rsplit_once(['.', '$']).unwrap_or(("", token));
        let name = name.strip_prefix("RD_KAFKA_RESP_ERR_").unwrap_or(name);
        if let Some(at) = names().get(name)
            && is_kafkas(&kafka_errors()[*at], package, name, line)
        {
            found.insert(*at);
        }
    }
    found
}

/// Whether the name means Kafka's error and no other library's.
fn is_kafkas(error: &KafkaError, package: &str, name: &str, line: &str) -> bool {
    let is_code = !name.contains(|letter: char| letter.is_ascii_lowercase());
    if package.starts_with("org.apache.kafka") || package.starts_with("kafka.") {
        return true;
    }
    let of_a_client = || {
        let lower = line.to_ascii_lowercase();
        ["kafka", "clientid=", "correlation id"].iter().any(|word| lower.contains(word))
    };
    (is_code || package.is_empty()) && (!error.generic || of_a_client())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(line: &str) -> Vec<String> {
        errors_in(line).into_iter().map(|at| kafka_errors()[at].id()).collect()
    }

    #[test]
    fn what_clients_say_is_found() {
        let cases = [
            (
                "java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.NotEnoughReplicasException: Messages are rejected",
                "NOT_ENOUGH_REPLICAS",
            ),
            (
                "[Producer clientId=p] Got error produce response with correlation id 7 on topic-partition orders-3, retrying (2 attempts left). Error: NOT_ENOUGH_REPLICAS",
                "NOT_ENOUGH_REPLICAS",
            ),
            (
                "org.apache.kafka.common.errors.TimeoutException: Expiring 5 record(s) for orders-3:120000 ms has passed since batch creation",
                "TimeoutException.expired",
            ),
            (
                "org.apache.kafka.common.errors.TimeoutException: Topic orders not present in metadata after 60000 ms.",
                "TimeoutException.metadata",
            ),
            ("org.apache.kafka.common.errors.TimeoutException: The request timed out.", "REQUEST_TIMED_OUT"),
            ("org.apache.kafka.common.errors.TimeoutException: Something new of Kafka", "TimeoutException"),
            (
                "org.apache.kafka.clients.producer.BufferExhaustedException: Failed to allocate 300 bytes within the configured max blocking time 60000 ms.",
                "BufferExhaustedException",
            ),
            (
                "org.apache.kafka.common.errors.RecordTooLargeException: The message is 1200088 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
                "RecordTooLargeException.size",
            ),
            (
                "org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger than the max message size the server will accept.",
                "MESSAGE_TOO_LARGE",
            ),
            (
                "%4|1700000000|FAIL|rdkafka#producer-1| Delivery failed: Broker: Not enough in-sync replicas",
                "NOT_ENOUGH_REPLICAS",
            ),
            ("Delivery failed: Local: Message timed out", "TimeoutException.expired"),
            ("Broker: Invalid message size", "INVALID_FETCH_SIZE"),
            (
                "Error while fetching metadata with correlation id 3 : {orders=LEADER_NOT_AVAILABLE}",
                "LEADER_NOT_AVAILABLE",
            ),
            (
                "org.apache.kafka.clients.consumer.CommitFailedException: Commit cannot be completed since the group has already rebalanced",
                "CommitFailedException",
            ),
            ("consumer poll timeout has expired. This means", "client.poll"),
            (
                "[Consumer clientId=c, groupId=g] Connection to node -1 (localhost/127.0.0.1:9092) could not be established. Node may not be available.",
                "client.connect",
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(ids(line), [expected], "{line}");
        }
    }

    #[test]
    fn what_others_say_is_not() {
        for line in [
            "java.util.concurrent.TimeoutException: Futures timed out",
            "TimeoutException while calling the bank",
            "INVALID_REQUEST from the payment service",
            "com.example.SerializationException: bad",
            "ssl.endpoint.identification.algorithm = https",
            "reached NONE of the goals",
        ] {
            assert!(ids(line).is_empty(), "{line}: {:?}", ids(line));
        }
        assert_eq!(ids("kafka: NETWORK_EXCEPTION"), ["NETWORK_EXCEPTION"]);
    }
}
