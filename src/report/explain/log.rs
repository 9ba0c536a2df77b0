//! What a log says of Kafka's errors, in words: counts and lines, never the lines themselves.

use super::SCHEMA;
use super::error::{error_json, push_body};
use crate::model::plural;
use crate::report::clean;
use crate::report::errors::{GivenClient, LogErrors, SeenError, Written};
use crate::report::json::document;
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Columns of a label.
const LABEL: usize = 10;

/// Partitions that are named for one error.
const NAMED: usize = 8;

/// The errors of a log, each with what it means and what the given clients have set.
pub fn log_text(log: &LogErrors, given: &[GivenClient]) -> String {
    let mut out = String::new();
    labelled(&mut out, 0, "", 0, &heading(log));
    for line in records(log) {
        labelled(&mut out, 2, "", 0, &line);
    }
    for seen in &log.seen {
        out.push('\n');
        push_seen(&mut out, seen, given);
    }
    out
}

fn heading(log: &LogErrors) -> String {
    let lines = plural(log.lines as usize, "line");
    let read = if log.is_whole { lines } else { format!("the first {lines}, and there are more") };
    let times: u64 = log.seen.iter().map(|seen| seen.times).sum();
    let mut text = if log.seen.is_empty() {
        format!("{read}: none speaks of an error of Kafka that klever knows")
    } else {
        format!("{read}: {} of Kafka, seen {}", plural(log.seen.len(), "error"), count(times))
    };
    if log.cut_lines > 0 {
        text += &format!("; of {} only the beginning was read", plural(log.cut_lines as usize, "long line"));
    }
    text
}

fn count(times: u64) -> String {
    plural(times as usize, "time")
}

/// What became of records, as far as errors tell that were more than a retry.
fn records(log: &LogErrors) -> Vec<String> {
    let ended = |written: Written| -> u64 {
        let of = log.seen.iter().filter(|seen| seen.error.written == Some(written));
        of.filter(|seen| seen.error.met_by.iter().any(|who| who == "producer"))
            .map(|seen| seen.times - seen.retried)
            .sum()
    };
    let told = [
        (Written::No, "the record was not written"),
        (Written::MayBe, "the record may be written, or not"),
        (Written::Yes, "the record was written although the producer was told of an error"),
    ];
    let line = |(written, words): (Written, &str)| match ended(written) {
        0 => None,
        times => Some(format!("{}, where a producer met it: {words}", count(times))),
    };
    told.into_iter().filter_map(line).collect()
}

fn push_seen(out: &mut String, seen: &SeenError, given: &[GivenClient]) {
    let id = seen.error.id();
    let lines = if seen.first_line == seen.last_line {
        format!("in line {}", seen.first_line)
    } else {
        format!("first in line {}, last in line {}", seen.first_line, seen.last_line)
    };
    labelled(out, 0, "", 0, &format!("{id}: {}, {lines}", count(seen.times)));
    if seen.retried > 0 {
        let text = match seen.times - seen.retried {
            0 => "each time the client tried again: no failure yet".to_string(),
            _ => format!("{} of these the client tried again: no failure yet", seen.retried),
        };
        labelled(out, 2, "again", LABEL, &text);
    }
    if !seen.places.is_empty() {
        labelled(out, 2, "at", LABEL, &clean(&places(seen)));
    }
    push_body(out, seen.error, given);
}

/// `orders-3 (4), orders-1 (2) and more`, the most frequent first.
fn places(seen: &SeenError) -> String {
    let mut places: Vec<(&String, &u64)> = seen.places.iter().collect();
    places.sort_by_key(|(name, times)| (std::cmp::Reverse(**times), *name));
    let named = places.iter().take(NAMED).map(|(name, times)| format!("{name} ({times})"));
    let named: Vec<String> = named.collect();
    let more = seen.has_more_places || places.len() > NAMED;
    named.join(", ") + if more { " and more" } else { "" }
}

/// The same as `klever.explain/1`.
pub fn log_json(log: &LogErrors, given: &[GivenClient]) -> String {
    let errors: Vec<Value> = log.seen.iter().map(|seen| seen_json(seen, given)).collect();
    document(json!({
        "schema": SCHEMA,
        "id": "-",
        "log": {"lines": log.lines, "cut_lines": log.cut_lines, "complete": log.is_whole},
        "answers": errors,
    }))
}

fn seen_json(seen: &SeenError, given: &[GivenClient]) -> Value {
    let mut value = error_json(seen.error, given);
    value["seen"] = json!({
        "times": seen.times,
        "retried": seen.retried,
        "first_line": seen.first_line,
        "last_line": seen.last_line,
        "partitions": seen.places,
        "more_partitions": seen.has_more_places,
    });
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::LogScan;

    fn scanned(text: &str, is_whole: bool) -> LogErrors {
        let mut scan = LogScan::default();
        text.lines().for_each(|line| scan.line(line, false));
        scan.finish(is_whole)
    }

    #[test]
    fn a_log_is_told_without_its_lines() {
        let log = scanned(
            "12:00 ERROR user=alice password=s3cret topic-partition orders-3 Error: NOT_ENOUGH_REPLICAS\n",
            true,
        );
        let (text, json) = (log_text(&log, &[]), log_json(&log, &[]));
        assert!(text.starts_with("1 line: 1 error of Kafka, seen 1 time\n"), "{text}");
        assert!(
            text.contains("NOT_ENOUGH_REPLICAS: 1 time, in line 1\n  at        orders-3 (1)\n"),
            "{text}"
        );
        assert!(text.contains("  written   no, the record is not in the log\n"), "{text}");
        for told in [&text, &json] {
            assert!(!told.contains("alice") && !told.contains("s3cret"), "{told}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn a_log_that_is_not_whole_or_says_nothing_is_told_so() {
        assert_eq!(
            log_text(&scanned("all is well\n", true), &[]),
            "1 line: none speaks of an error of Kafka that klever knows\n"
        );
        let cut = log_text(&scanned("all is well\n", false), &[]);
        assert!(cut.starts_with("the first 1 line, and there are more: none"), "{cut}");
    }
}
