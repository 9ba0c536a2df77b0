//! Kafka's errors in an application's log, counted line by line: nothing of a line is kept but names of topics.

use super::{KafkaError, errors_in, kafka_errors};
use std::collections::BTreeMap;

/// So many partitions are kept by name for one error.
const MOST_PARTITIONS: usize = 20;

/// An error that a log speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenError {
    /// Which one.
    pub error: &'static KafkaError,
    /// How often: a stack trace counts once.
    pub times: u64,
    /// How many of these the client tried again.
    pub retried: u64,
    /// The first line that names it, from 1.
    pub first_line: u64,
    /// The last one.
    pub last_line: u64,
    /// Partitions, or topics, that its lines name, and how often.
    pub places: BTreeMap<String, u64>,
    /// Whether there were more of them than are kept.
    pub has_more_places: bool,
}

/// What a log says of Kafka.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogErrors {
    /// Lines read.
    pub lines: u64,
    /// Lines of which only the beginning was looked at.
    pub cut_lines: u64,
    /// Whether the log was read to its end.
    pub is_whole: bool,
    /// What was not only tried again first, then by the first line.
    pub seen: Vec<SeenError>,
}

/// A log as it is read.
#[derive(Default)]
pub struct LogScan {
    lines: u64,
    cut_lines: u64,
    seen: BTreeMap<usize, SeenError>,
    /// Errors that the present entry of the log has named already.
    entry: Vec<usize>,
    /// Whether a line that begins with an exception's name may still belong to the entry.
    takes_exception: bool,
}

impl LogScan {
    /// The next line; `is_cut` where only its beginning is given.
    pub fn line(&mut self, text: &str, is_cut: bool) {
        self.lines += 1;
        self.cut_lines += u64::from(is_cut);
        let is_exception = begins_with_exception(text);
        if !(is_continuation(text) || (is_exception && self.takes_exception)) {
            self.entry.clear();
            self.takes_exception = !is_exception;
        } else if is_exception {
            self.takes_exception = false;
        }
        let found = errors_in(text);
        if found.is_empty() {
            return;
        }
        let (place, retried) = (place_of(text), is_retried(text));
        for at in found {
            if !self.entry.contains(&at) {
                self.entry.push(at);
                self.count(at, place.as_deref(), retried);
            }
        }
    }

    fn count(&mut self, at: usize, place: Option<&str>, retried: bool) {
        let first_line = self.lines;
        let seen = self.seen.entry(at).or_insert_with(|| SeenError {
            error: &kafka_errors()[at],
            times: 0,
            retried: 0,
            first_line,
            last_line: first_line,
            places: BTreeMap::new(),
            has_more_places: false,
        });
        seen.times += 1;
        seen.retried += u64::from(retried);
        seen.last_line = self.lines;
        if let Some(place) = place {
            if seen.places.contains_key(place) || seen.places.len() < MOST_PARTITIONS {
                *seen.places.entry(place.to_string()).or_default() += 1;
            } else {
                seen.has_more_places = true;
            }
        }
    }

    /// What came of it.
    pub fn finish(self, is_whole: bool) -> LogErrors {
        let mut seen: Vec<SeenError> = self.seen.into_values().collect();
        seen.sort_by_key(|one| (one.retried == one.times, one.first_line));
        LogErrors { lines: self.lines, cut_lines: self.cut_lines, is_whole, seen }
    }
}

/// A line that goes on with the entry before it: of a stack trace, or an indented one.
fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t'])
        || ["Caused by:", "Suppressed:", "at ", "... "].iter().any(|start| line.starts_with(start))
}

/// `org.apache.kafka.common.errors.TimeoutException: ...`, as loggers write it under their own line.
fn begins_with_exception(line: &str) -> bool {
    let class = line.split([':', ' ']).next().unwrap_or_default();
    let name = class.rsplit(['.', '$']).next().unwrap_or_default();
    class.contains('.') && (name.ends_with("Exception") || name.ends_with("Error"))
}

fn is_retried(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let gives_up = ["not retry", "stop retrying", "stopped retrying", "up retrying", "no longer retrying"];
    if gives_up.iter().any(|word| lower.contains(word)) {
        return false;
    }
    ["retrying", "will retry", "will be retried", "attempts left"].iter().any(|word| lower.contains(word))
}

/// What stands before the name of a partition in messages of Kafka's clients.
const BEFORE_PARTITION: [&str; 6] =
    ["topic-partition ", "record(s) for ", "for partition ", "on partition ", "the partition ", "partition "];

/// The longest name of a topic.
const LONGEST_TOPIC: usize = 249;

/// The partition, or else the topic, that a line names where Kafka's clients name one.
fn place_of(line: &str) -> Option<String> {
    let found =
        BEFORE_PARTITION.iter().flat_map(|word| names_behind(line, word)).find(|name| is_partition(name));
    let found = found.or_else(|| topic_of(line))?;
    (!found.is_empty() && found.len() <= LONGEST_TOPIC + 11).then(|| found.to_string())
}

/// `Topic orders not present in metadata`, `{orders=LEADER_NOT_AVAILABLE}`
fn topic_of(line: &str) -> Option<&str> {
    if line.contains("not present in metadata") {
        return names_behind(line, "Topic ").next();
    }
    names_behind(line, "{").find(|name| line.contains(&format!("{{{name}=")))
}

fn names_behind<'l>(line: &'l str, word: &'l str) -> impl Iterator<Item = &'l str> {
    line.split(word).skip(1).map(leading_name)
}

/// As much of it as can be the name of a topic or partition.
fn leading_name(text: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let end = text.find(|letter: char| !is_part(letter)).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

fn is_partition(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(topic, number)| {
        !topic.is_empty()
            && (1..=10).contains(&number.len())
            && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> LogErrors {
        let mut scan = LogScan::default();
        text.lines().for_each(|line| scan.line(line, false));
        scan.finish(true)
    }

    #[test]
    fn a_stack_trace_counts_once_and_a_retry_is_told_from_an_end() {
        let of = scanned(
            "\
10:00 WARN [Producer clientId=p] Got error produce response with correlation id 7 on topic-partition orders-3, retrying (9 attempts left). Error: NOT_ENOUGH_REPLICAS
10:00 WARN [Producer clientId=p] Got error produce response with correlation id 8 on topic-partition my-topic-12, retrying (8 attempts left). Error: NOT_ENOUGH_REPLICAS
10:01 ERROR sending failed
java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.NotEnoughReplicasException: Messages are rejected
\tat com.example.Sender.send(Sender.java:7)
Caused by: org.apache.kafka.common.errors.NotEnoughReplicasException: Messages are rejected
10:02 ERROR password=hunter2-1 org.apache.kafka.common.errors.TimeoutException: Expiring 5 record(s) for orders-3:120000 ms has passed since batch creation
org.apache.kafka.common.errors.TimeoutException: Expiring 5 record(s) for orders-3:120000 ms has passed since batch creation
org.apache.kafka.common.errors.TimeoutException: Expiring 1 record(s) for orders-4:120000 ms has passed since batch creation
",
        );
        assert_eq!(of.lines, 9);
        let told: Vec<(String, u64, u64, u64)> =
            of.seen.iter().map(|one| (one.error.id(), one.times, one.retried, one.first_line)).collect();
        assert_eq!(
            told,
            [("NOT_ENOUGH_REPLICAS".into(), 3, 2, 1), ("TimeoutException.expired".into(), 2, 0, 7)]
        );
        let places: Vec<&str> = of.seen[0].places.keys().map(String::as_str).collect();
        assert_eq!(places, ["my-topic-12", "orders-3"]);
        assert_eq!(of.seen[1].places["orders-4"], 1);
    }

    #[test]
    fn who_gives_up_does_not_try_again() {
        assert!(is_retried("got error, retrying (2 attempts left)"));
        for line in
            ["not retrying", "giving up retrying", "stopped retrying after 3 attempts", "will not retry"]
        {
            assert!(!is_retried(line), "{line}");
        }
    }

    #[test]
    fn places_are_named_only_where_clients_name_them() {
        assert_eq!(place_of("{orders=LEADER_NOT_AVAILABLE}").as_deref(), Some("orders"));
        let missing = "Topic a.b_c-d not present in metadata after 60000 ms.";
        assert_eq!(place_of(missing).as_deref(), Some("a.b_c-d"));
        let out =
            "Fetch position FetchPosition{offset=7} is out of range for partition orders-0, resetting offset";
        assert_eq!(place_of(out).as_deref(), Some("orders-0"));
        assert_eq!(place_of("token abc-1 NOT_ENOUGH_REPLICAS"), None);
    }

    #[test]
    fn names_are_kept_up_to_a_bound() {
        let line = |at: usize| format!("on topic-partition t-{at}, Error: NOT_ENOUGH_REPLICAS\n");
        let of = scanned(&(0..1000).map(line).collect::<String>());
        assert_eq!((of.seen[0].times, of.seen[0].places.len()), (1000, MOST_PARTITIONS));
        assert!(of.seen[0].has_more_places);
    }
}
